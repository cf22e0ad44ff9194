using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Reports;

/// <summary>Answers questions about a store from its reports; no grain that sells is asked. Key: the store's id.</summary>
/// <exception cref="ReportsOffException">Any member, on a silo that hosts no streams.</exception>
[Alias("pos.IReportGrain")]
public interface IReportGrain : IGrainWithStringKey
{
    /// <summary>Reports the sales and returns of a range of business days; null when there is no such store.</summary>
    [Alias("Sales"), ReadOnly]
    Task<SalesReport?> Sales(SalesQuestion question, CancellationToken cancellationToken);

    /// <summary>Reports the stock; null when there is no such store.</summary>
    [Alias("Stock"), ReadOnly]
    Task<StockReport?> Stock(StockQuestion question, CancellationToken cancellationToken);

    /// <summary>What the store has under way; null when there is no such store.</summary>
    [Alias("Sagas"), ReadOnly]
    Task<SagaReport?> Sagas(SagaQuestion question, CancellationToken cancellationToken);

    /// <summary>How far the store's reports are.</summary>
    [Alias("Progress"), ReadOnly]
    Task<ImmutableArray<ReportProgress>> Progress(CancellationToken cancellationToken);

    /// <summary>Has a report try the event again that has parked it.</summary>
    [Alias("Retry")]
    Task<ReportProgress> Retry(ReportKind report, CancellationToken cancellationToken);

    /// <summary>
    /// Folds the journal into a new version of a report, beside the live one, and puts it in the live one's place. Answers at once; the progress says how
    /// far it is.
    /// </summary>
    [Alias("Rebuild")]
    Task<ReportProgress> Rebuild(ReportKind report, CancellationToken cancellationToken);

    /// <summary>Has a report pass over the event that has parked it.</summary>
    /// <param name="report">The report.</param>
    /// <param name="position">The event's position. Another position does nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    [Alias("Skip")]
    Task<ReportProgress> Skip(ReportKind report, long position, CancellationToken cancellationToken);
}

/// <summary>The reports.</summary>
[GenerateSerializer, Alias("pos.ReportKind")]
public enum ReportKind
{
    /// <summary>What was sold and taken back, by business day.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("sales")]
    Sales = 1,

    /// <summary>What is there.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("stock")]
    Stock = 2,

    /// <summary>What is under way.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("sagas")]
    Sagas = 3,
}

/// <summary>How true an answer is.</summary>
/// <param name="Position">Every event of the store up to this position of the journal is in the report.</param>
/// <param name="AsOf">Everything that was recorded in the store until then is in the report, UTC.</param>
/// <param name="LagMs">How long before the answer that was, in milliseconds; 0 when nothing is missing.</param>
/// <param name="Parked">Whether the report waits for an operator, because it could not take an event.</param>
[GenerateSerializer, Immutable, Alias("pos.ReportFreshness")]
public sealed record ReportFreshness(long Position, DateTimeOffset AsOf, long LagMs, bool Parked);

/// <summary>How far one report of a store is.</summary>
/// <param name="Report">The report.</param>
/// <param name="Freshness">How true it is.</param>
/// <param name="Known">Position of the last event of the store that the report has heard of.</param>
/// <param name="Parked">The event that it could not take; null while it comes on.</param>
/// <param name="Rebuild">The rebuild that is under way or was the last; null for none since the silo began to serve the report.</param>
[GenerateSerializer, Immutable, Alias("pos.ReportProgress")]
public sealed record ReportProgress(ReportKind Report, ReportFreshness Freshness, long Known, ParkedReportEvent? Parked, ReportRebuild? Rebuild = null);

/// <summary>A rebuild of a report.</summary>
/// <param name="IsUnderWay">Whether it has not ended yet.</param>
/// <param name="Position">The position of the journal up to which it has read.</param>
/// <param name="UpTo">The position up to which it reads.</param>
/// <param name="Differences">What differed from the live report, which the new one has replaced; the first hundred. None are expected.</param>
/// <param name="Error">Why it failed, and the live report stayed; null when it did not fail.</param>
[GenerateSerializer, Immutable, Alias("pos.ReportRebuild")]
public sealed record ReportRebuild(
    [property: System.Text.Json.Serialization.JsonPropertyName("underWay")] bool IsUnderWay, long Position, long UpTo, ImmutableArray<string> Differences, string? Error);

/// <summary>An event that a report could not take.</summary>
/// <param name="Position">Its position in the journal.</param>
/// <param name="Stream">The thing that it happened to.</param>
/// <param name="Version">Its place among the events of that thing.</param>
/// <param name="Type">The kind of event.</param>
/// <param name="Error">What was wrong with it.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Since">Since when the report waits, UTC.</param>
[GenerateSerializer, Immutable, Alias("pos.ParkedReportEvent")]
public sealed record ParkedReportEvent(long Position, string Stream, long Version, string Type, string Error, int Attempts, DateTimeOffset Since);

/// <summary>The silo hosts no streams, so it keeps no reports.</summary>
[GenerateSerializer, Alias("pos.ReportsOffException")]
public sealed class ReportsOffException : Exception
{
    /// <summary>Names the setting.</summary>
    public ReportsOffException() : base("This server keeps no reports, because its setting Pos:Streams:Enabled is false.")
    {
    }
}
