using System.Collections.Immutable;

namespace Pos.Api;

/// <summary>Asks for a return without receipt.</summary>
/// <param name="Store">Where.</param>
/// <param name="Till">Which of the store's tills.</param>
/// <param name="Lines">1–1,000.</param>
/// <param name="Reason">1–2,000 characters.</param>
/// <param name="OccurredAt">Business time when it is told later; not in the future.</param>
internal sealed record PlaceReturnRequest(
    StoreId Store, TillId Till, ImmutableArray<ReturnedLine> Lines, string Reason, DateTimeOffset? OccurredAt = null);

/// <summary>A line that comes back.</summary>
/// <param name="Sku">What.</param>
/// <param name="Quantity">Pieces, 1–100,000.</param>
/// <param name="Disposition">Back on the shelf or written off.</param>
/// <param name="UnitPrice">Refund for one piece; the list price when absent.</param>
internal sealed record ReturnedLine(Sku Sku, int Quantity, Disposition Disposition, Money? UnitPrice = null);
