using HdrHistogram;

namespace Pos.Cli.Output;

/// <summary>
/// Times in an HdrHistogram of nanoseconds: a reading is at most 0.1 % above what was recorded, from a microsecond to half an hour, however much
/// is recorded. Mean and maximum are those of the values themselves. Not for several threads at once.
/// </summary>
internal sealed class LatencyHistogram
{
    private const long LowestNanoseconds = 1_000;
    // From 2⁴¹ ns on, which is 36 minutes, the library computes the width of a bucket in an int.
    private const long HighestNanoseconds = 1_800_000_000_000;
    private const int Digits = 3;

    private readonly LongHistogram histogram = new(LowestNanoseconds, HighestNanoseconds, Digits);
    private long maxRecorded;
    private double sum;

    /// <summary>How many values were recorded.</summary>
    public long Count => histogram.TotalCount;

    /// <summary>The largest value as it was recorded; zero without any.</summary>
    public TimeSpan Max => Time(maxRecorded);

    /// <summary>The mean of the values as they were recorded; zero without any.</summary>
    public TimeSpan Mean => Count == 0 ? TimeSpan.Zero : Time((long)(sum / Count));

    /// <summary>For whoever writes them down.</summary>
    public HistogramBase Histogram => histogram;

    public void Record(TimeSpan value)
    {
        // A tick is 100 ns; beyond the highest value the product could overflow.
        var nanoseconds = value.Ticks <= 0 ? 0 : value.Ticks >= HighestNanoseconds / 100 ? HighestNanoseconds : value.Ticks * 100;
        histogram.RecordValue(nanoseconds);
        sum += nanoseconds;
        maxRecorded = Math.Max(maxRecorded, nanoseconds);
    }

    /// <summary>Takes over all that another one has counted.</summary>
    public void Add(LatencyHistogram other)
    {
        histogram.Add(other.histogram);
        sum += other.sum;
        maxRecorded = Math.Max(maxRecorded, other.maxRecorded);
    }

    public void Clear()
    {
        histogram.Reset();
        sum = 0;
        maxRecorded = 0;
    }

    /// <summary>The time that this share of all values, in percent, did not exceed; zero without values.</summary>
    public TimeSpan Percentile(double percent) =>
        Count == 0 ? TimeSpan.Zero : Time(Math.Min(histogram.HighestEquivalentValue(histogram.GetValueAtPercentile(percent)), maxRecorded));

    private static TimeSpan Time(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);
}
