using Pos.Journal.Writing;

namespace Pos.Journal;

/// <summary>The outcome of a transaction, as far as it is known.</summary>
internal enum CommitOutcome
{
    /// <summary>The transaction is on disk.</summary>
    Committed,

    /// <summary>The transaction was rolled back for certain.</summary>
    NothingStored,

    /// <summary>The commit was sent, and its answer did not come or was an error: look it up.</summary>
    Unknown,
}

/// <summary>
/// The disk or database behind a journal. Queue, batching, poisoning and look-ups stand above it and are shared by every store.
/// </summary>
/// <remarks>
/// The committer calls <see cref="Commit"/>, <see cref="LookUp"/> and <see cref="Maintain"/>, one at a time. The confirmer calls
/// <see cref="Confirm"/>, for an earlier batch than the one being committed.
/// </remarks>
internal interface IJournalStore : IDisposable
{
    /// <summary>How far the journal reached, confirmed, when the store was opened.</summary>
    JournalMark Opened { get; }

    /// <summary>Reads of stored events, confirmed or not.</summary>
    IJournalReads Reads { get; }

    /// <summary>
    /// Writes a batch in one transaction. Asks <see cref="Append.MayBeWritten"/> before each append, calls <see cref="Append.OnConflict"/>
    /// for each append whose version is taken, and leaves both kinds out. Everything that is written ends
    /// <see cref="AppendResult.Durable"/>. Sets <see cref="Batch.Mark"/> when committed. Never throws for a store that fails:
    /// <see cref="Batch.Failure"/> says why.
    /// </summary>
    CommitOutcome Commit(Batch batch);

    /// <summary>
    /// Finds out which event stands at the (stream, version) of each append of a batch of unknown outcome that would end
    /// <see cref="AppendResult.Durable"/>. The same hash leaves that result; another hash makes it <see cref="AppendResult.Conflict"/>; no
    /// event makes it <see cref="AppendResult.Failed"/>. When this returns, the answer cannot change any more. Sets
    /// <see cref="Batch.Mark"/>.
    /// </summary>
    /// <exception cref="JournalUnavailableException">The store cannot be asked now.</exception>
    void LookUp(Batch batch);

    /// <summary>Records that a batch is committed, so that its loss would be noticed. Nothing is acknowledged before this returns.</summary>
    /// <exception cref="JournalUnavailableException">The record could not be written now.</exception>
    void Confirm(JournalMark mark);

    /// <summary>Housekeeping between batches, where a pause delays nobody who was already answered.</summary>
    /// <exception cref="JournalUnavailableException">The housekeeping failed.</exception>
    void Maintain();

    /// <summary>
    /// Saves a snapshot outside of the committer's transactions, if the store can. False: the snapshot has to travel in a batch. May be
    /// called while a batch is committed.
    /// </summary>
    /// <exception cref="JournalUnavailableException">The snapshot was not saved.</exception>
    bool TrySaveSnapshot(SnapshotWrite snapshot) => false;
}
