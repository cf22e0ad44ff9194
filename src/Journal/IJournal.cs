namespace Pos.Journal;

/// <summary>
/// The append-only event journal: the only source of truth of a silo or of a cluster.
/// </summary>
/// <remarks>
/// <para><b>Atomicity.</b> One append (all its events and its wake-up change) is stored whole or not at all, whatever else shares its
/// transaction: an append that conflicts or fails takes only the appends behind it in its own session with it.</para>
/// <para><b>Durability.</b> An append is reported <see cref="AppendResult.Durable"/> only when it survives the loss of power, and when
/// its loss by any other cause would be noticed at the next start. Events that are not durable yet are neither read nor decided on: reads
/// end before them, and <see cref="Open"/> waits for them.</para>
/// <para><b>Failure.</b> Expected outcomes are data: a full queue, and <see cref="AppendResult"/>. Reads throw
/// <see cref="JournalUnavailableException"/> (try again later) or <see cref="JournalCorruptException"/> (a person has to look).</para>
/// <para><b>Order.</b> <see cref="RecordedEvent.Position"/> grows in commit order; a reader never sees a position before every smaller one.</para>
/// <para><b>Fencing.</b> (stream, version) is unique: of two writers of one version exactly one wins, the other's session is poisoned.</para>
/// <para>All members may be called from any thread. Reads see durable events only.</para>
/// </remarks>
public interface IJournal
{
    /// <summary>Position of the last durable event; 0 when the journal is empty.</summary>
    long Head { get; }

    /// <summary>
    /// Reads a stream's newest usable snapshot and the events after it into <paramref name="fold"/>, checking the hash chain on
    /// the way, and opens a session that appends behind them.
    /// </summary>
    /// <exception cref="JournalCorruptException">An event is missing or does not continue the chain.</exception>
    /// <exception cref="JournalUnavailableException">
    /// The store cannot be read now, or the stream's last event is written and did not become durable in time; nothing was opened.
    /// </exception>
    ValueTask<JournalSession> Open(StreamName stream, IStreamFold fold, CancellationToken cancellationToken);

    /// <summary>
    /// A session for a stream that is believed not to exist. Nothing is read. Its first append ends <see cref="AppendResult.Conflict"/> when the stream exists
    /// after all, and stores nothing then.
    /// </summary>
    JournalSession Begin(StreamName stream);

    /// <summary>The stream's events with a version above <paramref name="afterVersion"/>, ascending, at most <paramref name="limit"/>.</summary>
    /// <exception cref="JournalUnavailableException">The store cannot be read now.</exception>
    IAsyncEnumerable<RecordedEvent> ReadStream(StreamName stream, long afterVersion, int limit, CancellationToken cancellationToken);

    /// <summary>Every event with a position above <paramref name="afterPosition"/>, ascending, to the head of this moment.</summary>
    /// <exception cref="JournalUnavailableException">The store cannot be read now.</exception>
    IAsyncEnumerable<RecordedEvent> ReadAll(long afterPosition, CancellationToken cancellationToken);

    /// <summary>
    /// The events of some categories with a position above <paramref name="afterPosition"/>, ascending, to the head of this moment. The
    /// store passes over events of other categories, which costs far less than reading them.
    /// </summary>
    /// <param name="afterPosition">Exclusive lower bound.</param>
    /// <param name="categories">The parts before the first <c>/</c> of the streams' names.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="JournalUnavailableException">The store cannot be read now.</exception>
    IAsyncEnumerable<RecordedEvent> ReadAll(long afterPosition, IReadOnlyCollection<string> categories, CancellationToken cancellationToken);

    /// <summary>
    /// Every event of one category's streams to the head of this moment, stream by stream in the order of their names, each from version 1.
    /// The cost depends on the events of these streams alone.
    /// </summary>
    /// <exception cref="JournalUnavailableException">The store cannot be read now.</exception>
    IAsyncEnumerable<RecordedEvent> ReadStreams(string category, CancellationToken cancellationToken);

    /// <summary>
    /// Ends when <see cref="Head"/> is above a position; at once if it is. A journal that several processes write learns of the others'
    /// events by itself, within a second.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    Task WaitBeyond(long position, CancellationToken cancellationToken);

