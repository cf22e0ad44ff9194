namespace Pos.Journal;

/// <summary>
/// One activation's way to append to one stream. Knows the stream's version and chain hash, so appends are queued without
/// waiting for those before them, and are stored in the order they were queued.
/// </summary>
/// <remarks>
/// The first append that does not end <see cref="AppendResult.Durable"/> poisons the session for good: everything queued behind
/// it ends <see cref="AppendResult.Poisoned"/> unsent, and nothing more is admitted. The owner reopens the stream and decides anew.
/// Not thread-safe for appending: one owner, one turn at a time. <see cref="IsPoisoned"/> may be read from anywhere.
/// </remarks>
public abstract class JournalSession
{
    /// <summary>The stream this session appends to.</summary>
    public abstract StreamName Stream { get; }

    /// <summary>Version of the last admitted event, durable or not; 0 for an empty stream.</summary>
    public abstract long Version { get; }

    /// <summary>Version of the last durable event.</summary>
    public abstract long DurableVersion { get; }

    /// <summary>True after the first append that was not durable.</summary>
    public abstract bool IsPoisoned { get; }

    /// <summary>
    /// Ends when everything admitted so far is durable or the session is poisoned; already ended when nothing is under way.
    /// </summary>
    public abstract Task<AppendResult> Pending { get; }

    /// <summary>Queues events behind all those admitted before. Returns at once; never blocks.</summary>
    /// <param name="events">One or more events, stored atomically with consecutive versions.</param>
    /// <param name="context">Who, where and when, stored with every one of them.</param>
    /// <param name="wakeUp">What becomes of the stream's wake-up in the same transaction.</param>
    /// <param name="result">When admitted: ends with the append's fate. An unknown fate is looked up first, never guessed.</param>
    /// <returns>
    /// Whether it was queued. When it was not, nothing has changed and the session is as it was. A journal that is closed admits and
    /// fails: the result is <see cref="AppendResult.Failed"/> at once.
    /// </returns>
    /// <exception cref="ArgumentException">No events, or more bytes than the journal's queue holds; nothing has changed.</exception>
    public abstract AppendAdmission TryAppend(
        ReadOnlySpan<NewEvent> events, EventContext context, WakeUpChange wakeUp, out Task<AppendResult> result);

    /// <summary>
    /// Saves the folded state of a durable version, at leisure and without a promise: a snapshot only saves time. Ignored when
    /// <paramref name="version"/> is above <see cref="DurableVersion"/>.
    /// </summary>
    /// <param name="state">Writes the state, once, on a thread of the journal's: it must not change any more.</param>
    /// <param name="stateVersion">Version of its shape.</param>
    /// <param name="version">Version of the stream it was folded to.</param>
    public abstract void SaveSnapshot(Func<ReadOnlyMemory<byte>> state, int stateVersion, long version);
}

/// <summary>Whether an append was queued.</summary>
public enum AppendAdmission
{
    /// <summary>Queued; its result follows.</summary>
    Admitted,

    /// <summary>The journal's queue is full: try again later. The session is unharmed.</summary>
    QueueFull,

    /// <summary>The session is poisoned: reopen the stream.</summary>
    Poisoned,
}

/// <summary>The fate of an admitted append.</summary>
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
    /// append is either stored whole or not at all, and nobody knows which. The session is poisoned; reopening the stream tells,
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
