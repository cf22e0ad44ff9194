using System.Collections.Immutable;

namespace Pos.Api.Orders;

/// <summary>Asks for a sale.</summary>
/// <param name="Store">The store that sells.</param>
/// <param name="Till">One of the store's tills.</param>
/// <param name="Lines">1–1,000; several may name one SKU.</param>
/// <param name="Cash">Cash handed over, at least what cards and exchange leave, rounded as the store rounds cash.</param>
/// <param name="Cards">Up to 8 cards, each charged for itself; one without an amount is charged what is left.</param>
/// <param name="Exchange">A return whose credit pays, as far as it goes.</param>
/// <param name="OccurredAt">Business time when the sale is told later; not in the future. Told more than 72 hours later it takes a manager's approval.</param>
/// <param name="Reference">The client's own reference, 1–100 characters.</param>
/// <param name="Note">A note for people, 1–2,000 characters.</param>
/// <param name="Customer">The customer in the client's own system, 1–100 characters.</param>
/// <param name="Metadata">Up to 16 pairs of the client's own: keys of 1–40 of `A-Z a-z 0-9 . _ -`, values of 1–500 characters.</param>
internal sealed record PlaceOrderRequest(
    StoreId Store,
    TillId Till,
    ImmutableArray<OrderLineRequest> Lines,
    Money? Cash = null,
    ImmutableArray<CardRequest>? Cards = null,
    ReturnId? Exchange = null,
    DateTimeOffset? OccurredAt = null,
    string? Reference = null,
    string? Note = null,
    string? Customer = null,
    IReadOnlyDictionary<string, string>? Metadata = null) : INamesStore, IBringsLines
{
    int IBringsLines.LinesCount => Lines.IsDefault ? 0 : Lines.Length;
}

/// <summary>Gives an order up.</summary>
/// <param name="Reason">1–200 characters.</param>
internal sealed record CancelOrderRequest(string Reason);

/// <summary>Closes a refund.</summary>
/// <param name="Reason">What became of the money: 1–2,000 characters.</param>
/// <param name="Refund">A return's id, or <c>undo</c>; null for the one that is owed next.</param>
internal sealed record CloseRefundRequest(string Reason, string? Refund = null);
