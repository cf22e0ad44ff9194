namespace Pos.Journal.Tail;

/// <summary>Some events in order. They are all that a follower follows between two positions.</summary>
/// <param name="After">Exclusive lower bound.</param>
/// <param name="UpTo">Inclusive upper bound. It may lie above the last event: what lies between belongs to others.</param>
/// <param name="Events">Ascending. Never changed.</param>
public sealed record JournalPage(long After, long UpTo, IReadOnlyList<RecordedEvent> Events)
{
    /// <summary>Bytes of the payloads.</summary>
    internal long Bytes { get; init; }

    internal static async ValueTask<JournalPage> Read(
        IJournal journal, long after, IReadOnlyCollection<string>? categories, JournalTailLimits limits, CancellationToken cancellationToken)
    {
        // Everything up to here has been passed over or read once the read has ended by itself.
        var head = journal.Head;
        var events = new List<RecordedEvent>();
        var bytes = 0L;
        var read = categories is null ? journal.ReadAll(after, cancellationToken) : journal.ReadAll(after, categories, cancellationToken);
        await foreach (var recorded in read.ConfigureAwait(false))
        {
            events.Add(recorded);
            bytes += recorded.Payload.Length;
            if (events.Count >= limits.PageEventsMax || bytes >= limits.PageBytesMax)
            {
                return new(after, recorded.Position, events) { Bytes = bytes };
            }
        }

        return new(after, Math.Max(head, events.Count == 0 ? after : events[^1].Position), events) { Bytes = bytes };
    }

    /// <summary>What one follower gets of a page that was read for several.</summary>
    internal JournalPage For(long after, HashSet<string>? categories)
    {
        if (after == After && categories is null)
        {
            return this;
        }

        List<RecordedEvent> events = [.. Events.Where(recorded => recorded.Position > after && (categories is null || categories.Contains(recorded.Stream.Category)))];
        return new(after, UpTo, events);
    }
}

/// <summary>Bounds of what a tail reads and keeps.</summary>
/// <param name="PageEventsMax">Events of one read at most. Default 1,000.</param>
/// <param name="PageBytesMax">Bytes of one read's payloads at most; one event may be larger. Default 1 MiB.</param>
/// <param name="WindowEventsMax">Events kept for followers that are behind. Default 16,384.</param>
/// <param name="WindowBytesMax">Bytes of the payloads kept for them. Default 16 MiB.</param>
/// <param name="Linger">How long a read waits for more events when there are some, but less than a page. Default: not at all.</param>
public sealed record JournalTailLimits(
    int PageEventsMax = 1_000, long PageBytesMax = 1 << 20, int WindowEventsMax = 16_384, long WindowBytesMax = 16 << 20,
    TimeSpan Linger = default);
