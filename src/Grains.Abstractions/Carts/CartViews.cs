using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Carts;

/// <summary>The state of a cart.</summary>
[GenerateSerializer, Alias("pos.CartState")]
public enum CartStatus
{
    /// <summary>Being filled.</summary>
    [JsonStringEnumMemberName("OPEN")]
    Open = 1,

    /// <summary>Put aside under a label.</summary>
    [JsonStringEnumMemberName("PARKED")]
    Parked = 2,

    /// <summary>An order, for ever.</summary>
    [JsonStringEnumMemberName("CHECKED_OUT")]
    CheckedOut = 3,

    /// <summary>Given up.</summary>
    [JsonStringEnumMemberName("CANCELLED")]
    Cancelled = 4,
}

/// <summary>The durable state of a cart.</summary>
/// <param name="Id">The id.</param>
/// <param name="Store">The store.</param>
/// <param name="Till">The till that opened or resumed it last.</param>
/// <param name="State">The state.</param>
/// <param name="Label">The label of a parked cart; null otherwise.</param>
/// <param name="Lines">The lines with the prices shown.</param>
/// <param name="Total">Sums of the lines.</param>
/// <param name="Order">The order it is; null before it was checked out.</param>
/// <param name="Cancellation">Why it was cancelled; null while it is not.</param>
/// <param name="From">The cart it was copied from, or null.</param>
/// <param name="OpenedAt">When it was opened, UTC.</param>
/// <param name="ChangedAt">When anything last happened to it, UTC.</param>
/// <param name="Actions">Possible next actions: <c>add</c>, <c>change</c>, <c>remove</c>, <c>refresh</c>, <c>annotate</c>, <c>park</c>, <c>resume</c>, <c>cancel</c>, <c>checkout</c>.</param>
/// <param name="Version">Version of its stream.</param>
/// <param name="Reference">The client's own reference, or null.</param>
/// <param name="Note">A note for people, or null.</param>
/// <param name="Customer">The customer in the client's own system, or null.</param>
/// <param name="Metadata">Pairs of the client's own, or null.</param>
[GenerateSerializer, Immutable, Alias("pos.CartView")]
public sealed record CartView(
    CartId Id,
    StoreId Store,
    TillId Till,
    CartStatus State,
    string? Label,
    ImmutableArray<CartLineView> Lines,
    Totals Total,
    OrderId? Order,
    CartCancellationView? Cancellation,
    CartId? From,
    DateTimeOffset OpenedAt,
    DateTimeOffset ChangedAt,
    ImmutableArray<string> Actions,
    long Version,
    string? Reference = null,
    string? Note = null,
    string? Customer = null,
    Metadata? Metadata = null) : IVersioned;

/// <summary>A line with the price shown.</summary>
/// <param name="Line">Number of the line. It stays the same when other lines are removed.</param>
/// <param name="Sku">The product.</param>
/// <param name="Name">The product's name.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="ListPrice">The product's price, of one piece.</param>
/// <param name="UnitPrice">Price of one piece here.</param>
/// <param name="OverrideReason">Why that differs from the list, or null.</param>
/// <param name="TaxRateBasisPoints">2000 = 20 %.</param>
/// <param name="Total">Amounts of the line.</param>
/// <param name="Barcode">The code it was rung up by, or null.</param>
/// <param name="Embedded">The price or weight in that barcode, or null.</param>
/// <param name="ApprovedBy">The manager who approved its price, or null.</param>
/// <param name="ApprovedUntil">Until when it can be checked out at that price without another approval, UTC; null for the list price.</param>
[GenerateSerializer, Immutable, Alias("pos.CartLineView")]
public sealed record CartLineView(
    int Line,
    Sku Sku,
    string Name,
    int Quantity,
    Money ListPrice,
    Money UnitPrice,
    string? OverrideReason,
    int TaxRateBasisPoints,
    Totals Total,
    string? Barcode = null,
    EmbeddedValue? Embedded = null,
    string? ApprovedBy = null,
    DateTimeOffset? ApprovedUntil = null);

/// <summary>Why a cart was cancelled.</summary>
/// <param name="Abandoned">Nobody has touched it for too long; false when somebody wished it.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="At">The time, UTC.</param>
[GenerateSerializer, Immutable, Alias("pos.CartCancellationView")]
public sealed record CartCancellationView(bool Abandoned, string Reason, DateTimeOffset At);
