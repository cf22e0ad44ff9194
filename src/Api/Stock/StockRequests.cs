namespace Pos.Api.Stock;

/// <summary>Goods came in.</summary>
/// <param name="Quantity">Pieces, 1–1,000,000,000.</param>
/// <param name="Note">Delivery note; 0–2,000 characters.</param>
internal sealed record ReceiptRequest(int Quantity, string Note = "");

/// <summary>A difference was found.</summary>
/// <param name="Delta">Pieces, not 0; negative for breakage, theft, write-off.</param>
/// <param name="Reason">1–2,000 characters.</param>
/// <param name="OccurredAt">Business time when it is told later; not in the future.</param>
internal sealed record AdjustmentRequest(int Delta, string Reason, DateTimeOffset? OccurredAt = null);

/// <summary>The shelf was counted.</summary>
/// <param name="Counted">Pieces that are really there, held ones included; 0–1,000,000,000.</param>
/// <param name="Reason">0–2,000 characters.</param>
internal sealed record CountRequest(int Counted, string Reason = "");

/// <summary>What happens to a hold or sale beyond what is available.</summary>
/// <param name="Policy">Refuse it, or accept it and owe the goods.</param>
internal sealed record PolicyRequest(StockPolicy Policy);

/// <summary>Asks for a hold.</summary>
/// <param name="Quantity">Pieces, 1–100,000, with all that the caller holds of the item.</param>
/// <param name="ExpiresInSeconds">1–86,400. It ends by itself after that, unless it is pinned.</param>
internal sealed record HoldRequest(int Quantity, int ExpiresInSeconds);

/// <summary>Takes held pieces out of the stock.</summary>
/// <param name="Reason">Why they leave without a sale, 1–2,000 characters.</param>
internal sealed record CommitHoldRequest(string Reason);

/// <summary>Ends somebody's hold.</summary>
/// <param name="Reason">1–2,000 characters.</param>
internal sealed record EndHoldRequest(string Reason);
