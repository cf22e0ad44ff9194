using System.Collections.Immutable;
using System.Diagnostics;

namespace Pos.Grains;

/// <summary>How far an order has come.</summary>
/// <param name="Placed">What was asked for; null before that.</param>
/// <param name="State">Where it stands; null before it was placed.</param>
/// <param name="Cash">Cash taken, or null.</param>
/// <param name="Cancelled">Why it was given up, or null.</param>
/// <param name="Settled">True when nothing is owed any more.</param>
public sealed record OrderProgress(
    OrderEvent.Placed? Placed, OrderState? State, CashView? Cash, OrderEvent.Cancelled? Cancelled, bool Settled)
{
    /// <summary>Whether the till can be told how it ended.</summary>
    public bool HasEnded => State is OrderState.Confirmed or OrderState.Cancelled;
}

/// <summary>What an order is asked to do, with everything that has to be known for it.</summary>
public abstract record OrderCommand
{
    private OrderCommand()
    {
    }

    /// <summary>Asks for the sale.</summary>
    /// <param name="Asked">What the till says.</param>
    /// <param name="Store">The store, null when there is none.</param>
    /// <param name="Products">The products that exist, of those the lines name.</param>
    /// <param name="Now">The moment of the decision, UTC.</param>
    public sealed record Place(
        PlaceOrder Asked, StoreView? Store, IReadOnlyDictionary<Sku, ProductView> Products, DateTimeOffset Now) : OrderCommand;

    /// <summary>Gives the order up.</summary>
    public sealed record Cancel(CancelOrder Asked, DateTimeOffset Now) : OrderCommand;
}

/// <summary>The rules of an order that someone asks for. What it then does by itself is <see cref="OrderSaga"/>.</summary>
public static partial class Order
{
    private static readonly Decision<OrderEvent> Nothing = new([], null);

    /// <summary>Nobody has asked for anything.</summary>
    public static OrderProgress Initial { get; } = new(null, null, null, null, false);

    /// <summary>The order after an event.</summary>
    public static OrderProgress Evolve(OrderProgress state, OrderEvent happened) => happened switch
    {
        OrderEvent.Placed e => state with { Placed = e, State = OrderState.Created },
        OrderEvent.StockReserved => state with { State = OrderState.StockReserved },
        OrderEvent.CashTaken e => state with { State = OrderState.Confirmed, Cash = new(e.Tendered, e.Change) },
        OrderEvent.Cancelled e => state with { State = OrderState.Cancelled, Cancelled = e },
        OrderEvent.Settled => state with { Settled = true },
        _ => throw new UnreachableException($"No rule for {happened.GetType().Name}."),
    };

    /// <summary>What comes of a command.</summary>
    public static Decision<OrderEvent> Decide(OrderProgress state, OrderCommand command) => command switch
    {
        OrderCommand.Place c => Place(state, c),
        OrderCommand.Cancel c => Cancel(state, c),
        _ => throw new UnreachableException($"No rule for {command.GetType().Name}."),
    };

    private static Decision<OrderEvent> Place(OrderProgress state, OrderCommand.Place command)
    {
        var asked = command.Asked;
        if (state.Placed is { } known)
        {
            return known.Operation.Fingerprint == asked.Operation.Fingerprint && known.Operation.Id == asked.Operation.Id
                ? Nothing
                : OperationMemory.Reused(asked.Operation.Id);
        }

        if ((Refuse(asked, command.Now) ?? Checkout.RefusePlace(command.Store, asked.Store, asked.Till)) is { } refused)
        {
            return refused;
        }

        var store = command.Store!;
        var lines = ImmutableArray.CreateBuilder<OrderLine>(asked.Lines.Length);
        var sum = default(LineTotal);
        foreach (var line in asked.Lines)
        {
            if (Price(lines.Count + 1, line, store, command.Products, out var priced) is { } unsold)
            {
                return unsold;
            }

            lines.Add(priced);
            sum = new(sum.Net + priced.Net, sum.Tax + priced.Tax, sum.Gross + priced.Gross);
        }

        return RefuseTender(asked, store, sum) is { } unpaid
            ? unpaid
            : new OrderEvent.Placed(
                asked.Store,
                asked.Till,
                OperationKey.Of(asked.Operation),
                lines.MoveToImmutable(),
                store.TaxInclusive,
                new Money(sum.Net, store.Currency),
                new Money(sum.Tax, store.Currency),
                new Money(sum.Gross, store.Currency),
                asked.CashTendered,
                (asked.OccurredAt ?? command.Now).ToUniversalTime(),
                command.Now);
    }

    private static Decision<OrderEvent> Cancel(OrderProgress state, OrderCommand.Cancel command) => state.State switch
    {
        null => new Rejection(RejectionCode.UnknownOrder, "There is no such order."),
        OrderState.Created => Texts.Required(command.Asked.Reason, Limits.NameLengthMax, "reason") is { } refused
            ? refused
            : new OrderEvent.Cancelled(command.Asked.Reason, [], command.Now),
        OrderState.Cancelled => Nothing,
        _ => new Rejection(RejectionCode.IllegalTransition, "The order is paid and confirmed; it is undone by a return."),
    };
}
