namespace Pos.Journal;

/// <summary>Limits of the writer, the same for every journal. Bound from the configuration section <c>Journal</c>.</summary>
public class JournalOptions
{
    /// <summary>
    /// Events in one transaction at most. Default 2,000. More raises throughput under pressure and the time everyone in the batch waits.
    /// An append of more events than this travels alone.
    /// </summary>
    public int BatchEventsMax { get; set; } = 2_000;

    /// <summary>Bytes in one transaction at most. Default 4 MiB. A larger append travels alone.</summary>
    public int BatchBytesMax { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// Events waiting at most; beyond it <see cref="JournalSession.TryAppend"/> refuses. Default 20,000: about a third of a
    /// second of work. More hides longer stalls and lets callers wait longer for an answer.
    /// </summary>
    public int QueueEventsMax { get; set; } = 20_000;

    /// <summary>Bytes waiting at most. Default 64 MiB, which bounds the memory a stalled disk can cost. No append may be larger.</summary>
    public int QueueBytesMax { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// How long the committer waits until as many operations wait as the last batch had, when those were many. Default 1 ms on SQLite, where each commit writes
    /// its pages and flushes once, whatever its size: fewer and larger batches take less of the processor. 0, no wait, on PostgreSQL, whose server gathers
    /// commits itself. A lone caller never waits for it.
    /// </summary>
    public TimeSpan LingerMax { get; set; }

    /// <summary>
    /// How long a failed commit is looked up, or a failed flush repeated. Then its appends end <see cref="AppendResult.Unknown"/>, and those
    /// that wait behind them <see cref="AppendResult.Failed"/>. Default 2 s. Longer hides longer outages and lets callers wait longer.
    /// </summary>
    public TimeSpan UnknownAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Pause between two attempts of the same while the store fails. Default 50 ms.</summary>
    public TimeSpan RetryEvery { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Throws for the first setting that cannot work, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public virtual void Validate()
    {
        Require(BatchEventsMax, 1, 1_000_000, nameof(BatchEventsMax));
        Require(BatchBytesMax, 1_024, 1 << 30, nameof(BatchBytesMax));
        Require(QueueEventsMax, 1, 10_000_000, nameof(QueueEventsMax));
        Require(QueueBytesMax, 1_024, 1 << 30, nameof(QueueBytesMax));
        Require(LingerMax.TotalMilliseconds, 0, 1_000, nameof(LingerMax) + " (in ms)");
        Require(UnknownAfter.TotalMilliseconds, 1, 600_000, nameof(UnknownAfter) + " (in ms)");
        Require(RetryEvery.TotalMilliseconds, 1, 60_000, nameof(RetryEvery) + " (in ms)");
    }

    private protected static void Require(double value, double min, double max, string setting)
    {
        if (!(value >= min && value <= max))
        {
            throw new ArgumentOutOfRangeException(setting, value, $"Journal:{setting} must lie between {min} and {max}.");
        }
    }
}
