using System.Collections.Immutable;
using System.Diagnostics;

namespace Pos.Grains.Orders;

/// <summary>How far an order has come.</summary>
/// <param name="Placed">The sale; null before the order was placed.</param>
/// <param name="State">The state; null before the order was placed.</param>
/// <param name="Cash">Cash taken, or null.</param>
/// <param name="Cancelled">The cancellation, or null.</param>
/// <param name="Settled">True when nothing is owed.</param>
/// <param name="WasReserved">Whether every line was held when it was cancelled: money may have been asked for.</param>
public sealed record OrderState(
    OrderEvent.Placed? Placed, OrderStatus? State, CashView? Cash, OrderEvent.Cancelled? Cancelled, bool Settled, bool WasReserved = false)
{
    /// <summary>The returns of this order, in the order in which they came.</summary>
    public ImmutableList<OrderEvent.ReturnAccepted> Returns { get; init; } = [];

    /// <summary>Pieces of them, by the number of the order's line.</summary>
    public ImmutableDictionary<int, int> Returned { get; init; } = ImmutableDictionary<int, int>.Empty;

    /// <summary>How many of <see cref="Returns"/>, from the first, have been handed over to their grains.</summary>
    public int HandedOver { get; init; }

    /// <summary>The last operation that asked for a retry, or null.</summary>
    public string? Retried { get; init; }

    /// <summary>Money that did not go back to the cards of a cancelled order, because an operator closed its refund; null for none.</summary>
    public Money? Unpaid { get; init; }

    /// <summary>The first return whose grain has not been told of it yet, or null.</summary>
    public OrderEvent.ReturnAccepted? ToHandOver => HandedOver < Returns.Count ? Returns[HandedOver] : null;

    /// <summary>Whether the order is confirmed or cancelled.</summary>
    public bool HasEnded => State is OrderStatus.Confirmed or OrderStatus.Cancelled;
}

/// <summary>The rules of commands to an order. <see cref="OrderSaga"/> has the rules of its saga.</summary>
public static partial class Order
{
    private static readonly Decision<OrderEvent> Nothing = new([], null);

    /// <summary>The order before it is placed.</summary>
    public static OrderState Initial { get; } = new(null, null, null, null, false);

    /// <summary>The order after an event.</summary>
    public static OrderState Evolve(OrderState state, OrderEvent happened) => happened switch
    {
        OrderEvent.Placed e => state with { Placed = e, State = OrderStatus.Created },
        OrderEvent.StockReserved => state with { State = OrderStatus.StockReserved },
        OrderEvent.CashTaken e => state with { State = OrderStatus.Confirmed, Cash = new(e.Tendered, e.Change) },
        OrderEvent.Paid e => state with { State = OrderStatus.Confirmed, Cash = e.Tendered.Amount == 0 ? null : new(e.Tendered, e.Change) },
        OrderEvent.Cancelled e => state with { State = OrderStatus.Cancelled, Cancelled = e, WasReserved = state.State == OrderStatus.StockReserved },
        OrderEvent.Settled e => state with { Settled = true, Unpaid = e.Unpaid },
        OrderEvent.ReturnAccepted e => state with { Returns = state.Returns.Add(e), Returned = Add(state.Returned, e.Lines) },
        OrderEvent.ReturnHandedOver => state with { HandedOver = state.HandedOver + 1 },
        OrderEvent.RetryAsked e => state with { Retried = e.Operation },
        _ => throw new UnreachableException($"No rule for {happened.GetType().Name}."),
    };

    /// <summary>Why a request is refused for any store and products, or null. Checked before anything is looked up.</summary>
    public static Rejection? Refuse(PlaceOrder asked, SalePolicy policy, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var count = asked.Lines.IsDefault ? 0 : asked.Lines.Length;
        var refused = Checkout.RefuseOperation(asked.Operation)
            ?? Checkout.RefuseCount(count)
            ?? Checkout.RefuseTime(asked.OccurredAt, now, policy, asked.Operation)
            ?? Tenders.Refuse(asked.Tender, policy.TakesCards)
            ?? AnnotationRules.Refuse(asked.Annotations);
        for (var i = 0; i < count && refused is null; i++)
        {
            var line = asked.Lines[i];
            refused = Checkout.RefuseLine(i + 1, line.Sku, line.Quantity) ?? RefuseOverride(line.Override, asked.Operation);
        }

        return refused;
    }

