using System.Text.Json.Serialization;

namespace Pos.Grains.Stock;

/// <summary>The events of a stock item. <c>Balance</c> is <c>onHand</c> after the event; quantities are pieces.</summary>
public abstract record StockEvent
{
    private StockEvent()
    {
    }

    /// <summary>Goods came in.</summary>
    public sealed record Received(OperationKey Operation, int Quantity, long Balance, string Note) : StockEvent;

    /// <summary>Goods of a return are on the shelf again.</summary>
    /// <param name="Operation">The operation of the return.</param>
    /// <param name="Quantity">Pieces.</param>
    /// <param name="Return">The return.</param>
    /// <param name="Balance">On hand after it.</param>
    /// <param name="TakenBy">The key that took the goods back; null in events from before it was recorded.</param>
    /// <param name="ApprovedBy">The manager who approved the return, or null.</param>
    public sealed record Restocked(
        OperationKey Operation, int Quantity, ReturnId Return, long Balance, string? TakenBy = null, string? ApprovedBy = null) : StockEvent;

    /// <summary>A difference was found and approved by a manager.</summary>
    public sealed record Adjusted(OperationKey Operation, int Delta, string Reason, long Balance, string? ApprovedBy = null) : StockEvent;

    /// <summary>The shelf was counted.</summary>
    /// <param name="Operation">The operation of the request.</param>
    /// <param name="Pieces">Pieces that were really there.</param>
    /// <param name="Delta">Their difference to the pieces on hand before.</param>
    /// <param name="Balance">Equal to <paramref name="Pieces"/>.</param>
    /// <param name="Reason">The reason, or empty.</param>
    /// <param name="ApprovedBy">The manager who approved it; null in events from before approvals existed.</param>
    public sealed record Counted(
        OperationKey Operation,
        [property: JsonPropertyName("counted")] int Pieces,
        long Delta,
        long Balance,
        string Reason,
        string? ApprovedBy = null) : StockEvent;

    /// <summary>Holds beyond the available pieces are denied or allowed from now on.</summary>
    public sealed record PolicySet(OperationKey Operation, StockPolicy Policy) : StockEvent;

    /// <summary>Pieces are held.</summary>
    /// <param name="Hold">The hold, which names the operation too.</param>
    /// <param name="Owner">The only owner that may end it.</param>
    /// <param name="Quantity">Pieces.</param>
    /// <param name="Pinned">Whether only the owner ends it.</param>
    /// <param name="NotAfter">How long its end is remembered.</param>
    /// <param name="ExpiresAt">Null when pinned.</param>
    /// <param name="Fingerprint">Of the command; null when the hold's id says it all.</param>
    /// <param name="MadeBy">The caller who made it; null for an order's, and in events from before it was recorded.</param>
    /// <param name="MadeAt">The time, UTC; null where <paramref name="MadeBy"/> is.</param>
    public sealed record Reserved(
        HoldId Hold,
        string Owner,
        int Quantity,
        bool Pinned,
        DateTimeOffset NotAfter,
        DateTimeOffset? ExpiresAt = null,
        string? Fingerprint = null,
        string? MadeBy = null,
        DateTimeOffset? MadeAt = null) : StockEvent;

    /// <summary>The hold does not expire any more.</summary>
    public sealed record HoldPinned(HoldId Hold) : StockEvent;

    /// <summary>The held pieces left the store.</summary>
    /// <param name="Hold">The hold.</param>
    /// <param name="Quantity">Pieces.</param>
    /// <param name="Balance">On hand after it.</param>
    /// <param name="NotAfter">How long that is remembered, when that is longer than the reservation asked for.</param>
    /// <param name="Reason">Why they left without a sale; null for an order's, and in events from before it was required.</param>
    /// <param name="ApprovedBy">The manager who approved that, or the order; or null.</param>
    /// <param name="SoldBy">The key that sold them; null without a sale, and in events from before it was recorded.</param>
    public sealed record Committed(
        HoldId Hold,
        int Quantity,
        long Balance,
        DateTimeOffset? NotAfter = null,
        string? Reason = null,
        string? ApprovedBy = null,
        string? SoldBy = null) : StockEvent;

    /// <summary>The owner gave the pieces back, or a manager ended what somebody else had held.</summary>
    /// <param name="Hold">The hold.</param>
    /// <param name="Owner">The owner.</param>
    /// <param name="Quantity">Pieces; 0 for a release that came before its reserve.</param>
    /// <param name="NotAfter">How long that is remembered.</param>
    /// <param name="Reason">Why a manager ended it; null otherwise.</param>
    /// <param name="ApprovedBy">The manager; null otherwise.</param>
    public sealed record Released(
        HoldId Hold, string Owner, int Quantity, DateTimeOffset NotAfter, string? Reason = null, string? ApprovedBy = null) : StockEvent;

    /// <summary>The hold expired, and its pieces are free.</summary>
    public sealed record Expired(HoldId Hold, int Quantity) : StockEvent;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StockEvent.Received))]
[JsonSerializable(typeof(StockEvent.Restocked))]
[JsonSerializable(typeof(StockEvent.Adjusted))]
[JsonSerializable(typeof(StockEvent.Counted))]
[JsonSerializable(typeof(StockEvent.PolicySet))]
[JsonSerializable(typeof(StockEvent.Reserved))]
[JsonSerializable(typeof(StockEvent.HoldPinned))]
[JsonSerializable(typeof(StockEvent.Committed))]
[JsonSerializable(typeof(StockEvent.Released))]
[JsonSerializable(typeof(StockEvent.Expired))]
internal sealed partial class StockJson : JsonSerializerContext;
