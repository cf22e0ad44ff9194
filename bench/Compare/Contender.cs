namespace Pos.Bench.Compare;

/// <summary>What one measurement gave.</summary>
/// <param name="Rate">Operations a second.</param>
/// <param name="MeanMs">Their mean latency, or null where it was not measured.</param>
/// <param name="P99Ms">What 99 % of them did not exceed, or null.</param>
/// <param name="Note">What else is worth knowing; the last round's is shown.</param>
/// <param name="ProcessorMicroseconds">Processor time of the server for each operation; 0 where no server of ours was measured.</param>
internal sealed record Figure(double Rate, double? MeanMs = null, double? P99Ms = null, string Note = "", double ProcessorMicroseconds = 0);

/// <summary>One of those who take turns.</summary>
/// <param name="Name">As the table shows it.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Target">What is wished, or empty.</param>
/// <param name="Measure">Measures for about so long.</param>
internal sealed record Contender(string Name, string Unit, string Target, Func<TimeSpan, Task<Figure>> Measure);

/// <summary>How long and how often.</summary>
/// <param name="Rounds">Every contender's turns; their median counts.</param>
/// <param name="Turn">One turn.</param>
internal sealed record Effort(int Rounds, TimeSpan Turn)
{
    public static Effort Full { get; } = new(5, TimeSpan.FromSeconds(10));

    /// <summary>To see that it works: figures of it say little.</summary>
    public static Effort Quick { get; } = new(1, TimeSpan.FromSeconds(2));
}
