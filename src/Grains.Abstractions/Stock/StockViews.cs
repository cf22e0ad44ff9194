using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Stock;

/// <summary>Whether a hold may go beyond the available pieces.</summary>
[GenerateSerializer, Alias("pos.StockPolicy")]
public enum StockPolicy
{
    /// <summary>It is refused.</summary>
    [JsonStringEnumMemberName("deny")]
    Deny = 1,

    /// <summary>It is accepted, and available turns negative until goods come in.</summary>
    [JsonStringEnumMemberName("backorder")]
    Backorder = 2,
}

/// <summary>A stock item as it stands. Quantities are pieces.</summary>
/// <param name="Store">The store.</param>
/// <param name="Sku">The product.</param>
/// <param name="OnHand">Pieces in the store; negative only after facts or backorders.</param>
/// <param name="Held">Sum of the live holds.</param>
/// <param name="Available"><paramref name="OnHand"/> − <paramref name="Held"/>; negative is a shortage.</param>
/// <param name="Policy">Deny or backorder.</param>
/// <param name="LiveHolds">Number of live holds.</param>
/// <param name="Version">Version of its stream.</param>
[GenerateSerializer, Immutable, Alias("pos.StockView")]
public sealed record StockView(
    StoreId Store, Sku Sku, long OnHand, long Held, long Available, StockPolicy Policy, int LiveHolds, long Version) : IVersioned
{
    /// <summary>Possible next actions: <c>receive</c>, <c>adjust</c>, <c>count</c>, <c>set-policy</c>, and <c>hold</c> while there is something to hold.</summary>
    public ImmutableArray<string> Actions => Available > 0 || Policy == StockPolicy.Backorder
        ? ["receive", "adjust", "count", "set-policy", "hold"]
        : ["receive", "adjust", "count", "set-policy"];
}

/// <summary>The state of a hold. A live hold ends exactly once.</summary>
[GenerateSerializer, Alias("pos.HoldState")]
public enum HoldStatus
{
    /// <summary>Live, and ends by itself at its expiry.</summary>
    [JsonStringEnumMemberName("HELD")]
    Held = 1,

    /// <summary>Live until its owner ends it.</summary>
    [JsonStringEnumMemberName("PINNED")]
    Pinned = 2,

    /// <summary>The pieces left the store.</summary>
    [JsonStringEnumMemberName("COMMITTED")]
    Committed = 3,

    /// <summary>Given back by its owner.</summary>
    [JsonStringEnumMemberName("RELEASED")]
    Released = 4,

    /// <summary>Given back by time.</summary>
    [JsonStringEnumMemberName("EXPIRED")]
    Expired = 5,
}

/// <summary>A hold.</summary>
/// <param name="Id">The id.</param>
/// <param name="Owner">The only owner that may end it.</param>
/// <param name="Quantity">Pieces; 0 for a release that came before its reserve.</param>
/// <param name="State">Live or how it ended.</param>
/// <param name="ExpiresAt">UTC; null when pinned or ended.</param>
/// <param name="Available">Pieces available of the item after this.</param>
/// <param name="Version">Version of the item's stream.</param>
/// <param name="MadeBy">The caller who made it and may pin and release it; null for an order's, and for those from before it was recorded.</param>
/// <param name="MadeAt">When, UTC; null where <paramref name="MadeBy"/> is.</param>
[GenerateSerializer, Immutable, Alias("pos.HoldView")]
public sealed record HoldView(
    HoldId Id,
    string Owner,
    int Quantity,
    HoldStatus State,
    DateTimeOffset? ExpiresAt,
    long Available,
    long Version,
    string? MadeBy = null,
    DateTimeOffset? MadeAt = null) : IVersioned
{
    /// <summary>
    /// Possible next actions: <c>pin</c>, <c>release</c>, and with a manager's approval <c>commit</c>, <c>end</c>. Nothing with an order's: that ends it.
    /// </summary>
    public ImmutableArray<string> Actions => State switch
    {
        _ when HoldOwner.IsOrder(Owner) => [],
        HoldStatus.Held => ["pin", "commit", "release", "end"],
        HoldStatus.Pinned => ["commit", "release", "end"],
        _ => [],
    };
}

/// <summary>The owners of holds.</summary>
public static class HoldOwner
{
    /// <summary>The owner of holds that were made through the API.</summary>
    public const string Api = "api";

    private const string OrderPrefix = "order:";

    /// <summary>Whether an owner is an order. An order ends its holds itself.</summary>
    public static bool IsOrder(string owner) => owner.StartsWith(OrderPrefix, StringComparison.Ordinal);
}

/// <summary>Some of an item's live holds.</summary>
/// <param name="Holds">In the order in which they began.</param>
/// <param name="Next">The beginning of the next page.</param>
/// <param name="HasMore">Whether there is a next page.</param>
[GenerateSerializer, Immutable, Alias("pos.HoldPage")]
public sealed record HoldPage(ImmutableArray<HoldView> Holds, long Next, bool HasMore);

/// <summary>A page of a stock item's ledger.</summary>
/// <param name="Entries">In order.</param>
/// <param name="Next">The beginning of the next page.</param>
/// <param name="HasMore">Whether there is a next page.</param>
[GenerateSerializer, Immutable, Alias("pos.LedgerPage")]
public sealed record LedgerPage(ImmutableArray<LedgerEntry> Entries, long Next, bool HasMore);

/// <summary>Something that moved <c>onHand</c>.</summary>
/// <param name="Version">Of the stream.</param>
/// <param name="RecordedAt">UTC.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Kind"><c>received</c>, <c>restocked</c>, <c>adjusted</c>, <c>counted</c> or <c>committed</c>.</param>
/// <param name="Delta">Pieces, signed.</param>
/// <param name="Balance"><c>onHand</c> after it.</param>
/// <param name="Reference">The hold (<c>orderId.line</c> for an order's), the return, the note or the reason.</param>
/// <param name="Actor">The actor: of a sale the seller, of a return the one who took it back. Sales and returns from before that was recorded name themselves.</param>
/// <param name="ApprovedBy">The manager who approved it, or its sale or return; null where no approval was needed.</param>
[GenerateSerializer, Immutable, Alias("pos.LedgerEntry")]
public sealed record LedgerEntry(
    long Version,
    DateTimeOffset RecordedAt,
    DateTimeOffset OccurredAt,
    string Kind,
    long Delta,
    long Balance,
    string Reference,
    string Actor,
    string? ApprovedBy = null);
