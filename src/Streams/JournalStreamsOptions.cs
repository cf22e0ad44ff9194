namespace Pos.Streams;

/// <summary>Settings of the journal's streams, section <c>Pos:Streams</c>; validated at start.</summary>
public sealed class JournalStreamsOptions
{
    /// <summary>
    /// Partitions that the silos share. Default 8, the same in every silo. More lets more silos take part; fewer costs less. With another
    /// number the partitions have no checkpoints yet and begin at the journal's first event once.
    /// </summary>
    public int Partitions { get; set; } = 8;

    /// <summary>
    /// Events that a partition keeps for consumers that are behind. Default 10,000. A consumer that falls further behind is served from the
    /// journal.
    /// </summary>
    public int CacheEventsMax { get; set; } = 10_000;

    /// <summary>
    /// How long a partition waits for new events before it gives its turn back. Default 1 s: that long the end of a silo may wait for it.
    /// New events end the wait at once.
    /// </summary>
    public TimeSpan WaitMax { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often a partition stores how far its consumers are. Default 5 s. Longer repeats more events after the death of a silo, which
    /// consumers pass over.
    /// </summary>
    public TimeSpan CheckpointEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a consumer stores its state at most. Default 1 s. Longer writes less often, and takes more events again after the death of a silo.
    /// Readers see events before they are stored.
    /// </summary>
    public TimeSpan SaveEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Events that a consumer takes at most before it stores its state. Default 5,000.</summary>
    public int SaveEventsMax { get; set; } = 5_000;

    /// <summary>Attempts at an event before its subscription is parked. Default 5.</summary>
    public int AttemptsMax { get; set; } = 5;

    /// <summary>First pause between two attempts at an event; it doubles. Default 50 ms.</summary>
    public TimeSpan RetryMin { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest time that a consumer reads the journal by itself within one call. Default 10 s: below Orleans' response time-out.</summary>
    public TimeSpan CatchUpMax { get; set; } = TimeSpan.FromSeconds(10);

    internal IEnumerable<string> Problems()
    {
        foreach (var (name, value, max) in new[]
        {
            (nameof(Partitions), Partitions, 1_024), (nameof(CacheEventsMax), CacheEventsMax, 1_000_000), (nameof(AttemptsMax), AttemptsMax, 100),
            (nameof(SaveEventsMax), SaveEventsMax, 1_000_000),
        })
        {
            if (value < 1 || value > max)
            {
                yield return $"Pos:Streams:{name} is {value}: it must be from 1 to {max}";
            }
        }

        foreach (var (name, value, max) in new[]
        {
            (nameof(WaitMax), WaitMax, TimeSpan.FromSeconds(10)), (nameof(CheckpointEvery), CheckpointEvery, TimeSpan.FromHours(1)),
            (nameof(SaveEvery), SaveEvery, TimeSpan.FromMinutes(1)),
            (nameof(RetryMin), RetryMin, TimeSpan.FromSeconds(1)), (nameof(CatchUpMax), CatchUpMax, TimeSpan.FromSeconds(20)),
        })
        {
            if (value <= TimeSpan.Zero || value > max)
            {
                yield return $"Pos:Streams:{name} is {value}: it must be above zero and at most {max}";
            }
        }
    }
}
