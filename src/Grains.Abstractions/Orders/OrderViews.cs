using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Orders;

/// <summary>Where an order stands.</summary>
[GenerateSerializer, Alias("pos.OrderState")]
public enum OrderState
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

    /// <summary>Given up.</summary>
    [JsonStringEnumMemberName("CANCELLED")]
    Cancelled = 6,
}

/// <summary>An order as it durably stands.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Store">Where.</param>
/// <param name="Till">Which till.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Settled">True when nothing is owed any more: stock committed, or everything taken given back.</param>
/// <param name="Lines">What is sold, priced.</param>
/// <param name="Total">Sums of the lines.</param>
/// <param name="Tenders">How it is paid.</param>
/// <param name="Cash">Cash handed over and change; null before the money was taken and without cash.</param>
/// <param name="Cancellation">Why it was given up; null while it was not.</param>
/// <param name="Cart">The cart it was, or null.</param>
/// <param name="ApprovedBy">Who with a manager's authority stands behind other prices, or null.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="PlacedAt">When it was recorded, UTC.</param>
/// <param name="Returns">What has come back of it.</param>
/// <param name="Actions">What can be done next: <c>cancel</c>, <c>return</c>.</param>
/// <param name="Version">Version of its stream.</param>
/// <param name="SoldBy">Whose key placed it, or checked its cart out; null in orders of before it was kept.</param>
/// <param name="Rounding">
/// What the rounding of cash adds to the total, for the receipt: the tenders come to the total's gross and this. Below zero when it is rounded down, zero
/// without cash.
/// </param>
/// <param name="Unpaid">What cards paid for an order that was given up and an operator closed at the payment: it never went back; null for nothing.</param>
[GenerateSerializer, Immutable, Alias("pos.OrderView")]
public sealed record OrderView(
    OrderId Id,
    StoreId Store,
    TillId Till,
    OrderState State,
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
    Money? Unpaid = null) : IVersioned;

/// <summary>A priced line.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Sku">What.</param>
/// <param name="Name">The product's name at that time.</param>
/// <param name="Kind">Goods or service.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="ListPrice">The product's price at that time, of one piece.</param>
/// <param name="UnitPrice">What was charged for one piece.</param>
/// <param name="OverrideReason">Why that differs from the list, or null.</param>
/// <param name="TaxRateBasisPoints">2000 = 20 %.</param>
/// <param name="Total">Of the line.</param>
/// <param name="Barcode">The code it was rung up by, or null.</param>
/// <param name="Embedded">What that code said of the price, or null.</param>
/// <param name="Returned">Pieces that have come back.</param>
/// <param name="ApprovedBy">Who with a manager's authority stands behind its price, or null.</param>
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

/// <summary>Why an order was given up.</summary>
/// <param name="Code">The refusal that ended it; null when the till or an operator wished it.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Shortages">Lines that could not be had; empty otherwise.</param>
/// <param name="At">When, UTC.</param>
[GenerateSerializer, Immutable, Alias("pos.CancellationView")]
public sealed record CancellationView(RejectionCode? Code, string Reason, ImmutableArray<Shortage> Shortages, DateTimeOffset At);

/// <summary>An order's transitions.</summary>
[GenerateSerializer, Immutable, Alias("pos.OrderHistory")]
public sealed record OrderHistory(OrderId Id, ImmutableArray<OrderTransition> Transitions);

/// <summary>One transition.</summary>
/// <param name="State">The state entered; null for <c>settled</c>.</param>
/// <param name="Event">The journaled event that says so.</param>
/// <param name="At">When it was recorded, UTC.</param>
/// <param name="Cause">What brought it about.</param>
/// <param name="Actor">Who.</param>
/// <param name="Version">Version of the stream.</param>
/// <param name="Reason">Of a cancellation: why; null otherwise.</param>
/// <param name="ApprovedBy">Who with a manager's authority stands behind it; null where nobody had to.</param>
[GenerateSerializer, Immutable, Alias("pos.OrderTransition")]
public sealed record OrderTransition(OrderState? State, string Event, DateTimeOffset At, string Cause, string Actor, long Version, string? Reason = null, string? ApprovedBy = null);
