namespace Pos.Journal;

/// <summary>
/// One activation's way to append to one stream. The session knows the stream's version and chain hash, so it queues appends without
/// waiting for those before them. They are stored in the order they were queued.
/// </summary>
/// <remarks>
/// The first append that does not end <see cref="AppendResult.Durable"/> poisons the session for good: everything queued behind
/// it ends <see cref="AppendResult.Poisoned"/> and is never stored. The owner reopens the stream and decides anew.
/// Not thread-safe for appending: one owner, one turn at a time. <see cref="IsPoisoned"/> may be read from anywhere.
/// </remarks>
public abstract class JournalSession
{
    /// <summary>The stream this session appends to.</summary>
    public abstract StreamName Stream { get; }

    /// <summary>Version of the last queued event, durable or not; 0 for an empty stream.</summary>
    public abstract long Version { get; }

    /// <summary>Version of the last durable event.</summary>
    public abstract long DurableVersion { get; }

    /// <summary>True after the first append that was not durable.</summary>
    public abstract bool IsPoisoned { get; }

    /// <summary>
    /// Ends when everything queued so far is durable or the session is poisoned; already ended when nothing is under way.
    /// </summary>
    public abstract Task<AppendResult> Pending { get; }

    /// <summary>Queues events behind all those queued before. Returns at once; never blocks.</summary>
    /// <param name="events">One or more events, stored atomically with consecutive versions.</param>
    /// <param name="context">Who, where and when, stored with each of the events.</param>
    /// <param name="wakeUp">The change of the stream's wake-up in the same transaction.</param>
    /// <param name="result">
    /// How the append ends. An unknown outcome is looked up first, never guessed. A poisoned session ends it
    /// <see cref="AppendResult.Poisoned"/> at once, a closed journal <see cref="AppendResult.Failed"/>.
    /// </param>
    /// <returns>False: the journal's queue is full. Nothing has changed, and the session is unharmed; try again later.</returns>
    /// <exception cref="ArgumentException">No events, or more bytes than the journal's queue holds; nothing has changed.</exception>
    public abstract bool TryAppend(
        ReadOnlySpan<NewEvent> events, EventContext context, WakeUpChange wakeUp, out Task<AppendResult> result);

    /// <summary>
    /// Saves the folded state of a durable version later, without a promise: a snapshot only saves time. Ignored when
    /// <paramref name="version"/> is above <see cref="DurableVersion"/>.
    /// </summary>
    /// <param name="state">Writes the state, once, on a thread of the journal. The state must not change any more.</param>
    /// <param name="stateVersion">Version of the state's shape.</param>
    /// <param name="version">Version of the stream that the state was folded to.</param>
    public abstract void SaveSnapshot(Func<ReadOnlyMemory<byte>> state, int stateVersion, long version);
}

/// <summary>How an append ends.</summary>
public enum AppendResult
{
    /// <summary>On disk, whatever happens next.</summary>
    Durable,

    /// <summary>Another writer has taken the version; nothing was stored. The session is poisoned.</summary>
    Conflict,

    /// <summary>The store failed and nothing was stored. The session is poisoned.</summary>
    Failed,

    /// <summary>An append before it in the session was not durable, so this one was never stored.</summary>
    Poisoned,

    /// <summary>
    /// The store failed around the commit and could not be asked within the journal's bound (a broken disk, a server away): the
    /// append is stored whole or not at all, and the journal does not know which. The session is poisoned. Reopening the stream tells,
    /// and throws <see cref="JournalUnavailableException"/> until it can.
    /// </summary>
    Unknown,
}

/// <summary>The change that an append makes to its stream's one wake-up.</summary>
public readonly record struct WakeUpChange
{
    private WakeUpChange(Kind kind, DateTimeOffset due) => (What, Due) = (kind, due);

    /// <summary>Which change.</summary>
    public Kind What { get; }

    /// <summary>The UTC instant, for <see cref="Kind.Set"/>.</summary>
    public DateTimeOffset Due { get; }

    /// <summary>Leaves the wake-up as it is.</summary>
    public static WakeUpChange Keep => default;

    /// <summary>The stream has nothing due any more.</summary>
    public static WakeUpChange Clear { get; } = new(Kind.Clear, default);

    /// <summary>The stream wants to be woken at an instant.</summary>
    public static WakeUpChange Set(DateTimeOffset due) => new(Kind.Set, due);

    /// <summary>The three changes there are.</summary>
    public enum Kind
    {
        /// <summary>No change.</summary>
        Keep,

        /// <summary>Removed.</summary>
        Clear,

        /// <summary>Set, whatever it was before.</summary>
        Set,
    }
}
