using Pos.Journal.Writing;

namespace Pos.Journal;

/// <summary>A saved snapshot.</summary>
internal readonly record struct SnapshotRecord(ReadOnlyMemory<byte> State, int StateVersion, long Version, ReadOnlyMemory<byte> Hash);

/// <summary>Reads of a store, from any thread. A read adds at most so many events to a page, and ends.</summary>
/// <remarks>All members throw <see cref="JournalUnavailableException"/> or <see cref="JournalCorruptException"/>.</remarks>
internal interface IJournalReads
{
    /// <summary>The stream's snapshot, or null.</summary>
    ValueTask<SnapshotRecord?> ReadSnapshot(StreamName stream, CancellationToken cancellationToken);

    /// <summary>
    /// The stream's events above a version, ascending. Returns the store's id of the stream, for <see cref="WriterSession.StreamId"/>; 0
    /// when no event was found, or when the store has no ids.
    /// </summary>
    ValueTask<long> ReadStream(StreamName stream, long afterVersion, int limit, List<RecordedEvent> page, CancellationToken cancellationToken);

    /// <summary>The events above a position, up to another and including it, ascending.</summary>
    /// <param name="afterPosition">Exclusive lower bound.</param>
    /// <param name="upToPosition">Inclusive upper bound.</param>
    /// <param name="categories">The streams' categories between slashes, as <c>/cart/product/</c>; null for all.</param>
    /// <param name="limit">At most so many events.</param>
    /// <param name="page">The events are added here.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    ValueTask ReadAll(
        long afterPosition, long upToPosition, string? categories, int limit, List<RecordedEvent> page, CancellationToken cancellationToken);

    /// <summary>
    /// The events of a category's streams up to a position, by stream and version, above those two. Events above the position may be left
    /// out.
    /// </summary>
    ValueTask ReadStreams(
        string category, string afterStream, long afterVersion, long upToPosition, int limit, List<RecordedEvent> page,
        CancellationToken cancellationToken);

    /// <summary>Wake-ups of a category's streams behind a key, by stream.</summary>
    ValueTask<IReadOnlyList<WakeUpLease>> ListWakeUps(string category, string store, string afterKey, int limit, CancellationToken cancellationToken);

    /// <summary>Streams of a category that began in a store above a position, up to another.</summary>
    ValueTask<IReadOnlyList<StreamListing>> ListStreams(
        string store, string category, long afterPosition, long upToPosition, int limit, CancellationToken cancellationToken);
}
