namespace Pos.Bench.Compare;

/// <summary>The result of one measurement.</summary>
/// <param name="Rate">Operations a second.</param>
/// <param name="MeanMs">Their mean latency, or null where it was not measured.</param>
/// <param name="P99Ms">The latency that 99 % of them did not exceed, or null.</param>
/// <param name="Note">A remark; the table shows the last round's.</param>
/// <param name="ProcessorMicroseconds">Processor time of the server for each operation; 0 where no server of ours was measured.</param>
internal sealed record Figure(double Rate, double? MeanMs = null, double? P99Ms = null, string Note = "", double ProcessorMicroseconds = 0);

/// <summary>A contender takes turns with the others.</summary>
/// <param name="Name">The name in the table.</param>
/// <param name="Unit">The unit of the rate.</param>
/// <param name="Target">The target of the rate, or empty.</param>
/// <param name="Measure">Measures for about the given time.</param>
internal sealed record Contender(string Name, string Unit, string Target, Func<TimeSpan, Task<Figure>> Measure);

/// <summary>The number and length of turns.</summary>
/// <param name="Rounds">Turns of every contender; the figure is their median.</param>
/// <param name="Turn">Length of one turn.</param>
/// <param name="IsTrial">Whether the figures are only shown.</param>
internal sealed record Effort(int Rounds, TimeSpan Turn, bool IsTrial = false)
{
    public static Effort Full { get; } = new(5, TimeSpan.FromSeconds(10));

    /// <summary>A trial that shows that the benchmark works. Its figures mean little.</summary>
    public static Effort Quick { get; } = new(1, TimeSpan.FromSeconds(2), IsTrial: true);
}
