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
    /// <param name="Lifetime">How long a cart that nobody touches is kept.</param>
    /// <param name="Now">The moment of the decision, UTC.</param>
    public sealed record TimePassed(TimeSpan Lifetime, DateTimeOffset Now) : CartFact;
}

/// <summary>The saga of a cart.</summary>
public static class CartSaga
{
    private static readonly Decision<CartEvent> Nothing = new([], null);

    /// <summary>The debt of a state. Computed from durable state only.</summary>
    public static CartDebt Owed(CartProgress state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state is { CheckedOut: not null, IsHandedOver: false } ? CartDebt.HandOver : CartDebt.Nothing;
    }

    /// <summary>The decision on a fact.</summary>
    public static Decision<CartEvent> Decide(CartProgress state, CartFact fact) => fact switch
    {
        CartFact.HandedOver => Owed(state) == CartDebt.HandOver ? new CartEvent.HandedOver() : Nothing,
        CartFact.TimePassed f => state.IsLive && f.Now >= state.ChangedAt + f.Lifetime
            ? new CartEvent.Cancelled("Nobody came back for it.", f.Now, CartEnd.Abandoned)
            : Nothing,
        _ => throw new UnreachableException($"No rule for {fact.GetType().Name}."),
    };
}
