namespace Pos.Tests.Simulated;

/// <summary>The columns of the table of the feed: which report a fault hits, and what is going on among the reports.</summary>
[Flags]
internal enum ReportParts
{
    None = 0,
    Sales = 1 << 0,
    Stock = 1 << 1,
    Sagas = 1 << 2,

    /// <summary>A report is being made anew.</summary>
    Rebuild = 1 << 3,

    /// <summary>A report is parked.</summary>
    Parked = 1 << 4,

    All = Sales | Stock | Sagas,
}

/// <summary>What is going on among the reports.</summary>
internal sealed class ReportsUnderWay
{
    public const int Count = 5;

    private readonly HashSet<string> _parked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _rebuilt = new(StringComparer.Ordinal);

    public ReportParts Now => (_parked.Count > 0 ? ReportParts.Parked : 0) | (_rebuilt.Count > 0 ? ReportParts.Rebuild : 0);

    public bool IsParked(string report) => _parked.Contains(report);

    public void Park(string report, bool isParked) => _ = isParked ? _parked.Add(report) : _parked.Remove(report);

    public void Rebuild(string report, bool isUnderWay) => _ = isUnderWay ? _rebuilt.Add(report) : _rebuilt.Remove(report);

    /// <summary>A silo died, and with it what was being made there.</summary>
    public void NothingIsRebuilt() => _rebuilt.Clear();
}
