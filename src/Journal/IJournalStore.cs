using Pos.Journal.Writing;

namespace Pos.Journal;

/// <summary>The outcome of a transaction, as far as it is known.</summary>
internal enum CommitOutcome
{
    /// <summary>The transaction is on disk.</summary>
    Committed,

    /// <summary>It was rolled back for certain.</summary>
    NothingStored,

    /// <summary>The commit was sent and its answer did not come, or was an error: look it up.</summary>
    Unknown,
}

/// <summary>A saved snapshot.</summary>
internal readonly record struct SnapshotRecord(ReadOnlyMemory<byte> State, int StateVersion, long Version, ReadOnlyMemory<byte> Hash);

/// <summary>
/// The disk or database behind a journal. Queue, batching, poisoning and look-ups stand above it and are shared by every store.
/// </summary>
/// <remarks>
/// <see cref="Commit"/>, <see cref="LookUp"/> and <see cref="Maintain"/> are called by one writer, one at a time;
/// <see cref="Confirm"/> by one confirmer, for an earlier batch than the one being committed; reads from anywhere.
/// </remarks>
internal interface IJournalStore : IDisposable
{
    /// <summary>How far the journal reached, confirmed, when the store was opened.</summary>
    JournalMark Opened { get; }

    /// <summary>
    /// Writes a batch in one transaction. Appends whose version is taken are left out and marked by <see cref="Batch.Conflicted"/>;
    /// before each append <see cref="Batch.MayWrite"/> is asked; everything else that is written is marked <see cref="Fate.Stored"/>.
    /// Sets <see cref="Batch.Mark"/> when committed. Never throws for a store that fails: <see cref="Batch.Failure"/> says why.
    /// </summary>
    CommitOutcome Commit(Batch batch);

    /// <summary>
    /// Finds out, for each append marked <see cref="Fate.Stored"/> of a batch of unknown outcome, what stands at its (stream, version):
    /// the same hash leaves it, another makes it <see cref="Fate.Conflict"/>, nothing makes it <see cref="Fate.Failed"/>. When this
    /// returns, the answer cannot change any more. Sets <see cref="Batch.Mark"/>.
    /// </summary>
    /// <exception cref="JournalUnavailableException">The store cannot be asked now.</exception>
    void LookUp(Batch batch);

    /// <summary>Makes a committed batch noticeable should it ever get lost. Nothing is acknowledged before this returns.</summary>
    /// <exception cref="JournalUnavailableException">It could not be written now.</exception>
    void Confirm(JournalMark mark);

    /// <summary>Housekeeping between batches, where a pause delays nobody who was already answered.</summary>
    void Maintain();

    /// <summary>
    /// Saves a snapshot beside the writer, if the store can: no decision waits for it, and none fails with it. False: it has to travel in
    /// a batch. May be called while a batch is committed.
    /// </summary>
    /// <exception cref="JournalUnavailableException">It was not saved.</exception>
    bool TrySaveSnapshot(SnapshotWrite snapshot) => false;

    /// <summary>The stream's snapshot, or null.</summary>
    ValueTask<SnapshotRecord?> ReadSnapshot(StreamName stream, CancellationToken cancellationToken);

    /// <summary>
    /// Adds the stream's events above a version to a page, ascending, at most so many. Answers what the store calls the stream, for
    /// <see cref="WriterSession.StreamId"/>; 0 when it found none, or calls streams by their names.
    /// </summary>
    ValueTask<long> ReadStream(StreamName stream, long afterVersion, int limit, List<RecordedEvent> page, CancellationToken cancellationToken);

    /// <summary>Adds the events above a position, up to another and including it, ascending, at most so many.</summary>
    ValueTask ReadAll(long afterPosition, long upToPosition, int limit, List<RecordedEvent> page, CancellationToken cancellationToken);

    /// <summary>As above, of those categories only whose names stand between slashes in <paramref name="categories"/>: <c>/cart/product/</c>.</summary>
    ValueTask ReadAll(
        long afterPosition, long upToPosition, string categories, int limit, List<RecordedEvent> page, CancellationToken cancellationToken);

    /// <summary>
    /// Adds the events of a category's streams up to a position, by stream and version, above those two, at most so many. What is above
    /// the position may be left out.
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