    /// <summary>
    /// The streams of one category that began (version 1) in a store after a position, in the order they began.
    /// </summary>
    /// <param name="store">The store of the first event's <see cref="EventContext.Store"/>; empty for streams that belong to none.</param>
    /// <param name="category">The part before the first <c>/</c> of the stream's name.</param>
    /// <param name="afterPosition">Exclusive lower bound: a position that an earlier page returned, or 0.</param>
    /// <param name="limit">At most so many streams.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="JournalUnavailableException">The store cannot be read now.</exception>
    ValueTask<IReadOnlyList<StreamListing>> ListStreams(
        string store, string category, long afterPosition, int limit, CancellationToken cancellationToken);

    /// <summary>The streams of a category that have a wake-up, due or not, leased or not, in the order of their names.</summary>
    /// <param name="category">The part before the first <c>/</c> of the stream's name.</param>
    /// <param name="store">Only streams that began in this store; empty for all. Costs a look at each wake-up of the category, whatever its store.</param>
    /// <param name="afterKey">Exclusive lower bound: the key of an earlier page's last stream, or empty.</param>
    /// <param name="limit">At most so many streams.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="JournalUnavailableException">The store cannot be read now.</exception>
    ValueTask<IReadOnlyList<WakeUpLease>> ListWakeUps(string category, string store, string afterKey, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Leases wake-ups that are due: each is handed to one claimer at a time, and again to another when the lease has run out
    /// before <see cref="CompleteWakeUp"/> (at least once).
    /// </summary>
    /// <param name="owner">Who claims, for <see cref="EndLeases"/> and for people who read the table.</param>
    /// <param name="lease">How long the claim keeps others away.</param>
    /// <param name="limit">At most so many, the longest due first.</param>
    /// <param name="cancellationToken">Ends the claim.</param>
    /// <exception cref="JournalUnavailableException">
    /// The store cannot be read or written now, or the queue is full. If anything was claimed all the same, its lease runs out by itself.
    /// </exception>
    ValueTask<IReadOnlyList<WakeUpLease>> ClaimWakeUps(string owner, TimeSpan lease, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Ends a lease: the wake-up moves to <paramref name="next"/>, or goes when that is null. Does nothing when the stream has
    /// changed its wake-up since the claim, or when the lease has passed to another.
    /// </summary>
    /// <exception cref="JournalUnavailableException">
    /// The store cannot be written now, or the queue is full; if the lease was not ended, it runs out by itself and the wake-up comes again.
    /// </exception>
    ValueTask CompleteWakeUp(WakeUpLease claimed, DateTimeOffset? next, CancellationToken cancellationToken);

    /// <summary>
    /// Ends every lease of an owner that will complete none any more: the claimed wake-ups are due at once. The cost depends on the number of
    /// due wake-ups alone.
    /// </summary>
    /// <returns>How many leases were ended.</returns>
    /// <exception cref="JournalUnavailableException">
    /// The store cannot be written now, or the queue is full; leases that were not ended run out by themselves.
    /// </exception>
    ValueTask<int> EndLeases(string owner, CancellationToken cancellationToken);
}

/// <summary>Receives the snapshot and the events that <see cref="IJournal.Open"/> reads. <see cref="Restore"/> comes at most once and first.</summary>
public interface IStreamFold
{
    /// <summary>
    /// Version of the state's shape, from 1; a snapshot of any other version is ignored and the stream folded anew. 0: there are no
    /// snapshots, and none is looked for.
    /// </summary>
    int StateVersion { get; }

    /// <summary>The snapshot's bytes as they were saved.</summary>
    void Restore(ReadOnlyMemory<byte> state, long version);

    /// <summary>The next event of the stream.</summary>
    void Apply(in RecordedEvent recorded);
}

/// <summary>A stream and the position at which it began.</summary>
public readonly record struct StreamListing(StreamName Stream, long Position);

/// <summary>A claimed wake-up. <paramref name="LeasedUntil"/> is a UTC instant.</summary>
public readonly record struct WakeUpLease(StreamName Stream, DateTimeOffset Due, string Owner, DateTimeOffset LeasedUntil);
