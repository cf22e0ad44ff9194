using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Orders;

/// <summary>A sale with everything decided: what, for how much, paid how. Also how a cart journals what it was checked out as.</summary>
/// <param name="Store">The store.</param>
/// <param name="Till">The till.</param>
/// <param name="Lines">The sold lines with their prices.</param>
/// <param name="TaxInclusive">Whether unit prices contain the tax.</param>
/// <param name="Net">Net sum of the lines.</param>
/// <param name="Tax">Tax sum of the lines.</param>
/// <param name="Gross">Gross sum of the lines.</param>
/// <param name="Tendered">Cash handed over; zero without cash.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Rounding">Cash due − what is exactly left for cash, in minor units; null for none.</param>
/// <param name="Cards">Cards to be charged; null for none.</param>
/// <param name="Credit">Credit of a return, or null.</param>
/// <param name="Cart">The cart it comes from, or null.</param>
/// <param name="ApprovedBy">The manager who approved what needs approval; null when nobody did.</param>
/// <param name="SoldBy">The key that asked for the sale; null in events from before it was recorded.</param>
/// <param name="CashRounding">Step to which the store rounds cash. Money that comes back is rounded by it, even when the store has another step by then. Null for none.</param>
/// <param name="Annotations">The client's own words, or null.</param>
[GenerateSerializer, Immutable, Alias("pos.PricedSale")]
public sealed record PricedSale(
    StoreId Store,
    TillId Till,
    ImmutableArray<OrderLine> Lines,
    bool TaxInclusive,
    Money Net,
    Money Tax,
    Money Gross,
    Money Tendered,
    DateTimeOffset OccurredAt,
    long? Rounding = null,
    ImmutableArray<CardTender>? Cards = null,
    CreditTender? Credit = null,
    CartId? Cart = null,
    string? ApprovedBy = null,
    string? SoldBy = null,
    int? CashRounding = null,
    Annotations? Annotations = null);

/// <summary>A priced line, also as it is journaled. Amounts are minor units of the sale's currency.</summary>
/// <param name="Line">Number of the line, from 1.</param>
/// <param name="Sku">The product.</param>
/// <param name="Name">The product's name at that time.</param>
/// <param name="Kind">Goods or service.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="ListPrice">The product's price at that time.</param>
/// <param name="UnitPrice">Price charged for one piece.</param>
/// <param name="TaxRate">Basis points.</param>
/// <param name="Net">Net amount of the line.</param>
/// <param name="Tax">Tax of the line.</param>
/// <param name="Gross">Gross amount of the line.</param>
/// <param name="OverrideReason">Why the price differs from the list, or null.</param>
/// <param name="Barcode">The code it was rung up by, or null.</param>
/// <param name="Embedded">The price or weight in that barcode, or null. The unit price then comes from it and is no override.</param>
/// <param name="Approval">The manager's word for a price that differs from the list; null for the list price, and in events from before it was recorded.</param>
[GenerateSerializer, Immutable, Alias("pos.OrderLine")]
public sealed record OrderLine(
    int Line,
    Sku Sku,
    string Name,
    ProductKind Kind,
    int Quantity,
    long ListPrice,
    long UnitPrice,
    int TaxRate,
    long Net,
    long Tax,
    long Gross,
    string? OverrideReason = null,
    string? Barcode = null,
    EmbeddedValue? Embedded = null,
    PriceApproval? Approval = null);

/// <summary>
/// A manager's approval of one line: this product at this price, so many pieces at most, for <see cref="Limits.PriceApprovalLifetime"/>. It does not
/// travel: more pieces, a copy of the line, or a sale that comes later take a word of their own.
/// </summary>
/// <param name="By">The manager.</param>
/// <param name="Quantity">Pieces that it covers.</param>
/// <param name="At">When it was given, UTC.</param>
[GenerateSerializer, Immutable, Alias("pos.PriceApproval")]
public sealed record PriceApproval(string By, int Quantity, DateTimeOffset At);

/// <summary>A price or a weight that a barcode carries.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Value">Minor units, or grams.</param>
[GenerateSerializer, Immutable, Alias("pos.EmbeddedValue")]
public sealed record EmbeddedValue(EmbeddedKind Kind, long Value);

/// <summary>The price or weight that a barcode carries beside the item.</summary>
[GenerateSerializer, Alias("pos.EmbeddedKind")]
public enum EmbeddedKind
{
    /// <summary>The price of the piece, in minor units.</summary>
    [JsonStringEnumMemberName("price")]
    Price = 1,

    /// <summary>Its weight in grams; the product's price is for a kilogram.</summary>
    [JsonStringEnumMemberName("weight")]
    Weight = 2,
}
