using System.Diagnostics;

namespace Pos.Grains;

/// <summary>What a cart still owes, by its durable state.</summary>
public enum CartDebt
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>The order is told of the sale.</summary>
    HandOver,
}

/// <summary>What has happened to a cart outside of it. A fact that came too late changes nothing.</summary>
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

/// <summary>What a cart does by itself.</summary>
public static class CartSaga
{
    private static readonly Decision<CartEvent> Nothing = new([], null);

    /// <summary>What is owed. Computed from durable state only.</summary>
    public static CartDebt Owed(CartProgress state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state is { CheckedOut: not null, IsHandedOver: false } ? CartDebt.HandOver : CartDebt.Nothing;
    }

    /// <summary>What a fact comes to.</summary>
    public static Decision<CartEvent> Decide(CartProgress state, CartFact fact) => fact switch
    {
        CartFact.HandedOver => Owed(state) == CartDebt.HandOver ? new CartEvent.HandedOver() : Nothing,
        CartFact.TimePassed f => state.IsLive && f.Now >= state.ChangedAt + f.Lifetime
            ? new CartEvent.Cancelled("Nobody came back for it.", f.Now, CartEnd.Abandoned)
            : Nothing,
        _ => throw new UnreachableException($"No rule for {fact.GetType().Name}."),
    };
}
