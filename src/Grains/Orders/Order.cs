using System.Collections.Immutable;
using System.Diagnostics;

namespace Pos.Grains.Orders;

/// <summary>How far an order has come.</summary>
/// <param name="Placed">What was asked for; null before that.</param>
/// <param name="State">Where it stands; null before it was placed.</param>
/// <param name="Cash">Cash taken, or null.</param>
/// <param name="Cancelled">Why it was given up, or null.</param>
/// <param name="Settled">True when nothing is owed any more.</param>
/// <param name="WasReserved">Whether it was given up when every line was held, so that money may have been asked for.</param>
public sealed record OrderProgress(
    OrderEvent.Placed? Placed, OrderState? State, CashView? Cash, OrderEvent.Cancelled? Cancelled, bool Settled, bool WasReserved = false)
{
    /// <summary>The returns of this order, in the order in which they came.</summary>
    public ImmutableList<OrderEvent.ReturnAccepted> Returns { get; init; } = [];

    /// <summary>Pieces of them, by the number of the order's line.</summary>
    public ImmutableDictionary<int, int> Returned { get; init; } = ImmutableDictionary<int, int>.Empty;

    /// <summary>How many of <see cref="Returns"/>, from the first, the returns know of.</summary>
    public int HandedOver { get; init; }

    /// <summary>The last operation that wished for a retry, or null.</summary>
    public string? Retried { get; init; }

    /// <summary>Money that did not go back to the cards of a cancelled order, because an operator closed its refund; null for none.</summary>
    public Money? Unpaid { get; init; }

    /// <summary>The first return whose grain has not been told of it yet, or null.</summary>
    public OrderEvent.ReturnAccepted? ToHandOver => HandedOver < Returns.Count ? Returns[HandedOver] : null;

    /// <summary>Whether the till can be told how it ended.</summary>
    public bool HasEnded => State is OrderState.Confirmed or OrderState.Cancelled;
}

/// <summary>A command to an order, with everything that the decision needs.</summary>
public abstract record OrderCommand
{
    private OrderCommand()
    {
    }

    /// <summary>How long after it happened something may be told without a manager.</summary>
    public TimeSpan ToldLateMax { get; init; } = Limits.ToldLateMax;

    /// <summary>Asks for the sale.</summary>
    /// <param name="Asked">What the till says.</param>
    /// <param name="Store">The store, null when there is none.</param>
    /// <param name="Products">The products that exist, of those the lines name.</param>
    /// <param name="Credit">Of the return that is to pay; null without one, and when it has none.</param>
    /// <param name="Now">The moment of the decision, UTC.</param>
    public sealed record Place(
        PlaceOrder Asked, StoreView? Store, IReadOnlyDictionary<Sku, ProductView> Products, CreditView? Credit, DateTimeOffset Now) : OrderCommand
    {
        /// <summary>Whether <see cref="Order.Refuse"/> has let it pass already, before anything was looked up.</summary>
        public bool IsWellFormed { get; init; }

        /// <summary>Whether somebody is there to charge cards.</summary>
        public bool TakesCards { get; init; } = true;
    }

    /// <summary>Tells of a sale that a cart has decided.</summary>
    public sealed record Take(TakeOrder Asked, DateTimeOffset Now) : OrderCommand;

    /// <summary>Takes lines back.</summary>
    /// <param name="Asked">What the till says.</param>
    /// <param name="Store">The order's store; null when it was not looked up.</param>
    /// <param name="Now">The moment of the decision, UTC.</param>
    public sealed record Return(ReturnLines Asked, StoreView? Store, DateTimeOffset Now) : OrderCommand
    {
        /// <summary>The part that an exchange paid, for an order that did not journal whose money it was; otherwise null.</summary>
        public CreditTender? Credit { get; init; }
    }

    /// <summary>Gives the order up.</summary>
    public sealed record Cancel(CancelOrder Asked, DateTimeOffset Now) : OrderCommand;
}

