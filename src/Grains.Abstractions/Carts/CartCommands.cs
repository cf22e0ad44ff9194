using Orleans;
using Orleans.Concurrency;

namespace Pos.Carts;

/// <summary>Opens a cart.</summary>
/// <param name="Operation">Makes it repeatable; the grain's key is made from the same idempotency key. A copy of lines at other prices needs its approval.</param>
/// <param name="Store">The store.</param>
/// <param name="Till">A till of the store.</param>
/// <param name="From">A cart of the same store whose order was cancelled: its lines, at today's prices, are put into this one; or null.</param>
/// <param name="Annotations">The client's own words; null for those of the cart <paramref name="From"/>, or for none.</param>
[GenerateSerializer, Immutable, Alias("pos.OpenCart")]
public sealed record OpenCart(Operation Operation, StoreId Store, TillId Till, CartId? From = null, Annotations? Annotations = null);

/// <summary>Puts something in.</summary>
/// <param name="Operation">Makes it repeatable. A price override needs its approval.</param>
/// <param name="Sku">The product; null when the line is named by its code.</param>
/// <param name="Code">The code that was scanned, as it was scanned; null when it is named by its SKU.</param>
/// <param name="Quantity">Pieces, 1–100,000.</param>
/// <param name="Override">A price other than the list price, or null.</param>
[GenerateSerializer, Immutable, Alias("pos.AddCartLine")]
public sealed record AddCartLine(Operation Operation, Sku? Sku, string? Code, int Quantity, PriceOverride? Override = null);

/// <summary>Changes how much of a line it is, at the price shown.</summary>
/// <param name="Operation">Makes it repeatable. More of a line at another price than the list's needs its approval.</param>
/// <param name="Line">Number of the line.</param>
/// <param name="Quantity">Pieces, 1–100,000.</param>
[GenerateSerializer, Immutable, Alias("pos.ChangeCartLine")]
public sealed record ChangeCartLine(Operation Operation, int Line, int Quantity);

/// <summary>Takes a line out.</summary>
[GenerateSerializer, Immutable, Alias("pos.RemoveCartLine")]
public sealed record RemoveCartLine(Operation Operation, int Line);

/// <summary>Shows the prices of this moment.</summary>
[GenerateSerializer, Immutable, Alias("pos.RefreshCart")]
public sealed record RefreshCart(Operation Operation);

/// <summary>Puts the cart aside.</summary>
/// <param name="Operation">Makes the command repeatable.</param>
/// <param name="Label">The label of the parked cart, 1–100 characters.</param>
[GenerateSerializer, Immutable, Alias("pos.ParkCart")]
public sealed record ParkCart(Operation Operation, string Label);

/// <summary>Goes on with a parked cart.</summary>
/// <param name="Operation">Makes the command repeatable.</param>
/// <param name="Till">Any of the store's tills.</param>
[GenerateSerializer, Immutable, Alias("pos.ResumeCart")]
public sealed record ResumeCart(Operation Operation, TillId Till);

/// <summary>Puts other words of the client's own on the cart, in the place of those before.</summary>
/// <param name="Operation">Makes the command repeatable.</param>
/// <param name="Annotations">All of them; null for none.</param>
[GenerateSerializer, Immutable, Alias("pos.AnnotateCart")]
public sealed record AnnotateCart(Operation Operation, Annotations? Annotations);

/// <summary>Gives the cart up.</summary>
/// <param name="Operation">Makes the command repeatable.</param>
/// <param name="Reason">1–200 characters.</param>
[GenerateSerializer, Immutable, Alias("pos.CancelCart")]
public sealed record CancelCart(Operation Operation, string Reason);

/// <summary>Makes the cart an order.</summary>
/// <param name="Operation">
/// Makes it repeatable. Whatever its id: one cart gives one order. Its approval stands in for those of lines that were approved longer ago than
/// <see cref="Limits.PriceApprovalLifetime"/>.
/// </param>
/// <param name="Tender">The tenders.</param>
/// <param name="ExpectedTotal">The total that the till has shown. Another total is refused. Null for no check.</param>
/// <param name="OccurredAt">Business time when it is told later; null for now. Not in the future.</param>
/// <param name="WaitMax">How long the answer may wait for the order's end; zero answers as soon as the order is durable.</param>
[GenerateSerializer, Immutable, Alias("pos.CheckOutCart")]
public sealed record CheckOutCart(
    Operation Operation, TenderRequest Tender, Money? ExpectedTotal, DateTimeOffset? OccurredAt, TimeSpan WaitMax);
