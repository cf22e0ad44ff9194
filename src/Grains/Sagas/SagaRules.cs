namespace Pos.Grains.Sagas;

/// <summary>The rules of a saga as data: pure functions of its state. <see cref="SagaGrain{TState,TEvent,TDebt,TFact}"/> runs them.</summary>
/// <param name="Aggregate">The aggregate that has the saga.</param>
/// <param name="Owed">The debt of a state to other grains; the default is nothing.</param>
/// <param name="Decide">The decision on a fact, which is the result of a step. A fact is never refused.</param>
/// <param name="IsOver">Whether a state is final.</param>
/// <param name="NameOf">The state's name in metrics and for operators.</param>
/// <param name="OriginOf">The store and till of the saga; null before it began.</param>
/// <param name="LastRetry">The operation that last asked for a retry, or null.</param>
/// <param name="RetryAsked">The event of an operator's request to try at once.</param>
public sealed record SagaRules<TState, TEvent, TDebt, TFact>(
    Aggregate<TState, TEvent> Aggregate,
    Func<TState, TDebt> Owed,
    Func<TState, TFact, Decision<TEvent>> Decide,
    Func<TState, bool> IsOver,
    Func<TState, string> NameOf,
    Func<TState, SagaOrigin?> OriginOf,
    Func<TState, string?> LastRetry,
    Func<string, TEvent> RetryAsked)
    where TState : class
    where TEvent : class
    where TDebt : struct, Enum
    where TFact : class
{
    /// <summary>Since when a state owes something: the wake-up comes so long after it. Null: since its last event.</summary>
    public Func<TState, DateTimeOffset>? OwedSince { get; init; }

    /// <summary>The change that time alone makes to a state that owes nothing; null for none.</summary>
    public SagaDeadline<TState, TFact>? Deadline { get; init; }

    /// <summary>Whether an operator may still cancel.</summary>
    public Func<TState, bool> CanBeCancelled { get; init; } = static _ => false;
}

/// <summary>Something that happens when a time is reached.</summary>
/// <param name="Of">The time for a state; null while the state has none.</param>
/// <param name="Passed">The fact that a wake-up brings; the saga's decision compares the time.</param>
/// <param name="Step">The cause in the envelope of the events.</param>
public sealed record SagaDeadline<TState, TFact>(
    Func<TState, GrainsOptions, DateTimeOffset?> Of, Func<GrainsOptions, DateTimeOffset, TFact> Passed, string Step);

/// <summary>The store and till of a saga, for the envelopes of its events.</summary>
/// <param name="Store">The store.</param>
/// <param name="Till">The till that asked last.</param>
/// <param name="OccurredAt">Business time, UTC; null for the time of the step.</param>
/// <param name="Correlation">The order that everything belongs to; null for the saga itself.</param>
public readonly record struct SagaOrigin(StoreId Store, TillId Till, DateTimeOffset? OccurredAt = null, string? Correlation = null);
