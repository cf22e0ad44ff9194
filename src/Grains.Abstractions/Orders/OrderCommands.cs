using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Orders;

/// <summary>Places an order.</summary>
/// <param name="Operation">Makes the command repeatable. The grain's key is made from the same idempotency key.</param>
/// <param name="Store">The store.</param>
/// <param name="Till">A till of the store.</param>
/// <param name="Lines">1–1,000; several may name one SKU.</param>
/// <param name="Tender">The tenders.</param>
/// <param name="OccurredAt">Business time when it is told later; null for now. Not in the future.</param>
/// <param name="WaitMax">How long the answer may wait for the saga's end; zero answers as soon as the order is durable.</param>
/// <param name="Annotations">The client's own words, or null.</param>
[GenerateSerializer, Immutable, Alias("pos.PlaceOrder")]
public sealed record PlaceOrder(
    Operation Operation,
    StoreId Store,
    TillId Till,
    ImmutableArray<OrderLineRequest> Lines,
    TenderRequest Tender,
    DateTimeOffset? OccurredAt,
    TimeSpan WaitMax,
    Annotations? Annotations = null);

/// <summary>A line asked for.</summary>
/// <param name="Sku">The product.</param>
/// <param name="Quantity">Pieces, 1–100,000.</param>
/// <param name="Override">A price other than the list price, or null.</param>
[GenerateSerializer, Immutable, Alias("pos.OrderLineRequest")]
public sealed record OrderLineRequest(Sku Sku, int Quantity, PriceOverride? Override = null);

/// <summary>A price other than the list price.</summary>
/// <param name="UnitPrice">Of one piece, tax as the store's mode says; 0 is legal.</param>
/// <param name="Reason">Required, 1–200 characters.</param>
[GenerateSerializer, Immutable, Alias("pos.PriceOverride")]
public sealed record PriceOverride(Money UnitPrice, string Reason);

/// <summary>A sale that a cart has decided.</summary>
/// <param name="Operation">The cart that asks. The order's id is made from the cart's.</param>
/// <param name="Sale">The sale.</param>
/// <param name="WaitMax">How long the answer may wait for the saga's end; zero answers as soon as the order is durable.</param>
[GenerateSerializer, Immutable, Alias("pos.TakeOrder")]
public sealed record TakeOrder(Operation Operation, PricedSale Sale, TimeSpan WaitMax);

/// <summary>Cancels an order.</summary>
/// <param name="Operation">Makes the command repeatable.</param>
/// <param name="Reason">1–200 characters.</param>
[GenerateSerializer, Immutable, Alias("pos.CancelOrder")]
public sealed record CancelOrder(Operation Operation, string Reason);
