using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Pos.Reports.Consuming;
using Pos.Streams;

namespace Pos.Reports.Stock;

/// <summary>The stock report of a store.</summary>
[Alias("pos.reports.IStockConsumer")]
public interface IStockConsumer : IReportConsumer
{
    /// <summary>The report as it stands, with the pages in memory.</summary>
    [Alias("Look"), AlwaysInterleave]
    Task<ReportState<OpenStock, StockPage>> Look();
}

/// <inheritdoc cref="IStockConsumer"/>
[GrainType("stock-report"), ImplicitStreamSubscription(JournalStreams.Namespace)]
public sealed class StockConsumer(
    [PersistentState("stock", ReportStorage.Name)] IPersistentState<Consumed<Kept<OpenStock>>> kept, IServiceProvider services, IGrainContext context)
    : ReportConsumer<OpenStock, StockPage>(kept, services, context, Report, new StockFold(), StockFold.Pages), IStockConsumer
{
    /// <summary>Name of the report in the storage.</summary>
    public const string Report = "stock-page";

    /// <inheritdoc/>
    public Task<ReportState<OpenStock, StockPage>> Look() => Look(static _ => true);
}
