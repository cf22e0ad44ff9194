using Orleans;
using Orleans.Concurrency;

namespace Pos.Stock;

/// <summary>Goods came in.</summary>
/// <param name="Operation">Makes the command repeatable.</param>
/// <param name="Quantity">Pieces, 1–1,000,000,000.</param>
/// <param name="Note">Delivery note or nothing; 0–2,000 characters.</param>
[GenerateSerializer, Immutable, Alias("pos.ReceiveStock")]
public sealed record ReceiveStock(Operation Operation, int Quantity, string Note = "");

/// <summary>Goods of a return go back on the shelf.</summary>
/// <param name="Operation">Made from the return and its line.</param>
/// <param name="Quantity">Pieces, at least 1.</param>
/// <param name="Return">The return they came with.</param>
/// <param name="OccurredAt">Business time of the return; null for now.</param>
/// <param name="TakenBy">The key that took the goods back; null from a return from before it was recorded.</param>
/// <param name="ApprovedBy">The manager who approved the return, or null.</param>
[GenerateSerializer, Immutable, Alias("pos.RestockReturned")]
public sealed record RestockReturned(
    Operation Operation, int Quantity, ReturnId Return, DateTimeOffset? OccurredAt = null, string? TakenBy = null, string? ApprovedBy = null);

/// <summary>A difference was found.</summary>
/// <param name="Operation">Makes the command repeatable.</param>
/// <param name="Delta">Pieces, not 0; negative for breakage, theft, write-off.</param>
/// <param name="Reason">Required, 1–2,000 characters.</param>
/// <param name="OccurredAt">Business time when it is told later; null for now.</param>
[GenerateSerializer, Immutable, Alias("pos.AdjustStock")]
public sealed record AdjustStock(Operation Operation, int Delta, string Reason, DateTimeOffset? OccurredAt = null);

/// <summary>The shelf was counted.</summary>
/// <param name="Operation">Makes the command repeatable.</param>
/// <param name="Counted">Pieces that are really there, held ones included; 0–1,000,000,000.</param>
/// <param name="Reason">0–2,000 characters.</param>
[GenerateSerializer, Immutable, Alias("pos.CountStock")]
public sealed record CountStock(Operation Operation, int Counted, string Reason = "");

/// <summary>Sets whether holds may go beyond the available pieces.</summary>
[GenerateSerializer, Immutable, Alias("pos.SetStockPolicy")]
public sealed record SetStockPolicy(Operation Operation, StockPolicy Policy);

/// <summary>Asks for a hold.</summary>
/// <param name="Operation">
/// Its id names the reservation; its <see cref="Operation.NotAfter"/> bounds how long ended holds are remembered; its actor is who has made the hold.
/// </param>
/// <param name="Hold">The hold's id.</param>
/// <param name="Owner">Only the owner may pin, commit or release: <c>order:id</c> or <c>api</c>.</param>
/// <param name="Quantity">Pieces, 1–1,000,000,000.</param>
/// <param name="ExpiresAt">UTC; ignored when pinned.</param>
/// <param name="Pinned">Pinned from the start: for an owner that is itself durable and will commit or release.</param>
[GenerateSerializer, Immutable, Alias("pos.ReserveStock")]
public sealed record ReserveStock(
    Operation Operation, HoldId Hold, string Owner, int Quantity, DateTimeOffset ExpiresAt, bool Pinned = false);

/// <summary>Pins, commits or releases a hold, as the method called says. Repeatable by the hold's own state.</summary>
/// <param name="Operation">Bounds how long a release that came before its reserve is remembered; a live hold is ended however late.</param>
/// <param name="Hold">The hold's id.</param>
/// <param name="Owner">The owner it was reserved for.</param>
/// <param name="OccurredAt">Business time of a commit; null for now.</param>
/// <param name="Reason">
/// Why a hold that is no order's is committed, or released by somebody who has not made it: 1–2,000 characters, and the operation's approval. Null where
/// nobody has to say.
/// </param>
/// <param name="SoldBy">An order's commit: the key that sold the pieces; null otherwise, and from orders from before it was recorded.</param>
/// <param name="ApprovedBy">An order's commit: the manager who approved the order, or null.</param>
[GenerateSerializer, Immutable, Alias("pos.HoldCommand")]
public sealed record HoldCommand(
    Operation Operation, HoldId Hold, string Owner, DateTimeOffset? OccurredAt = null, string? Reason = null, string? SoldBy = null, string? ApprovedBy = null);