/// <summary>The rules of commands to an order. <see cref="OrderSaga"/> has the rules of its saga.</summary>
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
        OrderEvent.Paid e => state with { State = OrderState.Confirmed, Cash = e.Tendered.Amount == 0 ? null : new(e.Tendered, e.Change) },
        OrderEvent.Cancelled e => state with { State = OrderState.Cancelled, Cancelled = e, WasReserved = state.State == OrderState.StockReserved },
        OrderEvent.Settled e => state with { Settled = true, Unpaid = e.Unpaid },
        OrderEvent.ReturnAccepted e => state with { Returns = state.Returns.Add(e), Returned = Add(state.Returned, e.Lines) },
        OrderEvent.ReturnHandedOver => state with { HandedOver = state.HandedOver + 1 },
        OrderEvent.RetryAsked e => state with { Retried = e.Operation },
        _ => throw new UnreachableException($"No rule for {happened.GetType().Name}."),
    };

    /// <summary>The decision on a command.</summary>
    public static Decision<OrderEvent> Decide(OrderProgress state, OrderCommand command) => command switch
    {
        OrderCommand.Place c => Place(state, c),
        OrderCommand.Take c => IsKnown(state, c.Asked.Operation, out var known) ? known : Placed(c.Asked.Operation, c.Asked.Sale, c.Now),
        OrderCommand.Cancel c => Cancel(state, c),
        OrderCommand.Return c => Return(state, c),
        _ => throw new UnreachableException($"No rule for {command.GetType().Name}."),
    };

    private static Decision<OrderEvent> Place(OrderProgress state, OrderCommand.Place command)
    {
        var asked = command.Asked;
        if (IsKnown(state, asked.Operation, out var known))
        {
            return known;
        }

        if (((command.IsWellFormed ? null : Refuse(asked, command.Now, command.ToldLateMax, command.TakesCards)) ?? Checkout.RefusePlace(command.Store, asked.Store, asked.Till)) is { } refused)
        {
            return refused;
        }

        var store = command.Store!;
        if (Price(command, store, out var lines, out var sum) is { } unsold)
        {
            return unsold;
        }

        if (Checkout.RefuseTotal(sum) is { } tooMuch)
        {
            return tooMuch;
        }

        if (Tenders.Resolve(asked.Tender, store, sum.Gross, command.Credit, out var tenders) is { } unpaid)
        {
            return unpaid;
        }

        var isApproved = Sale.NeedsApproval(lines) || Checkout.IsToldLate(asked.OccurredAt, command.Now, command.ToldLateMax);
        return Placed(
            asked.Operation,
            Sale.Of(
                asked.Store, asked.Till, lines, sum, store, tenders, (asked.OccurredAt ?? command.Now).ToUniversalTime(), null,
                isApproved ? asked.Operation.ApprovedBy : "", asked.Operation.Actor),
            command.Now);
    }

    private static bool IsKnown(OrderProgress state, Operation asked, out Decision<OrderEvent> decision)
    {
        decision = state.Placed is not { } known || (known.Operation.Fingerprint == asked.Fingerprint && known.Operation.Id == asked.Id)
            ? Nothing
            : OperationMemory.Reused(asked.Id);
        return state.Placed is not null;
    }

    private static OrderEvent.Placed Placed(Operation operation, PricedSale sale, DateTimeOffset now) => new(
        sale.Store,
        sale.Till,
        OperationKey.Of(operation),
        sale.Lines,
        sale.TaxInclusive,
        sale.Net,
        sale.Tax,
        sale.Gross,
        sale.Tendered,
        sale.OccurredAt,
        now,
        sale.Rounding,
        sale.Cards,
        sale.Credit,
        sale.Cart,
        sale.ApprovedBy,
        HoldsBySku: true,
        SoldBy: sale.SoldBy,
        CashRounding: sale.CashRounding);

    private static Decision<OrderEvent> Cancel(OrderProgress state, OrderCommand.Cancel command)
    {
        var asked = command.Asked;
        if (state.Placed is null)
        {
            return new Rejection(RejectionCode.UnknownOrder, "There is no such order.");
        }

        if (state.Cancelled?.Operation is { } known && known.Id == asked.Operation.Id)
        {
            return known.Fingerprint == asked.Operation.Fingerprint ? Nothing : OperationMemory.Reused(asked.Operation.Id);
        }

        if (Texts.Required(asked.Reason, Limits.NameLengthMax, "reason") is { } refused)
        {
            return refused;
        }

        return state.State switch
        {
            OrderState.Created or OrderState.StockReserved =>
                new OrderEvent.Cancelled(asked.Reason, [], command.Now, null, OperationKey.Of(asked.Operation)),
            OrderState.Cancelled => Nothing,
            _ => new Rejection(RejectionCode.IllegalTransition, "The order is paid and confirmed; it is undone by a return."),
        };
    }
}
