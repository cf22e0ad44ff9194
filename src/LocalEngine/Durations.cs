using System.Numerics;

namespace Pos.LocalEngine;

/// <summary>
/// How long things took, counted in buckets of which eight double the duration: each is known within 6 %. To add one costs an increment
/// of a counter that other threads seldom touch; nothing is allocated but each thread's counters, once.
/// </summary>
internal sealed class Durations
{
    private const int StripesCount = 8;
    private const int FinenessBits = 3;
    private const int Fineness = 1 << FinenessBits;
    private const int LongestBits = 44;
    private const int BucketsCount = (LongestBits - FinenessBits + 1) << FinenessBits;

    private readonly long[]?[] _stripes = new long[StripesCount][];

    /// <summary>Counts one.</summary>
    /// <param name="ticks">Its duration in the clock's ticks; below zero counts as zero.</param>
    internal void Add(long ticks)
    {
        var stripe = Environment.CurrentManagedThreadId & (StripesCount - 1);
        var counts = Volatile.Read(ref _stripes[stripe]) ?? Make(stripe);
        Interlocked.Increment(ref counts[BucketOf(ticks)]);
    }

    /// <summary>Takes what was counted since this was last called.</summary>
    internal TakenDurations Take()
    {
        var taken = new long[BucketsCount];
        foreach (ref var stripe in _stripes.AsSpan())
        {
            if (Volatile.Read(ref stripe) is { } counts)
            {
                for (var bucket = 0; bucket < counts.Length; bucket++)
                {
                    taken[bucket] += counts[bucket] == 0 ? 0 : Interlocked.Exchange(ref counts[bucket], 0);
                }
            }
        }

        return new TakenDurations(taken);
    }

    internal static int BucketOf(long ticks)
    {
        if (ticks < Fineness)
        {
            return (int)Math.Max(ticks, 0);
        }

        var shift = Math.Min(BitOperations.Log2((ulong)ticks), LongestBits - 1) - FinenessBits;
        return ((shift + 1) << FinenessBits) + (int)((ticks >> shift) & (Fineness - 1));
    }

    /// <summary>The middle of a bucket.</summary>
    internal static double MiddleOf(int bucket)
    {
        if (bucket < Fineness)
        {
            return bucket;
        }

        var shift = (bucket >> FinenessBits) - 1;
        var from = (long)(Fineness + (bucket & (Fineness - 1))) << shift;
        return from + (((1L << shift) - 1) / 2.0);
    }

    private long[] Make(int stripe)
    {
        var made = new long[BucketsCount];
        return Interlocked.CompareExchange(ref _stripes[stripe], made, null) ?? made;
    }
}

/// <summary>Durations that were counted, by bucket.</summary>
internal readonly struct TakenDurations(long[] counts)
{
    internal long Count { get; } = counts.Sum();

    /// <summary>In the clock's ticks; 0 of nothing.</summary>
    internal double Mean
    {
        get
        {
            var sum = 0.0;
            for (var bucket = 0; bucket < counts.Length; bucket++)
            {
                sum += counts[bucket] * Durations.MiddleOf(bucket);
            }

            return Count == 0 ? 0 : sum / Count;
        }
    }

    /// <summary>In the clock's ticks; 0 of nothing.</summary>
    /// <param name="share">From 0 to 1.</param>
    internal double Percentile(double share)
    {
        var rank = (long)Math.Ceiling(share * Count);
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            rank -= counts[bucket];
            if (rank <= 0)
            {
                return Count == 0 ? 0 : Durations.MiddleOf(bucket);
            }
        }

        return 0;
    }
}
