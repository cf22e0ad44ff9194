using System.Diagnostics;

namespace Pos.Grains.Carts;

/// <summary>The debts of a cart, by its durable state.</summary>
public enum CartDebt
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>The order is told of the sale.</summary>
    HandOver,
}

/// <summary>Something that has happened outside of a cart and concerns it. A fact that came too late changes nothing.</summary>
public abstract record CartFact
{
    private CartFact()
    {
    }

    /// <summary>The order knows of the sale.</summary>
    public sealed record HandedOver : CartFact;

    /// <summary>Time has passed.</summary>
    /// <param name="Lifetime">How long a cart stays open after its last change.</param>
    /// <param name="Now">The time of the decision, UTC.</param>
    public sealed record TimePassed(TimeSpan Lifetime, DateTimeOffset Now) : CartFact;
}

/// <summary>The saga of a cart.</summary>
public static class CartSaga
{
    private static readonly Decision<CartEvent> Nothing = new([], null);

    /// <summary>The rules, as the shell runs them.</summary>
    public static SagaRules<CartState, CartEvent, CartDebt, CartFact> Rules { get; } = new(
        CartJournal.Aggregate,
        Owed,
        Decide,
        IsOver: static state => state.Cancelled is not null || state.IsHandedOver,
        NameOf: static state => state.State!.Value.ToString(),
        OriginOf,
        LastRetry: static state => state.Retried,
        RetryAsked: static operation => new CartEvent.RetryAsked(operation))
    {
        OwedSince = static state => state.CheckedOut!.At,
        Deadline = new(
            static (state, options) => state.IsLive ? state.ChangedAt + options.CartLifetime : null,
            static (options, now) => new CartFact.TimePassed(options.CartLifetime, now),
            nameof(CartEnd.Abandoned)),
    };

    /// <summary>The debt of a state. Computed from durable state only.</summary>
    public static CartDebt Owed(CartState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state is { CheckedOut: not null, IsHandedOver: false } ? CartDebt.HandOver : CartDebt.Nothing;
    }

    /// <summary>The decision on a fact.</summary>
    public static Decision<CartEvent> Decide(CartState state, CartFact fact) => fact switch
    {
        CartFact.HandedOver => Owed(state) == CartDebt.HandOver ? new CartEvent.HandedOver() : Nothing,
        CartFact.TimePassed f => state.IsLive && f.Now >= state.ChangedAt + f.Lifetime
            ? new CartEvent.Cancelled("Nobody came back for it.", f.Now, CartEnd.Abandoned)
            : Nothing,
        _ => throw new UnreachableException($"No rule for {fact.GetType().Name}."),
    };

    private static SagaOrigin? OriginOf(CartState state) =>
        state.CheckedOut is { Sale: var sale } ? new(sale.Store, sale.Till, sale.OccurredAt)
        : state.Opened is { } opened ? new(opened.Store, state.Till)
        : null;
}
