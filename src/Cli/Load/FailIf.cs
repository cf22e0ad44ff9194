using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Pos.Cli.Output;

namespace Pos.Cli.Load;

/// <summary>
/// A condition under which a load fails: <c>p99&gt;500ms</c>, <c>max&gt;2s</c>, <c>rate&lt;1000</c>, <c>errors&gt;0</c>,
/// <c>errors&gt;0.1%</c>.
/// </summary>
internal sealed partial record FailIf(string Text, string Measure, string Comparison, double Limit, string Unit)
{
    public const string Examples = "p99>500ms, max>2s, rate<1000, errors>0 or errors>0.1%";

    public static bool TryParse(string text, [NotNullWhen(true)] out FailIf? condition)
    {
        var match = Grammar().Match(text);
        condition = match.Success
            ? new FailIf(
                text,
                match.Groups["measure"].Value,
                match.Groups["comparison"].Value,
                double.Parse(match.Groups["limit"].Value, CultureInfo.InvariantCulture),
                match.Groups["unit"].Value)
            : null;
        if (condition is null)
        {
            return false;
        }

        var isTime = condition.Unit is "ms" or "s";
        var fits = condition.Measure switch
        {
            "rate" => condition.Unit is "" or "/s",
            "errors" => condition.Unit is "" or "%",
            _ => isTime,
        };
        condition = fits ? condition : null;
        return fits;
    }

    /// <summary>The condition with the measured value when the condition holds; null when it does not.</summary>
    /// <param name="tally">The counts.</param>
    /// <param name="rate">Sessions a second.</param>
    /// <param name="latencies">The latencies of all sessions.</param>
    public string? Found(Tally tally, double rate, LatencyHistogram latencies)
    {
        var total = Math.Max(1, tally.Sessions + tally.Unsent);
        var (value, shown) = Measure switch
        {
            "rate" => (rate, Show(rate, "/s")),
            "errors" when Unit == "%" => (100.0 * tally.ErrorCount / total, Show(100.0 * tally.ErrorCount / total, " %")),
            "errors" => (tally.ErrorCount, Show(tally.ErrorCount, "")),
            "mean" => Time(latencies.Mean),
            "max" => Time(latencies.Max),
            _ => Time(latencies.Percentile(double.Parse(Measure.AsSpan(1), CultureInfo.InvariantCulture))),
        };
        var holds = Comparison switch
        {
            ">" => value > Limit,
            ">=" => value >= Limit,
            "<" => value < Limit,
            _ => value <= Limit,
        };
        return holds ? $"{Text}: it was {shown}" : null;
    }

    private (double Value, string Shown) Time(TimeSpan time) =>
        (Unit == "s" ? time.TotalSeconds : time.TotalMilliseconds, Show(time.TotalMilliseconds, " ms"));

    private static string Show(double value, string unit) => value.ToString("0.###", CultureInfo.InvariantCulture) + unit;

    [GeneratedRegex(@"^(?<measure>p(100|\d{1,2}(\.\d{1,3})?)|mean|max|rate|errors)\s*(?<comparison>>=|<=|>|<)\s*(?<limit>\d{1,9}(\.\d{1,6})?)\s*(?<unit>ms|s|%|/s)?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Grammar();
}
