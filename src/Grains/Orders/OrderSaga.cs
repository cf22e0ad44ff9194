using System.Collections.Immutable;
using System.Diagnostics;

namespace Pos.Grains.Orders;

/// <summary>The debts of an order, by its durable state.</summary>
public enum OrderDebt
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>A pinned hold for every line of goods.</summary>
    Reserve,

    /// <summary>Every card is charged, and the credit taken.</summary>
    Charge,

    /// <summary>The goods leave the store, and the credit is spent.</summary>
    Commit,

    /// <summary>Holds are released and money goes back, including holds and charges whose request may still be on its way.</summary>
    Release,

    /// <summary>A return is told of what was accepted back.</summary>
    HandOver,
}

/// <summary>The result of a step. A fact has happened, so it is never refused; one that comes too late changes nothing.</summary>
public abstract record OrderFact
{
    private OrderFact()
    {
    }

    /// <summary>The stock items have answered: all of them hold the goods, or some have refused.</summary>
    /// <param name="Refusals">The refused goods with the reason; empty when all are held.</param>
    /// <param name="Now">The time of the decision, UTC.</param>
    public sealed record StockAnswered(ImmutableArray<LineRefusal> Refusals, DateTimeOffset Now) : OrderFact;

    /// <summary>Cards and credit have answered: all of them have paid, or some have refused.</summary>
    /// <param name="Refusals">The refused tenders, 0 for credit; empty when all have paid.</param>
    /// <param name="Now">The time of the decision, UTC.</param>
    public sealed record MoneyAnswered(ImmutableArray<LineRefusal> Refusals, DateTimeOffset Now) : OrderFact;

    /// <summary>Every line of goods has left the store.</summary>
    public sealed record StockCommitted : OrderFact;

    /// <summary>Every hold is released, and all money has gone back.</summary>
    /// <param name="Unpaid">The refunds that an operator closed at the payments; null for none.</param>
    public sealed record StockReleased(Money? Unpaid = null) : OrderFact;

    /// <summary>The return has been told of the accepted lines.</summary>
    public sealed record ReturnHandedOver(ReturnId Return) : OrderFact;
}

/// <summary>A line or tender that was refused.</summary>
/// <param name="Line">Number of the line.</param>
/// <param name="Rejection">The refusal.</param>
/// <param name="IsFinal">Whether nothing was done, and no request for it can still be on its way.</param>
public sealed record LineRefusal(int Line, Rejection Rejection, bool IsFinal = false);

/// <summary>Goods that one hold keeps for an order: the pieces of one SKU.</summary>
/// <param name="Line">Number of the first of its lines, which is the hold's.</param>
/// <param name="Sku">The product.</param>
/// <param name="Quantity">Pieces of all its lines.</param>
public readonly record struct HeldGoods(int Line, Sku Sku, int Quantity);

/// <summary>
/// The saga of an order as two pure functions: <see cref="Owed"/> computes the next step from the durable state, and <see cref="Decide"/> records the
/// result of a step. Everything in flight is in the journal.
/// </summary>
public static class OrderSaga
{
    /// <summary>
    /// How long after an order was placed its stock remembers ended holds and takes new ones. It is longer than any call of the saga is on its
    /// way. An order that cannot reach its stock for so long is cancelled. An item remembers every hold that it sold within this time, so a longer
    /// time needs more memory.
    /// </summary>
    public static readonly TimeSpan HoldsRemembered = TimeSpan.FromMinutes(2);

    private static readonly Decision<OrderEvent> Nothing = new([], null);

    /// <summary>The rules, as the shell runs them.</summary>
    public static SagaRules<OrderState, OrderEvent, OrderDebt, OrderFact> Rules { get; } = new(
        OrderJournal.Aggregate,
        Owed,
        Decide,
        IsOver: static state => state is { Settled: true, ToHandOver: null },
        NameOf: static state => state.State!.Value.ToString(),
        OriginOf: static state => state.Placed is { } placed ? new(placed.Store, placed.Till, placed.OccurredAt) : null,
        LastRetry: static state => state.Retried,
        RetryAsked: static operation => new OrderEvent.RetryAsked(operation))
    {
        OwedSince = static state => state.ToHandOver?.At ?? state.Placed!.PlacedAt,
        CanBeCancelled = static state => state.State is OrderStatus.Created or OrderStatus.StockReserved,
    };

    private static readonly Rejection Silence = new(
        RejectionCode.PaymentTimedOut, "The payment provider did not confirm the charge in time. Any money it took is given back.");

