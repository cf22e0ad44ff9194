using System.Diagnostics;
using Orleans;
using Pos.Journal;

namespace Pos.Grains.EventSourcing;

/// <summary>
/// The shell around a pure aggregate. It reads the stream when it is activated, decides on commands, appends events, and answers.
/// <para>
/// The grain knows two states. <see cref="Decided"/> contains every event that this activation has queued for the journal, including events
/// that are not on disk yet. <see cref="Durable"/> contains only events that are on disk. A decision is made on <see cref="Decided"/>, so that
/// thousands of decisions share one disk write. A read and what a saga owes come from <see cref="Durable"/>, and a reply waits until the version
/// that it rests on is durable, so that nobody is told anything that a crash could take back.
/// </para>
/// <code>
/// command ─► decide on Decided ─► Record: evolve Decided, queue events ─► journal ─► Advance: Durable catches up ─► Answer
///            one synchronous block: nothing interleaves                   (waits)
/// </code>
/// <para>
/// A wake-up (<see cref="NextWakeUp"/>) is a row that the journal writes in the same transaction as the events, and that
/// <c>WakeUpDispatcher</c> delivers at least once by calling <see cref="IWakeable.WakeUp"/>. Orleans reminders are not used: they live in another
/// store, so a crash between the two writes would lose one of them, and their shortest period is a minute.
/// </para>
/// </summary>
/// <remarks>
/// After the first append that does not become durable, this activation no longer knows the truth. It refuses every call with
/// <see cref="NotDurableException"/> and asks Orleans to deactivate it. Orleans deactivates only when no request runs, so the shell itself has to
/// refuse until then. The next activation reads the stream again.
/// <para>The context is a parameter instead of Orleans' ambient one, so that a simulator can create the same grain.</para>
/// </remarks>
public abstract partial class EventSourcedGrain<TState, TEvent>(
    IGrainContext context, Aggregate<TState, TEvent> aggregate, GrainServices services) : Grain(context)
    where TState : class
    where TEvent : class
{
    private readonly Queue<(long Version, TState State)> _underWay = new();
    private JournalSession? _session;
    private TState _decided = aggregate.Initial;
    private DateTimeOffset? _wakeUp;
    private long _snapshotVersion;
    private bool _closed;

    /// <summary>The state after every decision, durable or not. Decide on it. Do not show it before <see cref="WaitUntilDurable"/>.</summary>
    protected TState Decided => _decided;

    /// <summary>Version of <see cref="Decided"/>.</summary>
    protected long DecidedVersion => Session.Version;

    /// <summary>The state after every event that is on disk. Reads and debts are computed from it.</summary>
    protected TState Durable { get; private set; } = aggregate.Initial;

    /// <summary>Version of <see cref="Durable"/>.</summary>
    protected long DurableVersion { get; private set; }

    /// <summary>The key of the grain and of its stream.</summary>
    protected string Key { get; private set; } = "";

    /// <summary>The services of the host.</summary>
    protected GrainServices Services => services;

    /// <summary>This moment, UTC.</summary>
    protected DateTimeOffset Now => services.Clock.GetUtcNow();

    /// <summary>When the journal wakes this grain, as far as this activation knows; null for never.</summary>
    protected DateTimeOffset? WakesAt => _wakeUp;

    /// <summary>True when this activation has lost the journal or ends: it decides nothing more.</summary>
    protected bool IsClosed => _closed || Session.IsPoisoned;

    /// <summary>The trace of the last request that the stream knew when this activation began, or empty.</summary>
    protected string JournaledTrace { get; private set; } = "";

    private int EventsBetweenSnapshots => Math.Min(services.Options.SnapshotEventsMax, aggregate.Snapshots?.EventsBetween(Durable) ?? 0);

    private JournalSession Session => _session ?? throw new InvalidOperationException("The grain is not active.");

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Key = this.GetPrimaryKeyString();
        if (MayBeginUnread && services.Begun.Add(Key))
        {
            BeginUnread();
            return;
        }

        await Read(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_session is null)
        {
            return;
        }

        _closed = true;
        OnClosed();
        // Wait for appends under way, so that the next activation finds them in the stream.
        if (await _session.Pending.WaitAsync(cancellationToken) == AppendResult.Durable)
        {
            Advance();
            SaveSnapshot(Math.Min(SnapshotOnLeavingMin, EventsBetweenSnapshots));
        }
    }

    /// <summary>
    /// Queues the events of a decision for the journal. The decision must have been made on <see cref="Decided"/> in this same turn, without
    /// an await in between. Nothing may be told about it before <see cref="Answer{TView}"/>, <see cref="FindRefusal"/> or
    /// <see cref="WaitUntilDurable"/> has returned.
    /// </summary>
    /// <param name="decision">Events or a refusal.</param>
    /// <param name="context">The envelope of the events.</param>
    /// <param name="ifVersion">The version that the caller expects of the stream; null for any. Ignored when there is nothing to journal.</param>
    /// <exception cref="NotDurableException">This activation has lost the journal. The next one decides.</exception>
    protected Recording Record(in Decision<TEvent> decision, EventContext context, long? ifVersion = null)
    {
        var session = Session;
        if (IsClosed)
        {
            Close(AppendResult.Poisoned);
            throw NotDurable(AppendResult.Poisoned);
        }

        if (decision.Rejection is not null || decision.Events.IsDefaultOrEmpty)
        {
            // A refusal or a repetition depends on earlier decisions, so its reply waits until those are durable.
            return new Recording(session.Pending, decision.Rejection);
        }

        if (ifVersion is { } expected && expected != session.Version)
        {
            return new Recording(session.Pending, new(RejectionCode.VersionMismatch, $"The version is {session.Version}, not {expected}."));
        }

        // Tidy before applying the new events: the reply still shows holds that this decision ends.
        var state = Tidy(_decided, ForgottenPerDecisionMax);
        var events = new NewEvent[decision.Events.Length];
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = aggregate.Codec.Write(decision.Events[i]);
            state = aggregate.Evolve(state, decision.Events[i]);
        }

        var version = session.Version;
        var wakeUp = Change(NextWakeUp(state));
        if (!session.TryAppend(events, context, wakeUp, out var result))
        {
            services.Instruments.OnJournalFull(aggregate.Category);
            return new Recording(NothingPending, JournalFull);
        }

        Debug.Assert(session.Version == version + events.Length || session.IsPoisoned, "The session counts the events that it admits.");
        _first ??= _isUnread ? result : null;
        _decided = state;
        _underWay.Enqueue((session.Version, _decided));
        _wakeUp = wakeUp.What switch
        {
            WakeUpChange.Kind.Keep => _wakeUp,
            WakeUpChange.Kind.Clear => null,
            WakeUpChange.Kind.Set => wakeUp.Due,
            _ => throw new UnreachableException(),
        };
        services.Instruments.OnDecided(aggregate.Category, events);
        OnQueued(_underWay.Count);
        return new Recording(result, null);
    }

    /// <summary>Call before a read of <see cref="Durable"/>. Applies events that have become durable; fails when this activation has lost the journal.</summary>
    /// <exception cref="NotDurableException">This activation has lost the journal.</exception>
    protected void Refresh()
    {
        if (IsClosed)
        {
            Close(AppendResult.Poisoned);
            throw NotDurable(AppendResult.Poisoned);
        }

        Advance();
        LeaveIfIdle();
    }

    /// <summary>Whether a state is final, so that nobody is expected to ask for it again soon. The activation leaves after its answer.</summary>
    protected virtual bool IsOver(TState state) => false;

    /// <summary>Whether a decision is under way that waits for other grains. The activation stays until it is made.</summary>
    protected virtual bool IsDeciding => false;

    /// <summary>When a state needs a wake-up; null for never. The journal's wake-up is only ever made earlier, or removed.</summary>
    protected virtual DateTimeOffset? NextWakeUp(TState state) => null;

    /// <summary>Call at the end of a wake-up with the next one. The dispatcher moves the journal's wake-up to it.</summary>
    protected DateTimeOffset? WakeNext(DateTimeOffset? next) => _wakeUp = next;

    /// <summary>The state without up to <paramref name="max"/> entries whose time has passed. Changes no answer.</summary>
    protected virtual TState Tidy(TState state, int max) => state;

    /// <summary>Called after a decision was queued for the journal.</summary>
    /// <param name="waiting">Decisions of this activation that wait for the disk.</param>
    protected virtual void OnQueued(int waiting)
    {
    }

    /// <summary>Called after <see cref="Durable"/> has changed.</summary>
    /// <param name="before">Its value before.</param>
    protected virtual void OnDurable(TState before)
    {
    }

    /// <summary>Called when this activation has lost the journal, and when it ends: possibly twice.</summary>
    protected virtual void OnClosed()
    {
    }

    // A dispatcher may already have claimed and moved a wake-up that is due, or almost due by a clock ahead of ours. Only a wake-up well in the
    // future is certain to be in the journal.
    private WakeUpChange Change(DateTimeOffset? next) => next is { } due
        ? _wakeUp is { } known && known <= due && known > Now + Limits.ClockSkewMax ? WakeUpChange.Keep : WakeUpChange.Set(due)
        : _wakeUp is null ? WakeUpChange.Keep : WakeUpChange.Clear;

    private void Advance()
    {
        var durable = Session.DurableVersion;
        if (DurableVersion >= durable)
        {
            return;
        }

        var before = Durable;
        while (_underWay.TryPeek(out var next) && next.Version <= durable)
        {
            (DurableVersion, Durable) = _underWay.Dequeue();
        }

        Debug.Assert(DurableVersion == durable, "Record queues every version that the journal confirms.");
        Debug.Assert(_underWay.Count > 0 || ReferenceEquals(Durable, _decided), "With nothing under way, what is decided is durable.");
        OnDurable(before);
        if (aggregate.Snapshots is not null && DurableVersion - _snapshotVersion >= EventsBetweenSnapshots)
        {
            SaveSnapshot(1);
        }
    }

    private void SaveSnapshot(long eventsMin)
    {
        if (aggregate.Snapshots is { } format && DurableVersion - _snapshotVersion >= eventsMin)
        {
            var state = Durable;
            Session.SaveSnapshot(() => format.Write(state), format.StateVersion, DurableVersion);
            _snapshotVersion = DurableVersion;
        }
    }
}
