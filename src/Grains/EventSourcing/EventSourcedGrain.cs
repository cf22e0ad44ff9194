using System.Diagnostics;
using Orleans;
using Pos.Journal;

namespace Pos.Grains.EventSourcing;

/// <summary>
/// The shell around a pure aggregate: decide, append, reply. Decide, evolve and enqueue happen in one synchronous call of
/// <see cref="Record"/>, so that a reentrant grain is still atomic; what interleaves is only the wait for durability.
/// </summary>
/// <remarks>
/// After the first append that was not durable this activation knows nothing any more: it refuses everything with
/// <see cref="NotDurableException"/> and asks to be deactivated. Orleans does that only when no request runs, so the refusal is
/// ours to make. The next activation reads the truth.
/// <para>The context is a parameter and not taken from Orleans' ambient one, so that a simulator can make the same grain.</para>
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

    /// <summary>The state after everything decided, durable or not. Decide on this, never show or act on it before <see cref="Durably"/>.</summary>
    protected TState Decided => _decided;

    /// <summary>Version of <see cref="Decided"/>.</summary>
    protected long DecidedVersion => Session.Version;

    /// <summary>The state after everything that is on disk. Debts and answers to reads are computed from it.</summary>
    protected TState Durable { get; private set; } = aggregate.Initial;

    /// <summary>Version of <see cref="Durable"/>.</summary>
    protected long DurableVersion { get; private set; }

    /// <summary>The grain's key, which is the stream's.</summary>
    protected string Key { get; private set; } = "";

    /// <summary>The services of the host.</summary>
    protected GrainServices Services => services;

    /// <summary>This moment, UTC.</summary>
    protected DateTimeOffset Now => services.Clock.GetUtcNow();

    /// <summary>When the journal wakes it, as far as is known here; null for never.</summary>
    protected DateTimeOffset? WakesAt => _wakeUp;

    /// <summary>True when nothing more may be decided here.</summary>
    protected bool IsClosed => _closed || Session.IsPoisoned;

    private int EventsBetweenSnapshots => Math.Min(services.Options.SnapshotEventsMax, aggregate.Snapshots?.EventsBetween(Durable) ?? 0);

    private JournalSession Session => _session ?? throw new InvalidOperationException("The grain is not active.");

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Key = this.GetPrimaryKeyString();
        var fold = aggregate.Fold();
        try
        {
            _session = await services.Journal.Open(new StreamName(aggregate.Category, Key), fold, cancellationToken);
        }
        catch (JournalUnavailableException unreadable)
        {
            throw Unreadable(unreadable);
        }

        Durable = _decided = Tidy(fold.State, int.MaxValue);
        DurableVersion = _session.Version;
        _snapshotVersion = fold.SnapshotVersion;
        _wakeUp = NextWakeUp(_decided);
        services.Instruments.OnActivated(aggregate.Category, DurableVersion - _snapshotVersion);
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
        // The next activation reads the stream: better that it finds everything there.
        if (await _session.Pending.WaitAsync(cancellationToken) == AppendResult.Durable)
        {
            Advance();
            SaveSnapshot(Math.Min(SnapshotOnLeavingMin, EventsBetweenSnapshots));
        }
    }

    /// <summary>
    /// Journals a decision that was made on <see cref="Decided"/> in this same turn, without any wait in between. Then await
    /// <see cref="Durably"/> before anything is said about it.
    /// </summary>
    /// <param name="decision">What was decided.</param>
    /// <param name="context">The envelope of its events.</param>
    /// <param name="ifVersion">The version at which the stream has to stand unless nothing is to be journaled; null for any.</param>
    /// <exception cref="NotDurableException">This activation has lost the journal: the next one decides.</exception>
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
            // A refusal or a repetition rests on what was decided before it, so it waits for that too.
            return new Recording(session.Pending, decision.Rejection);
        }

        if (ifVersion is { } expected && expected != session.Version)
        {
            return new Recording(session.Pending, new(RejectionCode.VersionMismatch, $"It stands at version {session.Version}, not {expected}."));
        }

        // Forgotten is what earlier decisions left, never what this one ends: its reply still shows that.
        var state = Tidy(_decided, ForgottenPerDecisionMax);
        var events = new NewEvent[decision.Events.Length];
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = aggregate.Codec.Write(decision.Events[i]);
            state = aggregate.Evolve(state, decision.Events[i]);
        }

        var wakeUp = Change(NextWakeUp(state));
        if (!session.TryAppend(events, context, wakeUp, out var result))
        {
            services.Instruments.OnJournalFull(aggregate.Category);
            return new Recording(NothingPending, JournalFull);
        }

        _decided = state;
        _underWay.Enqueue((session.Version, _decided));
        _wakeUp = wakeUp.What switch
        {
            WakeUpChange.Kind.Keep => _wakeUp,
            WakeUpChange.Kind.Clear => null,
            WakeUpChange.Kind.Set => wakeUp.Due,
            _ => throw new UnreachableException(),
        };
        services.Instruments.OnDecided(aggregate.Category, events.Length);
        return new Recording(result, null);
    }

    /// <summary>Waits until a decision, and everything it was decided on, is on disk; answers its refusal, if it was one.</summary>
    /// <exception cref="NotDurableException">It is not, or nobody knows.</exception>
    protected async ValueTask<Rejection?> Durably(Recording recording)
    {
        var result = await recording.Result;
        if (result != AppendResult.Durable)
        {
            Close(result);
            throw NotDurable(result);
        }

        Advance();
        LeaveIfIdle();
        return recording.Rejection;
    }

    /// <summary>Before a read of <see cref="Durable"/>: takes in what has become durable, and refuses when the journal is lost.</summary>
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

    /// <summary>A read straight from the journal, which fails as everything of a grain fails when the journal does.</summary>
    /// <exception cref="NotDurableException">The journal cannot be read now.</exception>
    protected async Task<T> Read<T>(Task<T> reading)
    {
        try
        {
            return await reading;
        }
        catch (JournalUnavailableException unreadable)
        {
            throw Unreadable(unreadable);
        }
    }

    /// <summary>Whether this state is over: nobody is expected to ask for it again soon, so the activation leaves when it has answered.</summary>
    protected virtual bool IsOver(TState state) => false;

    /// <summary>Whether something is under way here that is not decided yet.</summary>
    protected virtual bool IsDeciding => false;

    /// <summary>When a state wants to be woken, or null. The journal's wake-up is changed only to something earlier, or to nothing.</summary>
    protected virtual DateTimeOffset? NextWakeUp(TState state) => null;

    /// <summary>Remembers, at the end of a wake-up, when the next one is; the journal moves to it.</summary>
    protected DateTimeOffset? WakeNext(DateTimeOffset? next) => _wakeUp = next;

    /// <summary>The state without up to <paramref name="max"/> things that need not be remembered any more. Changes no answer.</summary>
    protected virtual TState Tidy(TState state, int max) => state;

    /// <summary>Called after <see cref="Durable"/> has changed.</summary>
    protected virtual void OnDurable()
    {
    }

    /// <summary>Called when this activation has lost the journal or ends. May be called twice.</summary>
    protected virtual void OnClosed()
    {
    }

    // What is due, or nearly so by a clock that is ahead of ours, may have been claimed and moved already: only a wake-up that lies
    // well in the future is known to be there.
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

        while (_underWay.TryPeek(out var next) && next.Version <= durable)
        {
            (DurableVersion, Durable) = _underWay.Dequeue();
        }

        OnDurable();
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
