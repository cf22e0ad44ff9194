using System.Buffers.Binary;
using System.IO.Compression;
using Pos.Cli.Load;

namespace Pos.Tests;

public sealed class TheHistogram
{
    private const int Seed = 7;

    [Fact]
    public void every_reading_is_at_most_a_thousandth_above_what_was_recorded()
    {
        foreach (var value in Values(20_000))
        {
            var two = new HdrHistogram();
            two.Record(value);
            two.Record(TimeSpan.FromHours(1));
            var read = two.Percentile(50);
            // Below two milliseconds or so the unit of a microsecond is the limit.
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
        merged.Add(new HdrHistogram());

        Assert.Equal(whole.Counts, merged.Counts);
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

        Assert.Equal((3, TimeSpan.FromHours(1)), (histogram.Count, histogram.Max));
        Assert.True(histogram.Percentile(50) < TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void nothing_recorded_reads_zero_and_so_does_what_was_cleared()
    {
        var cleared = Of(TimeSpan.FromSeconds(1));
        cleared.Clear();
        foreach (var histogram in new[] { new HdrHistogram(), cleared })
        {
            Assert.Equal((0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero), (histogram.Count, histogram.Max, histogram.Mean, histogram.Percentile(99)));
            Assert.True(histogram.Counts.IsEmpty);
        }
    }

    [Fact]
    public void the_encoding_gives_every_count_back()
    {
        foreach (var histogram in new[] { new HdrHistogram(), Of(TimeSpan.FromHours(1)), Of([.. Values(5_000)]), Of([.. Enumerable.Repeat(TimeSpan.Zero, 300)]) })
        {
            Assert.Equal(histogram.Counts, Decode(HdrLog.Encode(histogram)));
        }
    }

    [Fact]
    public void a_log_has_a_head_and_a_line_for_each_interval()
    {
        var written = new StringWriter();
        using (var log = new HdrLog(written))
        {
            log.Begin(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_500));
            log.Write(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1.001), Of(TimeSpan.FromMilliseconds(20)));
        }

        var lines = written.ToString().Split('\n');
        Assert.Equal("#[Histogram log format version 1.3]", lines[1]);
        Assert.Equal("#[BaseTime: 1700000000.500 (seconds since epoch)]", lines[2]);
        Assert.Equal("#[StartTime: 1700000000.500 (seconds since epoch), Tue Nov 14 22:13:20 UTC 2023]", lines[3]);
        // Times are relative to BaseTime, the maximum is in milliseconds; HISTFAAA is how the encoding always begins.
        Assert.StartsWith("2.000,1.001,20.000,HISTFAAA", lines[5], StringComparison.Ordinal);
    }

    private static HdrHistogram Of(params ReadOnlySpan<TimeSpan> values)
    {
        var histogram = new HdrHistogram();
        foreach (var value in values)
        {
            histogram.Record(value);
        }

        return histogram;
    }

    // As many of each order of magnitude, from a microsecond to an hour.
    private static IEnumerable<TimeSpan> Values(int count)
    {
#pragma warning disable RS0030 // The same values each time.
        var chance = new Random(Seed);
#pragma warning restore RS0030
        return Enumerable.Range(0, count).Select(_ => TimeSpan.FromTicks((long)(10 * Math.Pow(3.6e9, chance.NextDouble()))));
    }

    // Written from the format's description, and not with the code that encodes.
    private static long[] Decode(string text)
    {
        var bytes = Convert.FromBase64String(text);
        Assert.Equal((0x1c849314, bytes.Length - 8), (BinaryPrimitives.ReadInt32BigEndian(bytes), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4))));
        using var inflated = new MemoryStream();
        using (var zlib = new ZLibStream(new MemoryStream(bytes, 8, bytes.Length - 8), CompressionMode.Decompress))
        {
            zlib.CopyTo(inflated);
        }

        var payload = inflated.ToArray();
        Assert.Equal((0x1c849313, payload.Length - 40), (BinaryPrimitives.ReadInt32BigEndian(payload), BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(4))));
        Assert.Equal(
            (0, 3, 1_000L, 3_600_000_000_000L, 1.0),
            (BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(8)), BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(12)),
                BinaryPrimitives.ReadInt64BigEndian(payload.AsSpan(16)), BinaryPrimitives.ReadInt64BigEndian(payload.AsSpan(24)),
                BinaryPrimitives.ReadDoubleBigEndian(payload.AsSpan(32))));
        List<long> counts = [];
        for (var at = 40; at < payload.Length;)
        {
            var (zigzag, shift) = (0UL, 0);
            do
            {
                zigzag |= (ulong)(payload[at] & 0x7f) << shift;
                shift += 7;
            }
            while ((payload[at++] & 0x80) != 0);
            var value = (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
            counts.AddRange(value < 0 ? new long[-value] : [value]);
        }

        return [.. counts];
    }
}
