using System.Numerics;

namespace Pos.Cli.Load;

/// <summary>
/// Counts times in buckets that widen with the value, as HdrHistogram lays them out: whatever is read is at most 0.1 % above what
/// was recorded, from a microsecond to an hour, in 190 KB however much is recorded. Not for several threads at once.
/// </summary>
internal sealed class HdrHistogram
{
    /// <summary>Significant decimal digits that every reading keeps.</summary>
    public const int Digits = 3;

    /// <summary>Nanoseconds below which values are not told apart.</summary>
    public const long LowestNanoseconds = 1_000;

    /// <summary>Nanoseconds above which values are counted as this one.</summary>
    public const long HighestNanoseconds = 3_600_000_000_000;

    // 2 × 10³ values need 11 bits to be told apart by one; half of the sub-buckets of every bucket but the first repeat the one below.
    private const int SubBucketBits = 11;
    private const int HalfBits = SubBucketBits - 1;
    private const int HalfCount = 1 << HalfBits;

    private static readonly int UnitBits = BitOperations.Log2(LowestNanoseconds);
    private static readonly long SubBucketMask = ((1L << SubBucketBits) - 1) << UnitBits;
    private static readonly int CountsLength = IndexOf(HighestNanoseconds) + 1;

    private readonly long[] counts = new long[CountsLength];
    private long maxRecorded;
    private double sum;

    /// <summary>How many values were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The largest value as it was recorded; zero without any.</summary>
    public TimeSpan Max => Time(maxRecorded);

    /// <summary>The mean of the values as they were recorded; zero without any.</summary>
    public TimeSpan Mean => Count == 0 ? TimeSpan.Zero : Time((long)(sum / Count));

    /// <summary>Counts by bucket up to the largest value's, for whoever writes them down.</summary>
    public ReadOnlySpan<long> Counts => Count == 0 ? [] : counts.AsSpan(0, IndexOf(maxRecorded) + 1);

    public void Record(TimeSpan value)
    {
        // A tick is 100 ns; beyond the highest value the product could overflow.
        var nanoseconds = value.Ticks <= 0 ? 0 : value.Ticks >= HighestNanoseconds / 100 ? HighestNanoseconds : value.Ticks * 100;
        counts[IndexOf(nanoseconds)]++;
        Count++;
        sum += nanoseconds;
        maxRecorded = Math.Max(maxRecorded, nanoseconds);
    }

    /// <summary>Takes over all that another one has counted.</summary>
    public void Add(HdrHistogram other)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] += other.counts[i];
        }

        Count += other.Count;
        sum += other.sum;
        maxRecorded = Math.Max(maxRecorded, other.maxRecorded);
    }

    public void Clear()
    {
        Array.Clear(counts);
        Count = 0;
        sum = 0;
        maxRecorded = 0;
    }

    /// <summary>The time that this share of all values, in percent, did not exceed; zero without values.</summary>
    public TimeSpan Percentile(double percent)
    {
        var wanted = Math.Clamp((long)Math.Ceiling(percent / 100 * Count), 1, Math.Max(1, Count));
        var seen = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            seen += counts[i];
            if (seen >= wanted)
            {
                return Time(Math.Min(HighestOf(i), maxRecorded));
            }
        }

        return TimeSpan.Zero;
    }

    private static int IndexOf(long value)
    {
        var bucket = 64 - SubBucketBits - UnitBits - BitOperations.LeadingZeroCount((ulong)(value | SubBucketMask));
        var subBucket = (int)(value >> (bucket + UnitBits));
        return ((bucket + 1) << HalfBits) + subBucket - HalfCount;
    }

    // The largest value that is counted at the same place.
    private static long HighestOf(int index)
    {
        var bucket = (index >> HalfBits) - 1;
        var subBucket = (index & (HalfCount - 1)) + HalfCount;
        if (bucket < 0)
        {
            subBucket -= HalfCount;
            bucket = 0;
        }

        return ((subBucket + 1L) << (bucket + UnitBits)) - 1;
    }

    private static TimeSpan Time(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);
}
