using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pos.Api.Returns;

/// <summary>Asks for a return without receipt.</summary>
/// <param name="Store">The store that takes the goods back.</param>
/// <param name="Till">One of the store's tills.</param>
/// <param name="Lines">1–1,000.</param>
/// <param name="Reason">1–2,000 characters.</param>
/// <param name="OccurredAt">Business time when it is told later; not in the future.</param>
/// <param name="Payout">What becomes of the money.</param>
/// <param name="Reference">The client's own reference, 1–100 characters.</param>
/// <param name="Note">A note for people, 1–2,000 characters.</param>
/// <param name="Customer">The customer in the client's own system, 1–100 characters.</param>
/// <param name="Metadata">Up to 16 pairs of the client's own: keys of 1–40 of `A-Z a-z 0-9 . _ -`, values of 1–500 characters.</param>
internal sealed record PlaceReturnRequest(
    StoreId Store,
    TillId Till,
    ImmutableArray<ReturnedLineRequest> Lines,
    string Reason,
    DateTimeOffset? OccurredAt = null,
    Payout Payout = Payout.Refund,
    string? Reference = null,
    string? Note = null,
    string? Customer = null,
    IReadOnlyDictionary<string, string>? Metadata = null) : INamesStore, IBringsLines
{
    int IBringsLines.LinesCount => Lines.IsDefault ? 0 : Lines.Length;
}

/// <summary>A line that comes back.</summary>
/// <param name="Sku">The product that comes back.</param>
/// <param name="Quantity">Pieces, 1–100,000.</param>
/// <param name="Disposition">Back on the shelf or written off.</param>
/// <param name="UnitPrice">Refund for one piece; the list price when absent.</param>
internal sealed record ReturnedLineRequest(Sku Sku, int Quantity, Disposition Disposition, Money? UnitPrice = null);

/// <summary>Asks an order to take lines back.</summary>
/// <param name="Till">One of the store's tills.</param>
/// <param name="Lines">1–1,000, each of the order's lines at most once.</param>
/// <param name="Reason">1–2,000 characters.</param>
/// <param name="OccurredAt">Business time when it is told later; not in the future. Told more than 72 hours later it takes a manager's approval.</param>
/// <param name="Payout">What becomes of the money.</param>
/// <param name="Reference">The client's own reference, 1–100 characters.</param>
/// <param name="Note">A note for people, 1–2,000 characters.</param>
/// <param name="Customer">The customer in the client's own system, 1–100 characters.</param>
/// <param name="Metadata">Up to 16 pairs of the client's own: keys of 1–40 of `A-Z a-z 0-9 . _ -`, values of 1–500 characters.</param>
internal sealed record ReturnLinesRequest(
    TillId Till,
    ImmutableArray<ReturnedLine> Lines,
    string Reason,
    DateTimeOffset? OccurredAt = null,
    Payout Payout = Payout.Refund,
    string? Reference = null,
    string? Note = null,
    string? Customer = null,
    IReadOnlyDictionary<string, string>? Metadata = null) : IBringsLines
{
    int IBringsLines.LinesCount => Lines.IsDefault ? 0 : Lines.Length;
}

/// <summary>Ends the wait for an exchange.</summary>
/// <param name="Reason">1–200 characters.</param>
internal sealed record PayOutRequest(string Reason);

/// <summary>What becomes of a return's money.</summary>
internal enum Payout
{
    /// <summary>It goes back to where it came from.</summary>
    [JsonStringEnumMemberName("refund")]
    Refund = 0,

    /// <summary>It waits as credit for a new order, for 24 hours.</summary>
    [JsonStringEnumMemberName("exchange")]
    Exchange = 1,

    /// <summary>In cash, also what a card paid: a manager has to approve that.</summary>
    [JsonStringEnumMemberName("cash")]
    Cash = 2,
}
