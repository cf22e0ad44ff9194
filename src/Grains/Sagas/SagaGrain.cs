using Pos.Journal;

namespace Pos.Grains.Sagas;

/// <summary>
/// The shell of an aggregate that owes something to others: one background loop does what its durable state owes and records what came
/// of it, until nothing is owed. A saga says what is owed, does it, and decides on the facts; all the rest is here.
/// </summary>
/// <typeparam name="TState">State; what is owed is computed from its durable value alone.</typeparam>
/// <typeparam name="TEvent">Events.</typeparam>
/// <typeparam name="TDebt">What can be owed; its default is nothing.</typeparam>
/// <typeparam name="TFact">What can come of it.</typeparam>
public abstract partial class SagaGrain<TState, TEvent, TDebt, TFact>(IGrainContext context, Aggregate<TState, TEvent> aggregate, GrainServices services)
    : EventSourcedGrain<TState, TEvent>(context, aggregate, services), IWakeable
    where TState : class
    where TEvent : class
    where TDebt : struct, Enum
    where TFact : class
{
    private readonly string _category = aggregate.Category;
    private SharedAttempt _attempts = null!;
    private SagaLoop _loop = null!;
    private SagaWaiters<TState> _waiters = null!;

    /// <summary>The name of the saga as an actor: <c>order:…</c>.</summary>
    protected string Saga { get; private set; } = "";

    /// <summary>Of the request that began it, or empty: a saga that a wake-up resumes in another activation has no request to belong to.</summary>
    protected string TraceParent { get; private set; } = "";

    /// <summary>How often the step that is owed has had no answer here.</summary>
    protected int Attempts => _loop.Failures;

    private bool IsOwing => !EqualityComparer<TDebt>.Default.Equals(Owed(Durable), default);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        Saga = $"{_category}:{Key}";
        _attempts = new(LeaveIfIdle);
        _waiters = new(Saga, Services);
        _loop = new(Saga, Step, DelayDeactivation, Services);
        OnOpened();
        GoOn();
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> WakeUp(CancellationToken cancellationToken)
    {
        Refresh();
        OnWoken();
        GoOn();
        await RequireNewest(cancellationToken);
        return WakeNext(WakeAgain());
    }

    /// <summary>The debt of a state.</summary>
    protected abstract TDebt Owed(TState state);

    /// <summary>Does what is owed once, in parallel where it can; null while too little has been answered.</summary>
    protected abstract Task<TFact?> Do(TDebt debt);

    /// <summary>The decision on a fact.</summary>
    protected abstract Decision<TEvent> Decide(TState state, TFact fact);

    /// <summary>The envelope of what a step records.</summary>
    protected abstract EventContext Context(TDebt debt);

    /// <summary>When what is owed began to be owed: looked after by a wake-up from then on.</summary>
    protected abstract DateTimeOffset OwedSince(TState state);

    /// <summary>The state's name, for metrics.</summary>
    protected abstract string NameOf(TState state);

    /// <summary>The stream has been read.</summary>
    protected virtual void OnOpened()
    {
    }

    /// <summary>What came of a step is durable.</summary>
    protected virtual void OnRecorded()
    {
    }

    /// <summary>A wake-up has come, before the loop goes on.</summary>
    protected virtual void OnWoken()
    {
    }

    /// <summary>When to be woken after a wake-up.</summary>
    protected virtual DateTimeOffset? WakeAgain() => IsOwing ? Now + Services.Options.SagaWakeUp : null;

    /// <inheritdoc/>
    protected override DateTimeOffset? NextWakeUp(TState state) =>
        EqualityComparer<TDebt>.Default.Equals(Owed(state), default) ? null : OwedSince(state) + Services.Options.SagaWakeUp;

    /// <inheritdoc/>
    protected sealed override bool IsDeciding => _attempts.IsUnderWay;

    /// <inheritdoc/>
    protected override void OnDurable()
    {
        _waiters.OnChanged(Durable);
        if (IsOver(Durable))
        {
            // Hardly anybody asks again, and a day's sagas in memory are a day's growth.
            Services.Instruments.OnSagaEnded(_category, NameOf(Durable));
            DeactivateOnIdle();
        }
    }

    /// <inheritdoc/>
    protected override void OnClosed()
    {
        _loop.Stop();
        _waiters.End();
    }

    /// <summary>Remembers the trace of the first request, lets the loop do what is owed, and waits until a state is reached, but not longer than asked.</summary>
    /// <exception cref="NotDurableException">The activation ended first.</exception>
    protected async Task GoOn(Operation operation, Func<TState, bool> reached, TimeSpan waitMax)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(reached);
        TraceParent = TraceParent.Length == 0 ? operation.TraceParent : TraceParent;
        GoOn();
        if (!reached(Durable))
        {
            await _waiters.Until(reached, waitMax);
        }
    }

    /// <summary>Lets the loop do what is owed, at once if it makes a pause.</summary>
    protected void GoOn()
    {
        if (IsOwing)
        {
            _loop.Start();
        }
    }

    /// <summary>
    /// Whatever would be refused now, a repetition of what has been accepted is accepted: so nothing is refused before it is known that
    /// nothing has begun, neither by another request in the meantime nor by an activation that has overtaken this one.
    /// </summary>
    /// <returns>Whether the refusal stands; otherwise the command is to be decided again.</returns>
    /// <exception cref="NotDurableException">This activation was overtaken.</exception>
    protected async ValueTask<bool> Stands(Rejection refusal, Func<TState, bool> begun)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        ArgumentNullException.ThrowIfNull(begun);
        if (refusal.Code is RejectionCode.OperationReused or RejectionCode.JournalFull)
        {
            LeaveIfIdle();
            return true;
        }

        if (!begun(Decided))
        {
            await RequireNewest(CancellationToken.None);
        }

        return !begun(Decided);
    }

    /// <summary>
    /// Looks up elsewhere what a decision needs, and decides. Copies of one operation share one attempt. An attempt that ends with an exception leaves no
    /// activation of what does not exist.
    /// </summary>
    protected Task<Rejection?> Attempt(Operation operation, Func<Task<Rejection?>> attempt) => _attempts.Of(operation, attempt);

    private async Task<SagaStep> Step()
    {
        var debt = Owed(Durable);
        if (EqualityComparer<TDebt>.Default.Equals(debt, default))
        {
            return SagaStep.Done;
        }

        var version = DurableVersion;
        if (await Do(debt) is not { } fact)
        {
            Services.Instruments.OnSagaRetry(_category, debt.ToString());
            return SagaStep.Later;
        }

        var decision = Decide(Decided, fact);
        if (await Durably(Record(decision, Context(debt))) is not null)
        {
            return SagaStep.Later;
        }

        if (decision.Events.IsDefaultOrEmpty)
        {
            // A fact that came too late says nothing, and what is owed is seen anew. One that says nothing while nothing else has happened
            // would say it for ever: it is asked for again after a pause.
            return DurableVersion == version ? SagaStep.Later : SagaStep.Next;
        }

        OnRecorded();
        Services.Instruments.OnSagaStep(_category, debt.ToString());
        return SagaStep.Next;
    }
}
