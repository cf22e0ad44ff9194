using HdrHistogram;

namespace Pos.Cli.Output;

/// <summary>
/// Times in an HdrHistogram of nanoseconds. From a microsecond to half an hour a reading is at most 0.1 % above the recorded value, however many values
/// there are. Mean and maximum are exact. Not safe for several threads at once.
/// </summary>
internal sealed class LatencyHistogram
{
    private const long LowestNanoseconds = 1_000;

    // From 2⁴¹ ns on, which is 36 minutes, the width of a bucket overflows an int in the library.
    private const long HighestNanoseconds = 1_800_000_000_000;
    private const int Digits = 3;

    private readonly LongHistogram _histogram = new(LowestNanoseconds, HighestNanoseconds, Digits);
    private long _maxRecorded;
    private double _sum;

    /// <summary>The number of recorded values.</summary>
    public long Count => _histogram.TotalCount;

    /// <summary>The largest recorded value; zero without values.</summary>
    public TimeSpan Max => Time(_maxRecorded);

    /// <summary>The mean of the recorded values; zero without values.</summary>
    public TimeSpan Mean => Count == 0 ? TimeSpan.Zero : Time((long)(_sum / Count));

    /// <summary>The histogram itself, for the log.</summary>
    public HistogramBase Histogram => _histogram;

    public void Record(TimeSpan value)
    {
        // A tick is 100 ns; beyond the highest value the product could overflow.
        var nanoseconds = value.Ticks <= 0 ? 0 : value.Ticks >= HighestNanoseconds / 100 ? HighestNanoseconds : value.Ticks * 100;
        _histogram.RecordValue(nanoseconds);
        _sum += nanoseconds;
        _maxRecorded = Math.Max(_maxRecorded, nanoseconds);
    }

    /// <summary>Adds all values of another histogram.</summary>
    public void Add(LatencyHistogram other)
    {
        _histogram.Add(other._histogram);
        _sum += other._sum;
        _maxRecorded = Math.Max(_maxRecorded, other._maxRecorded);
    }

    public void Clear()
    {
        _histogram.Reset();
        _sum = 0;
        _maxRecorded = 0;
    }

    /// <summary>The time that this share of all values, in percent, does not exceed; zero without values.</summary>
    public TimeSpan Percentile(double percent) =>
        Count == 0 ? TimeSpan.Zero : Time(Math.Min(_histogram.HighestEquivalentValue(_histogram.GetValueAtPercentile(percent)), _maxRecorded));

    private static TimeSpan Time(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);
}

/// <summary>Latencies as reports show them, in milliseconds.</summary>
/// <param name="Count">The number of values.</param>
/// <param name="MeanMs">The mean.</param>
/// <param name="P50Ms">Half of the values are not longer.</param>
/// <param name="P90Ms">90 % of them are not longer.</param>
/// <param name="P95Ms">95 % of them are not longer.</param>
/// <param name="P99Ms">99 % of them are not longer.</param>
/// <param name="P999Ms">99.9 % of them are not longer.</param>
/// <param name="MaxMs">The longest.</param>
internal sealed record Times(long Count, double MeanMs, double P50Ms, double P90Ms, double P95Ms, double P99Ms, double P999Ms, double MaxMs)
{
    public static Times Of(LatencyHistogram histogram) => new(
        histogram.Count,
        Milliseconds(histogram.Mean),
        Milliseconds(histogram.Percentile(50)),
        Milliseconds(histogram.Percentile(90)),
        Milliseconds(histogram.Percentile(95)),
        Milliseconds(histogram.Percentile(99)),
        Milliseconds(histogram.Percentile(99.9)),
        Milliseconds(histogram.Max));

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