    /// <summary>The decision on a sale.</summary>
    /// <param name="state">The order.</param>
    /// <param name="asked">The request.</param>
    /// <param name="shop">The store and the products that the lines name; its default when nothing was looked up.</param>
    /// <param name="credit">The credit of the return that is to pay; null without one, or when the return has none.</param>
    /// <param name="policy">The settings of the host.</param>
    /// <param name="now">The time of the decision, UTC.</param>
    public static Decision<OrderEvent> Place(
        OrderState state, PlaceOrder asked, Assortment shop, CreditView? credit, SalePolicy policy, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(asked);
        if (Recognise(state, asked.Operation) is { } known)
        {
            return known;
        }

        if ((Refuse(asked, policy, now) ?? Checkout.RefusePlace(shop.Store, asked.Store, asked.Till)) is { } refused)
        {
            return refused;
        }

        var store = shop.Store!;
        if ((Price(asked, shop, now, out var lines, out var sum) ?? Checkout.RefuseTotal(sum)) is { } unsold)
        {
            return unsold;
        }

        if (Tenders.Resolve(asked.Tender, store, sum.Gross, credit, out var tenders) is { } unpaid)
        {
            return unpaid;
        }

        var isApproved = Sale.NeedsApproval(lines) || Checkout.IsToldLate(asked.OccurredAt, now, policy);
        return Placed(
            asked.Operation,
            Sale.Of(
                asked.Store, asked.Till, lines, sum, store, tenders, (asked.OccurredAt ?? now).ToUniversalTime(), null,
                isApproved ? asked.Operation.ApprovedBy : "", asked.Operation.Actor, asked.Annotations),
            now);
    }

    /// <summary>The decision on a sale that a cart has already decided: a fact, which only another fingerprint refuses.</summary>
    public static Decision<OrderEvent> Take(OrderState state, TakeOrder told, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(told);
        return Recognise(state, told.Operation) ?? Placed(told.Operation, told.Sale, now);
    }

    /// <summary>The decision on a cancellation. What it leaves to be given back is <see cref="OrderSaga.Owed"/>.</summary>
    public static Decision<OrderEvent> Cancel(OrderState state, CancelOrder asked, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(asked);
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
            OrderStatus.Created or OrderStatus.StockReserved =>
                new OrderEvent.Cancelled(asked.Reason, [], now, null, OperationKey.Of(asked.Operation)),
            OrderStatus.Cancelled => Nothing,
            _ => new Rejection(RejectionCode.IllegalTransition, "The order is paid and confirmed. A return undoes it."),
        };
    }

    // A placed order answers its own operation with nothing new, and refuses every other one.
    private static Decision<OrderEvent>? Recognise(OrderState state, Operation asked)
    {
        if (state.Placed is not { } known)
        {
            return null;
        }

        return known.Operation.Fingerprint == asked.Fingerprint && known.Operation.Id == asked.Id ? Nothing : OperationMemory.Reused(asked.Id);
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
        CashRounding: sale.CashRounding,
        Annotations: sale.Annotations);

    private static Rejection? RefuseOverride(PriceOverride? price, Operation operation) => price is null
        ? null
        : Texts.Required(price.Reason, Limits.NameLengthMax, "reason of a price override") ?? Approval.RefuseWithout(operation, "another price");

    private static Rejection? Price(PlaceOrder asked, Assortment shop, DateTimeOffset now, out ImmutableArray<OrderLine> lines, out LineTotal sum)
    {
        (lines, sum) = ([], default);
        var priced = ImmutableArray.CreateBuilder<OrderLine>(asked.Lines.Length);
        foreach (var request in asked.Lines)
        {
            if (Checkout.PriceSale(priced.Count + 1, request, default, shop, out var line) is { } unsold)
            {
                return unsold;
            }

            priced.Add(request.Override is null ? line : line with { Approval = Approval.OfPrice(asked.Operation, request.Quantity, now) });
            sum = new(sum.Net + line.Net, sum.Tax + line.Tax, sum.Gross + line.Gross);
        }

        lines = priced.MoveToImmutable();
        return null;
    }
}
