using System.Diagnostics;
using Pos.Journal;

namespace Pos.Grains.Sagas;

/// <summary>
/// The shell of an aggregate that owes something to other grains. One background loop computes the debt from the durable state, pays it, and
/// records the result, until nothing is owed. Nothing in flight is remembered outside the journal, so the next activation continues after a
/// crash: a wake-up activates it.
/// </summary>
/// <typeparam name="TState">The state; its durable value decides what is owed.</typeparam>
/// <typeparam name="TEvent">The events.</typeparam>
/// <typeparam name="TDebt">The steps that can be owed; the default is nothing.</typeparam>
/// <typeparam name="TFact">The results that steps can have.</typeparam>
public abstract class SagaGrain<TState, TEvent, TDebt, TFact>(
    IGrainContext context, SagaRules<TState, TEvent, TDebt, TFact> rules, GrainServices services)
    : EventSourcedGrain<TState, TEvent>(context, rules.Aggregate, services), ISagaGrain
    where TState : class
    where TEvent : class
    where TDebt : struct, Enum
    where TFact : class
{
    private SharedAttempt _attempts = null!;
    private SagaLoop<TState> _loop = null!;

    /// <summary>The name of the saga as an actor: <c>order:…</c>.</summary>
    protected string Saga { get; private set; } = "";

    /// <summary>
    /// Trace of the request that caused what is owed, or empty. After a crash the trace comes from the journal, so everything that an order causes belongs to
    /// one trace.
    /// </summary>
    protected string TraceParent { get; private set; } = "";

    /// <summary>Why the last attempt at the owed step had no answer, in a sentence; null when no reason is known.</summary>
    protected virtual string? Trouble => null;

    /// <inheritdoc/>
    protected sealed override bool IsDeciding => _attempts.IsUnderWay;

    private string Category => rules.Aggregate.Category;

    /// <inheritdoc/>
    public sealed override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        Saga = $"{Category}:{Key}";
        TraceParent = JournaledTrace;
        _attempts = new(() => DecidedVersion, LeaveIfIdle);
        _loop = new(Category, Saga, TakeStep, DelayDeactivation, Services);
        OnOpened();
        GoOn();
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> WakeUp(CancellationToken cancellationToken)
    {
        await Opened();
        Refresh();
        if (rules.Deadline is { } deadline && rules.OriginOf(Decided) is { } origin)
        {
            Record(rules.Decide(Decided, deadline.Passed(Services.Options, Now)), Describe(deadline.Step, origin with { OccurredAt = null }));
        }

        GoOn();
        await RequireNewest(cancellationToken);
        var soon = Now + Services.Options.SagaWakeUp;
        return WakeNext(IsOwing(Durable) ? soon : DeadlineOf(Durable) is { } at ? (at > soon ? at : soon) : null);
    }

    /// <inheritdoc/>
    public async Task<SagaView?> Inspect(CancellationToken cancellationToken)
    {
        await Opened();
        Refresh();
        return DurableVersion == 0 ? null : await Show(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Outcome<SagaView>> Retry(Operation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        await Opened();
        var recording = Record(DecideRetry(operation), Describe(operation), operation.IfVersion);
        if (await FindRefusal(recording) is { } refused)
        {
            return refused;
        }

        GoOn();
        return await Show(CancellationToken.None);
    }

    /// <summary>Does an owed step once, for all its targets in parallel. Null while too few have answered.</summary>
    protected abstract Task<TFact?> Do(TDebt debt);

    /// <summary>Called after the activation, and again when the stream was read later.</summary>
    protected virtual void OnOpened()
    {
    }

    /// <summary>Called after the result of a step has become durable.</summary>
    protected virtual void OnRecorded()
    {
    }

    /// <summary>An action of the operator beside retry and cancel, or null.</summary>
    protected virtual string? FindAction(TState state) => null;

    /// <inheritdoc/>
    protected sealed override void OnRead()
    {
        TraceParent = JournaledTrace;
        OnOpened();
        GoOn();
    }

    /// <inheritdoc/>
    protected sealed override bool IsOver(TState state) => rules.IsOver(state);

    /// <inheritdoc/>
    protected sealed override DateTimeOffset? NextWakeUp(TState state) =>
        IsOwing(state) ? (rules.OwedSince?.Invoke(state) ?? Now) + Services.Options.SagaWakeUp : DeadlineOf(state);

    /// <inheritdoc/>
    protected sealed override void OnDurable(TState before)
    {
        _loop.OnChanged(Durable);
        OnMoved(before);
        if (rules.IsOver(Durable))
        {
            if (!rules.IsOver(before))
            {
                Services.Instruments.OnSagaEnded(Category, rules.NameOf(Durable));
            }

            // Hardly anybody asks again, and the sagas of a day would fill the memory.
            DeactivateOnIdle();
        }
    }

    /// <summary>Called after <see cref="EventSourcedGrain{TState,TEvent}.Durable"/> has changed, for metrics.</summary>
    protected virtual void OnMoved(TState before)
    {
    }

    /// <inheritdoc/>
    protected sealed override void OnClosed() => _loop.Stop();

    /// <summary>Starts the loop when something is owed; ends its pause when it is in one.</summary>
    protected void GoOn()
    {
        if (IsOwing(Durable))
        {
            _loop.Start();
        }
    }

    /// <summary>Starts the loop and waits until the durable state has come far enough, but not longer than <paramref name="waitMax"/>.</summary>
    /// <exception cref="NotDurableException">The activation ended first.</exception>
    protected Task WaitUntil(Func<TState, bool> reached, Operation operation, TimeSpan waitMax)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(reached);
        TraceParent = TraceParent.Length == 0 ? operation.TraceParent : TraceParent;
        GoOn();
        return reached(Durable) ? Task.CompletedTask : _loop.WaitUntil(reached, waitMax);
    }

    /// <summary>
    /// Decides on a request that needs answers from other grains. Copies of one request share one attempt. When something else was decided
    /// before a refusal could be given, the request is decided again: it may have been accepted meanwhile.
    /// </summary>
    /// <param name="operation">The request.</param>
    /// <param name="attempt">Asks the other grains, records a decision, and returns <see cref="EventSourcedGrain{TState,TEvent}.FindRefusal"/>.</param>
    protected Task<Rejection?> Attempt(Operation operation, Func<Task<Rejection?>> attempt) => _attempts.Run(operation, attempt);

    /// <summary>The envelope of an event that a step causes.</summary>
    protected EventContext Describe(TDebt step) => Describe(step.ToString(), rules.OriginOf(Durable)!.Value);

    /// <summary>The envelope of an event that a step causes which has no debt.</summary>
    protected EventContext Describe(string step, in SagaOrigin origin) =>
        Envelope.OfSaga(Saga, Key, step, origin, origin.OccurredAt ?? Now, TraceParent);

    /// <summary>The envelope of an event that a command to the existing saga causes.</summary>
    protected EventContext Describe(Operation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return Envelope.Of(operation with { Correlation = Key }, rules.OriginOf(Decided)?.Store ?? default, operation.Till, Now);
    }

    private bool IsOwing(TState state) => !EqualityComparer<TDebt>.Default.Equals(rules.Owed(state), default);

    private DateTimeOffset? DeadlineOf(TState state) => rules.Deadline?.Of(state, Services.Options);

    private Decision<TEvent> DecideRetry(Operation operation) =>
        rules.LastRetry(Decided) == operation.Id ? new Decision<TEvent>([], null)
        : IsOwing(Decided) ? rules.RetryAsked(operation.Id)
        : new Rejection(RejectionCode.IllegalTransition, "Nothing is owed.");

    private async Task<SagaStep> TakeStep()
    {
        var debt = rules.Owed(Durable);
        if (EqualityComparer<TDebt>.Default.Equals(debt, default))
        {
            return SagaStep.Done;
        }

        var (name, began) = (debt.ToString(), Services.Clock.GetTimestamp());
        _loop.Step = name;
        using var span = SagaTracing.StartStep(Category, Saga, name, TraceParent);
        var (outcome, fault) = ("failed", default(Exception));
        try
        {
            var step = await Pay(debt);
            outcome = step == SagaStep.Next ? "recorded" : "later";
            return step;
        }
        catch (Exception unexpected)
        {
            fault = unexpected;
            throw;
        }
        finally
        {
            span?.End(outcome, fault);
            Services.Instruments.OnSagaStep(Category, name, outcome, Services.Clock.GetElapsedTime(began));
        }
    }

    private async Task<SagaStep> Pay(TDebt debt)
    {
        var version = DurableVersion;
        if (await Do(debt) is not { } fact)
        {
            return SagaStep.Later;
        }

        var decision = rules.Decide(Decided, fact);
        Debug.Assert(decision.Rejection is null, "A fact has happened: it is recorded or changes nothing.");
        if (await WaitUntilDurable(Record(decision, Describe(debt))) is not null)
        {
            // The journal's queue is full.
            return SagaStep.Later;
        }

        if (decision.Events.IsDefaultOrEmpty)
        {
            // A fact that came too late changes nothing, and the debt is computed again. When nothing else has happened either, the same fact
            // would come for ever: it is asked for again after a pause.
            return DurableVersion == version ? SagaStep.Later : SagaStep.Next;
        }

        OnRecorded();
        return SagaStep.Next;
    }

    private async Task<SagaView> Show(CancellationToken cancellationToken)
    {
        var steps = await Read(SagaViewing.ReadSteps(Services.Journal, new StreamName(Category, Key), cancellationToken));
        var (state, debt) = (Durable, rules.Owed(Durable));
        return SagaViewing.View(
            Category,
            Key,
            rules.OriginOf(state)?.Store ?? default,
            rules.NameOf(state),
            IsOwing(state) ? debt.ToString() : null,
            _loop.Attempts with { Trouble = _loop.Attempts.Trouble ?? Trouble },
            WakesAt,
            steps,
            [rules.CanBeCancelled(state) ? "cancel" : null, FindAction(state)],
            DurableVersion);
    }
}
