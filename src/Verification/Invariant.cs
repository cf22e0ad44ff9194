using Pos.Verification.Payments;

namespace Pos.Verification;

/// <summary>A rule that must hold: its stable name, and its meaning in one line.</summary>
internal sealed record Invariant(string Name, string Meaning)
{
    public static readonly Invariant Positions = new("positions-ascending", "Positions begin above 0 and grow.");
    public static readonly Invariant Versions = new("versions-contiguous", "The versions of every stream are 1…n, without gap or double.");
    public static readonly Invariant Chain = new("chain-hash", "Every event carries the hash of itself and of its stream before it.");
    public static readonly Invariant Head = new(
        "head", "The events reach as far as the journal and its head file say, and their running hash is the one stored there.");
    public static readonly Invariant Readable = new("events-readable", "Every event is of a known type and its payload has the members it must have.");
    public static readonly Invariant Envelope = new("envelope-store", "The envelope names the store that stream and payload belong to.");
    public static readonly Invariant Operations = new("operation-once", "An operation id has one effect on its stock item or product while it is remembered.");

    public static readonly Invariant StockBalance = new(
        "stock-balance", "onHand = received + restocked + adjusted + counted − committed, after every event.");
    public static readonly Invariant StockOversold = new(
        "stock-not-oversold", "A hold is taken only if that much is available, unless the item's policy allows backorder.");
    public static readonly Invariant HoldQuantities = new(
        "hold-quantity", "Quantities are positive, a hold ends with the quantity it began with, and no item's held pieces are negative.");
    public static readonly Invariant HoldEndsOnce = new(
        "hold-ends-once", "A hold begins once and is live or has exactly one end; a tombstone is never followed by its hold.");
    public static readonly Invariant HoldTransitions = new(
        "hold-transitions", "Only a live hold is pinned; only an unpinned one expires, and not before its time.");
    public static readonly Invariant HoldOwner = new(
        "hold-owner", "An order's hold belongs to one of its goods lines, and none is live once the order is settled.");

    public static readonly Invariant OrderTransitions = new(
        "order-transitions", "placed, then (stock-reserved, cash-taken or paid, settled) or (cancelled, settled); after a confirmed one is settled, returns alone.");
    public static readonly Invariant OrderMoney = new(
        "order-money", "Line totals, tax and sums are right to the minor unit; cards + credit + cash due = gross + rounding; tendered − cash due = change ≥ 0.");
    public static readonly Invariant OrderStock = new(
        "order-stock",
        "A confirmed order holds, then commits exactly its goods lines; a cancelled one commits nothing and keeps nothing.");

    public static readonly Invariant OrderTenders = new(
        "order-tenders", "A paid order has every card captured and its credit taken; a cancelled one, once settled, keeps nothing of either.");
    public static readonly Invariant OrderReturned = new(
        "order-returned", "Of no line more comes back than was sold, at the price paid to the minor unit, and to no card more than it paid.");

    public static readonly Invariant RefundsPaid = new(
        "refunds-paid", "Nobody gets back more than they paid: coins over all returns and exchanges of an order, each card up to its payment, a card's money in coins only with a manager's approval.");

    public static readonly Invariant PaymentTransitions = new(
        "payment-transitions", "requested, then captured, declined or abandoned; captured money is voided whole, or refunded under ids that were asked for.");
    public static readonly Invariant PaymentMoney = new(
        "payment-money", "A payment asks for its order's tender, and gives back at most what it captured.");
    public static readonly Invariant ProviderLedger = new(
        "provider-ledger", "The payment provider's own ledger keeps as much of each order as ours, in each currency.");

    public static readonly Invariant BarcodeOwner = new("barcode-owner", "A code belongs to one SKU at a time, and only that SKU gives it up.");
    public static readonly Invariant CartTransitions = new("cart-transitions", "A cart is checked out or cancelled once, and nothing is put into it afterwards.");
    public static readonly Invariant CartOrder = new("cart-order", "An order from a cart is the one its cart was checked out as, with the cart's total.");

    public static readonly Invariant ReturnTransitions = new("return-transitions", "accepted, then completed, and nothing after it.");
    public static readonly Invariant ReturnMoney = new(
        "return-money", "Line totals, tax and sums are right to the minor unit; the refund is the gross, to the tenders and for the lines that the order says.");
    public static readonly Invariant ReturnStock = new(
        "return-stock", "A return restocks exactly its goods lines to be restocked, each once, and all of them before it is completed.");

    /// <summary>All of them, in the order of the report.</summary>
    public static IReadOnlyList<Invariant> All { get; } =
    [
        Positions, Versions, Chain, Head, Readable, Envelope, Operations,
        StockBalance, StockOversold, HoldQuantities, HoldEndsOnce, HoldTransitions, HoldOwner,
        OrderTransitions, OrderMoney, OrderStock, OrderTenders, OrderReturned, RefundsPaid,
        PaymentTransitions, PaymentMoney, ProviderLedger,
        BarcodeOwner, CartTransitions, CartOrder,
        ReturnTransitions, ReturnMoney, ReturnStock,
    ];
}