    /// <summary>The debt of a state. Computed from durable state only.</summary>
    public static OrderDebt Owed(OrderState state) => state switch
    {
        { State: null } => OrderDebt.Nothing,
        { Settled: true } => state.ToHandOver is null ? OrderDebt.Nothing : OrderDebt.HandOver,
        { State: OrderStatus.Created } => OrderDebt.Reserve,
        { State: OrderStatus.StockReserved } => OrderDebt.Charge,
        { State: OrderStatus.Confirmed } => OrderDebt.Commit,
        { State: OrderStatus.Cancelled } => OrderDebt.Release,
        _ => throw new UnreachableException($"No rule for {state.State}."),
    };

    /// <summary>
    /// The holds of an order: one for each SKU of goods. Lines of one SKU share a hold, so that a stock item decides and journals once for an order.
    /// </summary>
    public static ImmutableArray<HeldGoods> ListGoods(OrderEvent.Placed placed)
    {
        ArgumentNullException.ThrowIfNull(placed);
        var goods = ImmutableArray.CreateBuilder<HeldGoods>(placed.Lines.Length);
        var known = placed.HoldsBySku == true && placed.Lines.Length > 1 ? new Dictionary<Sku, int>(placed.Lines.Length) : null;
        foreach (var line in placed.Lines)
        {
            if (line.Kind != ProductKind.Goods)
            {
                continue;
            }

            if (known is null || known.TryAdd(line.Sku, goods.Count))
            {
                goods.Add(new(line.Line, line.Sku, line.Quantity));
            }
            else
            {
                var at = known[line.Sku];
                goods[at] = goods[at] with { Quantity = checked(goods[at].Quantity + line.Quantity) };
            }
        }

        return goods.ToImmutable();
    }

    /// <summary>
    /// The holds that a cancelled order releases: those it has, and those whose request may still arrive. A release before its reserve leaves a
    /// tombstone in the item's stream, so no release is owed where stock has certainly refused.
    /// </summary>
    public static ImmutableArray<HeldGoods> ListGoodsToRelease(OrderState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var goods = ListGoods(state.Placed!);
        if (state.Cancelled?.NotHeld is not { } notHeld)
        {
            return goods;
        }

        var refused = notHeld.ToHashSet();
        return goods.RemoveAll(held => refused.Contains(held.Line));
    }

