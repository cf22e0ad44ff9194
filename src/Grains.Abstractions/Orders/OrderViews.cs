using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Orders;

/// <summary>The state of an order.</summary>
[GenerateSerializer, Alias("pos.OrderState")]
public enum OrderStatus
{
    /// <summary>Durable; nothing taken yet.</summary>
    [JsonStringEnumMemberName("CREATED")]
    Created = 1,

    /// <summary>Every line can be sold, and its store's stock has answered.</summary>
    [JsonStringEnumMemberName("STOCK_VERIFIED")]
    StockVerified = 2,

    /// <summary>Every line of goods is held.</summary>
    [JsonStringEnumMemberName("STOCK_RESERVED")]
    StockReserved = 3,

    /// <summary>The money is there.</summary>
    [JsonStringEnumMemberName("PAYMENT_SUCCESS")]
    PaymentSuccess = 4,

    /// <summary>Sold: paid, and every hold pinned to this order, so that nothing can take it back.</summary>
    [JsonStringEnumMemberName("CONFIRMED")]
    Confirmed = 5,

    /// <summary>Cancelled. What was taken is given back; the order is settled when all of it is.</summary>
    [JsonStringEnumMemberName("CANCELLED")]
    Cancelled = 6,
}

/// <summary>The durable state of an order.</summary>
/// <param name="Id">The id.</param>
/// <param name="Store">The store.</param>
/// <param name="Till">The till.</param>
/// <param name="State">The state.</param>
/// <param name="Settled">True when nothing is owed any more: stock committed, or everything taken given back.</param>
/// <param name="Lines">The sold lines with their prices.</param>
/// <param name="Total">Sums of the lines.</param>
/// <param name="Tenders">The tenders.</param>
/// <param name="Cash">Cash handed over and change; null without cash, and before the money was taken.</param>
/// <param name="Cancellation">Why it was cancelled; null while it is not.</param>
/// <param name="Cart">The cart it was, or null.</param>
/// <param name="ApprovedBy">The manager who approved other prices, or null.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="PlacedAt">The time of the recording, UTC.</param>
/// <param name="Returns">The returns of the order.</param>
/// <param name="Actions">Possible next actions: <c>cancel</c>, <c>return</c>.</param>
/// <param name="Version">Version of its stream.</param>
/// <param name="SoldBy">The key that placed the order or checked its cart out; null in orders from before it was recorded.</param>
/// <param name="Rounding">
/// The amount that the rounding of cash adds to the total, for the receipt: the tenders make the gross total and this. Below zero when rounded down, zero
/// without cash.
/// </param>
/// <param name="Unpaid">Card money of a cancelled order that never went back, because an operator closed its refund at the payment; null for none.</param>
/// <param name="Reference">The client's own reference, or null.</param>
/// <param name="Note">A note for people, or null.</param>
/// <param name="Customer">The customer in the client's own system, or null.</param>
/// <param name="Metadata">Pairs of the client's own, or null.</param>
[GenerateSerializer, Immutable, Alias("pos.OrderView")]
public sealed record OrderView(
    OrderId Id,
    StoreId Store,
    TillId Till,
    OrderStatus State,
    bool Settled,
    ImmutableArray<OrderLineView> Lines,
    Totals Total,
    ImmutableArray<TenderView> Tenders,
    CashView? Cash,
    CancellationView? Cancellation,
    CartId? Cart,
    string? ApprovedBy,
    DateTimeOffset OccurredAt,
    DateTimeOffset PlacedAt,
    ImmutableArray<ReturnId> Returns,
    ImmutableArray<string> Actions,
    long Version,
    string? SoldBy = null,
    Money Rounding = default,
    Money? Unpaid = null,
    string? Reference = null,
    string? Note = null,
    string? Customer = null,
    Metadata? Metadata = null) : IVersioned;

/// <summary>A priced line.</summary>
/// <param name="Line">Number of the line, from 1.</param>
/// <param name="Sku">The product.</param>
/// <param name="Name">The product's name at that time.</param>
/// <param name="Kind">Goods or service.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="ListPrice">The product's price at that time, of one piece.</param>
/// <param name="UnitPrice">Price charged for one piece.</param>
/// <param name="OverrideReason">Why that differs from the list, or null.</param>
/// <param name="TaxRateBasisPoints">2000 = 20 %.</param>
/// <param name="Total">Amounts of the line.</param>
/// <param name="Barcode">The code it was rung up by, or null.</param>
/// <param name="Embedded">The price or weight in that barcode, or null.</param>
/// <param name="Returned">Pieces that have come back.</param>
/// <param name="ApprovedBy">The manager who approved its price, or null.</param>
[GenerateSerializer, Immutable, Alias("pos.OrderLineView")]
public sealed record OrderLineView(
    int Line,
    Sku Sku,
    string Name,
    ProductKind Kind,
    int Quantity,
    Money ListPrice,
    Money UnitPrice,
    string? OverrideReason,
    int TaxRateBasisPoints,
    Totals Total,
    string? Barcode = null,
    EmbeddedValue? Embedded = null,
    int Returned = 0,
    string? ApprovedBy = null);

/// <summary>The amounts of a line or an order: <c>Net + Tax = Gross</c>, to the minor unit.</summary>
[GenerateSerializer, Immutable, Alias("pos.Totals")]
public sealed record Totals(Money Net, Money Tax, Money Gross);

/// <summary>Cash taken.</summary>
/// <param name="Tendered">Handed over.</param>
/// <param name="Change">Handed back.</param>
[GenerateSerializer, Immutable, Alias("pos.CashView")]
public sealed record CashView(Money Tendered, Money Change);

/// <summary>Why an order was cancelled.</summary>
/// <param name="Code">The refusal that ended it; null when the till or an operator wished it.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Shortages">Lines that could not be had; empty otherwise.</param>
/// <param name="At">The time, UTC.</param>
[GenerateSerializer, Immutable, Alias("pos.CancellationView")]
public sealed record CancellationView(RejectionCode? Code, string Reason, ImmutableArray<Shortage> Shortages, DateTimeOffset At);

/// <summary>An order's transitions.</summary>
[GenerateSerializer, Immutable, Alias("pos.OrderHistory")]
public sealed record OrderHistory(OrderId Id, ImmutableArray<OrderTransition> Transitions);

/// <summary>One transition.</summary>
/// <param name="State">The state entered; null for <c>settled</c>.</param>
/// <param name="Event">The journaled event that says so.</param>
/// <param name="At">The time of the recording, UTC.</param>
/// <param name="Cause">The operation or step that caused it.</param>
/// <param name="Actor">The actor.</param>
/// <param name="Version">Version of the stream.</param>
/// <param name="Reason">Of a cancellation: why; null otherwise.</param>
/// <param name="ApprovedBy">The manager who approved it; null where no approval was needed.</param>
[GenerateSerializer, Immutable, Alias("pos.OrderTransition")]
public sealed record OrderTransition(OrderStatus? State, string Event, DateTimeOffset At, string Cause, string Actor, long Version, string? Reason = null, string? ApprovedBy = null);
