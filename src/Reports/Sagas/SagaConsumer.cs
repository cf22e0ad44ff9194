using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Pos.Reports.Consuming;
using Pos.Streams;

namespace Pos.Reports.Sagas;

/// <summary>The report of what a store has under way.</summary>
[Alias("pos.reports.ISagaConsumer")]
public interface ISagaConsumer : IReportConsumer
{
    /// <summary>The report as it stands.</summary>
    [Alias("Look"), AlwaysInterleave]
    Task<ReportState<OpenSagas, NoPage>> Look();
}

/// <inheritdoc cref="ISagaConsumer"/>
[GrainType("saga-report"), ImplicitStreamSubscription(JournalStreams.Namespace)]
public sealed class SagaConsumer(
    [PersistentState("sagas", ReportStorage.Name)] IPersistentState<Consumed<Kept<OpenSagas>>> kept, IServiceProvider services, IGrainContext context)
    : ReportConsumer<OpenSagas, NoPage>(kept, services, context, "saga-page", new SagaFold(), 0), ISagaConsumer
{
    /// <inheritdoc/>
    public Task<ReportState<OpenSagas, NoPage>> Look() => Look(static _ => false);
}