    /// <summary>The tenders that a step charges or undoes: cards from 1, credit 0.</summary>
    public static ImmutableArray<int> ListTenders(OrderState state, OrderDebt debt)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Placed is not { IsCharged: true } placed || debt == OrderDebt.Reserve || (debt == OrderDebt.Release && !state.WasReserved))
        {
            return [];
        }

        var numbers = ImmutableArray.CreateBuilder<int>();
        if (placed.Credit is not null)
        {
            numbers.Add(0);
        }

        // A captured payment needs nothing more of an order that keeps it.
        if (placed.Cards is { } cards && debt != OrderDebt.Commit)
        {
            numbers.AddRange(cards.Select(card => card.Tender));
        }

        return numbers.ToImmutable();
    }

    /// <summary>Why a line is not held, or null. A repeated reserve is answered with the hold as it now is.</summary>
    internal static Rejection? JudgeReserve(Outcome<HoldView> answer) => answer switch
    {
        { Rejection: { } refused } => refused,
        { Value.State: HoldStatus.Held or HoldStatus.Pinned or HoldStatus.Committed } => null,
        _ => new(RejectionCode.HoldEnded, "The hold has ended."),
    };

    /// <summary>Why a card is not charged; null when it is.</summary>
    internal static Rejection? JudgeCharge(int tender, Outcome<PaymentView> answer) => answer switch
    {
        { Rejection: { } refused } => refused,
        { Value: { State: PaymentStatus.Captured } } => null,
        { Value: { State: PaymentStatus.Requested } } => SagaEffects.NotYet,
        { Value: { State: PaymentStatus.Declined } declined } => new(RejectionCode.PaymentDeclined, $"Card {tender} was declined: {declined.Decline}."),
        _ => new(RejectionCode.PaymentUndone, $"The payment of card {tender} was abandoned."),
    };

    /// <summary>Why a card's money has not gone back; null when nothing is kept and no charge can still happen.</summary>
    internal static Rejection? JudgeUndo(Outcome<PaymentView> answer) => answer.Rejection ?? (answer.Value!.KeepsNothing ? null : SagaEffects.NotYet);

    /// <summary>
    /// Why a hold has not ended as its order wants; null when it has. Only the order ends a pinned hold, and a stock item forgets ended holds after a
    /// time: an unknown hold has ended.
    /// </summary>
    internal static Rejection? JudgeEnd(Outcome<HoldView> answer) =>
        answer.Rejection is { Code: RejectionCode.UnknownHold or RejectionCode.OperationTooLate } ? null : answer.Rejection;

    /// <summary>Whether a refused reserve has certainly taken nothing. The exceptions are holds that exist under other terms.</summary>
    internal static bool TookNothing(Rejection refused) => refused.Code is not (RejectionCode.OperationReused or RejectionCode.HoldEnded);

    /// <summary>The fact that the answers to a step make; null while too few have answered.</summary>
    /// <param name="debt">The step.</param>
    /// <param name="lines">The answers of the stock items.</param>
    /// <param name="money">The answers of cards and credit.</param>
    /// <param name="isOverdue">Whether the order has waited for its money as long as it does.</param>
    /// <param name="now">The time of the decision, UTC.</param>
    internal static OrderFact? Conclude(OrderDebt debt, SagaAnswers lines, SagaAnswers money, bool isOverdue, DateTimeOffset now) => debt switch
    {
        OrderDebt.Reserve => lines.All || !lines.Refusals.IsEmpty ? new OrderFact.StockAnswered(lines.Refusals, now) : null,
        OrderDebt.Charge when money.All || !money.Refusals.IsEmpty => new OrderFact.MoneyAnswered(money.Refusals, now),
        OrderDebt.Charge => isOverdue ? new OrderFact.MoneyAnswered([new(0, Silence)], now) : null,
        OrderDebt.Commit => lines.All && money.All ? new OrderFact.StockCommitted() : null,
        OrderDebt.Release => lines.All && money.All ? new OrderFact.StockReleased() : null,
        _ => throw new UnreachableException($"Nothing is owed for {debt}."),
    };

    /// <summary>The decision on a fact.</summary>
    public static Decision<OrderEvent> Decide(OrderState state, OrderFact fact) => fact switch
    {
        OrderFact.StockAnswered f when state.State == OrderStatus.Created => f.Refusals.IsEmpty ? Reserve(state.Placed!) : GiveUp(state, f),
        OrderFact.MoneyAnswered f when state.State == OrderStatus.StockReserved => f.Refusals.IsEmpty ? Pay(state.Placed!) : GiveUp(f),
        OrderFact.StockCommitted when state is { State: OrderStatus.Confirmed, Settled: false } => new OrderEvent.Settled(),
        OrderFact.StockReleased f when state is { State: OrderStatus.Cancelled, Settled: false } => new OrderEvent.Settled(f.Unpaid),
        OrderFact.ReturnHandedOver f when state.ToHandOver?.Return == f.Return => new OrderEvent.ReturnHandedOver(f.Return),
        OrderFact.StockAnswered or OrderFact.MoneyAnswered or OrderFact.StockCommitted or OrderFact.StockReleased or OrderFact.ReturnHandedOver => Nothing,
        _ => throw new UnreachableException($"No rule for {fact.GetType().Name}."),
    };

    // With cash in the drawer and every hold pinned to this order, nothing can take the sale back. Cards and credit are asked for only once the
    // reservation is on disk.
    private static ImmutableArray<OrderEvent> Reserve(OrderEvent.Placed placed)
    {
        var holds = ListGoods(placed).Length;
        var reserved = new OrderEvent.StockReserved(holds);
        if (placed.IsCharged)
        {
            return [reserved];
        }

        var taken = new OrderEvent.CashTaken(placed.Tendered, placed.Tendered - placed.CashDue);
        return holds > 0 ? [reserved, taken] : [reserved, taken, new OrderEvent.Settled()];
    }

    private static ImmutableArray<OrderEvent> Pay(OrderEvent.Placed placed)
    {
        var paid = new OrderEvent.Paid(placed.Tendered, placed.Tendered - placed.CashDue);
        return ListGoods(placed).Length > 0 || placed.Credit is not null ? [paid] : [paid, new OrderEvent.Settled()];
    }

    private static OrderEvent.Cancelled GiveUp(OrderFact.MoneyAnswered fact) =>
        new(fact.Refusals[0].Rejection.Detail, [], fact.Now, fact.Refusals[0].Rejection.Code);

    private static ImmutableArray<OrderEvent> GiveUp(OrderState state, OrderFact.StockAnswered fact)
    {
        var shortages = ImmutableArray.CreateBuilder<Shortage>();
        var notHeld = ImmutableArray.CreateBuilder<int>();
        foreach (var (line, refused, isFinal) in fact.Refusals)
        {
            if (!refused.Shortages.IsDefaultOrEmpty)
            {
                shortages.Add(refused.Shortages[0] with { Line = line });
            }

            if (isFinal)
            {
                notHeld.Add(line);
            }
        }

        var (first, because, _) = fact.Refusals[0];
        var others = fact.Refusals.Length == 1 ? "" : $" ({fact.Refusals.Length - 1} more lines were refused.)";
        var given = new OrderEvent.Cancelled(
            $"Line {first}: {because.Detail}{others}", shortages.ToImmutable(), fact.Now, because.Code, null,
            notHeld.Count == 0 ? null : notHeld.ToImmutable());
        return ListGoodsToRelease(state with { Cancelled = given }).IsEmpty ? [given, new OrderEvent.Settled()] : [given];
    }
}
