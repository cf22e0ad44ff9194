using Orleans;
using Orleans.Concurrency;
using Pos.Reports.Folding;
using Pos.Streams;

namespace Pos.Reports.Consuming;

/// <summary>What the reports ask of each other. Key: the store's id.</summary>
[Alias("pos.reports.IReportConsumer")]
public interface IReportConsumer : IJournalConsumer
{
    /// <summary>Reads the journal from the report's own position, when its stream has not brought what is there.</summary>
    /// <param name="upTo">A position of the journal.</param>
    [Alias("CatchUp"), OneWay]
    Task CatchUp(long upTo);

    /// <summary>Begins to fold the journal into a new version of the report. Does nothing while that is under way.</summary>
    [Alias("Rebuild")]
    Task Rebuild();

    /// <summary>The rebuild that is under way or was the last of this activation; null for none.</summary>
    [Alias("LastRebuild"), AlwaysInterleave]
    Task<ReportRebuild?> LastRebuild();
}

/// <summary>A report as it stands: all pages that are not asked of the storage.</summary>
/// <typeparam name="TOpen">What is open.</typeparam>
/// <typeparam name="TPage">A page.</typeparam>
/// <param name="Version">Which version of the stored pages is the live one.</param>
/// <param name="Position">Every event of the store up to here is in the report.</param>
/// <param name="RecordedAt">When the last of them was recorded; the default for none.</param>
/// <param name="Open">What is open.</param>
/// <param name="Pages">The pages that were asked for and are in memory: they may be newer than those in the storage.</param>
/// <param name="Progress">The consumer's progress.</param>
[GenerateSerializer, Alias("pos.reports.ReportState`2")]
public sealed record ReportState<TOpen, TPage>(
    int Version, long Position, DateTimeOffset RecordedAt, TOpen Open, Dictionary<string, ReportPage<TPage>> Pages, ConsumerProgress Progress)
    where TOpen : class, new()
    where TPage : class, new();

/// <summary>What a report keeps with its position.</summary>
[GenerateSerializer, Alias("pos.reports.Kept`1")]
public sealed class Kept<TOpen> where TOpen : class, new()
{
    /// <summary>What is open.</summary>
    [Id(0)]
    public TOpen Open { get; set; } = new();

    /// <summary>When the last event was recorded.</summary>
    [Id(1)]
    public DateTimeOffset RecordedAt { get; set; }

    /// <summary>Which version of the pages is the live one.</summary>
    [Id(2)]
    public int Version { get; set; }

    /// <summary>The last version that was begun. Each rebuild has a version of its own, so that none finds what another has left.</summary>
    [Id(3)]
    public int Begun { get; set; }
}
