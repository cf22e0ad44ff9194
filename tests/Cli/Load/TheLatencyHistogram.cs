using HdrHistogram;
using Pos.Cli.Load;
using Pos.Cli.Load.Buyers;
using Pos.Cli.Output;

namespace Pos.Tests;

public sealed class TheLatencyHistogram
{
    private const int Seed = 7;

    [Fact]
    public void every_reading_is_at_most_a_thousandth_above_what_was_recorded()
    {
        foreach (var value in Values(20_000))
        {
            var two = new LatencyHistogram();
            two.Record(value);
            two.Record(TimeSpan.FromMinutes(30));
            var read = two.Percentile(50);
            // Below about two milliseconds the histogram's unit of a microsecond limits the precision.
            Assert.True(read >= value && (read - value).Ticks <= Math.Max(10, value.Ticks / 1_000), $"{value} reads {read} (seed {Seed})");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(95)]
    [InlineData(99)]
    [InlineData(99.9)]
    [InlineData(100)]
    public void percentiles_of_many_are_those_of_the_sorted_values(double percent)
    {
        var values = Values(50_000).ToArray();
        var histogram = Of(values);
        Array.Sort(values);
        var exact = values[(int)Math.Ceiling(percent / 100 * values.Length) - 1];
        var read = histogram.Percentile(percent);
        Assert.True(read >= exact && (read - exact).Ticks <= Math.Max(10, exact.Ticks / 1_000), $"p{percent}: {exact} reads {read} (seed {Seed})");
    }

    [Fact]
    public void merged_is_the_same_as_recorded_in_one()
    {
        var values = Values(10_000).ToArray();
        var whole = Of(values);
        var merged = Of(values.AsSpan(0, 3_000));
        merged.Add(Of(values.AsSpan(3_000)));
        merged.Add(new LatencyHistogram());

        Assert.Equal(Counts(whole), Counts(merged));
        Assert.Equal((whole.Count, whole.Max), (merged.Count, merged.Max));
        Assert.Equal(whole.Mean.TotalSeconds, merged.Mean.TotalSeconds, 1e-9);
    }

    [Fact]
    public void the_largest_and_the_mean_are_exact()
    {
        var histogram = Of(TimeSpan.FromTicks(12_345_679), TimeSpan.FromTicks(3));

        Assert.Equal((TimeSpan.FromTicks(12_345_679), TimeSpan.FromTicks(6_172_841)), (histogram.Max, histogram.Mean));
        Assert.Equal(histogram.Max, histogram.Percentile(100));
    }

    [Fact]
    public void what_is_outside_is_counted_at_the_end_of_the_range()
    {
        var histogram = Of(TimeSpan.FromSeconds(-1), TimeSpan.Zero, TimeSpan.MaxValue);

        Assert.Equal((3, TimeSpan.FromMinutes(30)), (histogram.Count, histogram.Max));
        Assert.True(histogram.Percentile(50) < TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void nothing_recorded_reads_zero_and_so_does_what_was_cleared()
    {
        var cleared = Of(TimeSpan.FromSeconds(1));
        cleared.Clear();
        foreach (var histogram in new[] { new LatencyHistogram(), cleared })
        {
            Assert.Equal((0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero), (histogram.Count, histogram.Max, histogram.Mean, histogram.Percentile(99)));
            Assert.Empty(Counts(histogram));
        }
    }

    [Fact]
    public void a_log_has_a_head_and_a_line_for_each_interval_and_gives_every_count_back()
    {
        var began = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_500);
        LatencyHistogram[] intervals = [Of(TimeSpan.FromMilliseconds(20)), new LatencyHistogram(), Of([.. Values(5_000)])];
        var file = Path.GetTempFileName();
        try
        {
            using (var log = new LatencyLog(File.Create(file)))
            {
                log.Begin(began);
                for (var i = 0; i < intervals.Length; i++)
                {
                    log.Write(TimeSpan.FromSeconds(i), TimeSpan.FromSeconds(1), intervals[i]);
                }
            }

            using var written = File.OpenRead(file);
            var read = new HistogramLogReader(written).ReadHistograms().ToList();
            Assert.Equal(intervals.Select(Counts), read.Select(Counts));
            Assert.Equal([0, 1_000, 2_000], read.Select(histogram => histogram.StartTimeStamp - began.ToUnixTimeMilliseconds()));
            Assert.All(read, histogram => Assert.Equal(1_000, histogram.EndTimeStamp - histogram.StartTimeStamp));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static LatencyHistogram Of(params ReadOnlySpan<TimeSpan> values)
    {
        var histogram = new LatencyHistogram();
        foreach (var value in values)
        {
            histogram.Record(value);
        }

        return histogram;
    }

    // The values are spread evenly over the orders of magnitude from a microsecond to half an hour.
    private static IEnumerable<TimeSpan> Values(int count)
    {
#pragma warning disable RS0030 // The same values each time.
        var chance = new Random(Seed);
#pragma warning restore RS0030
        return Enumerable.Range(0, count).Select(_ => TimeSpan.FromTicks((long)(10 * Math.Pow(1.8e9, chance.NextDouble()))));
    }

    private static (long Value, long Count)[] Counts(LatencyHistogram latencies) => Counts(latencies.Histogram);

    private static (long Value, long Count)[] Counts(HistogramBase histogram) =>
        [.. histogram.RecordedValues().Select(value => (value.ValueIteratedTo, value.CountAtValueIteratedTo))];
}
