using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pos.Grains.Carts;

/// <summary>A line of a cart, as it is journaled.</summary>
/// <param name="Line">Priced as shown; its number stays the same.</param>
/// <param name="ApprovedBy">Who with a manager's authority stands behind its price, or null.</param>
public sealed record CartLine(OrderLine Line, string? ApprovedBy = null)
{
    /// <summary>The line with the word for its price that an event of that moment tells of.</summary>
    internal CartLine ApprovedAt(DateTimeOffset at) => Line.OverrideReason is null || ApprovedBy is not { Length: > 0 } by || Line.Approval is not null
        ? this
        : this with { Line = Line with { Approval = new(by, Line.Quantity, at) } };
}

/// <summary>Why a cart was given up when nobody wished it.</summary>
public enum CartEnd
{
    /// <summary>Nobody has touched it for too long.</summary>
    Abandoned = 1,
}

/// <summary>What happens to a cart. <c>At</c> is when, UTC.</summary>
public abstract record CartEvent
{
    private CartEvent()
    {
    }

    /// <summary>A customer comes: OPEN.</summary>
    public sealed record Opened(
        StoreId Store,
        TillId Till,
        OperationKey Operation,
        Currency Currency,
        DateTimeOffset At,
        CartId? From = null,
        ImmutableArray<CartLine>? Lines = null) : CartEvent;

    /// <summary>Something is put in.</summary>
    public sealed record LineAdded(OperationKey Operation, OrderLine Line, DateTimeOffset At, string? ApprovedBy = null) : CartEvent;

    /// <summary>It is more or less of it.</summary>
    /// <param name="Operation">What the till called it.</param>
    /// <param name="Line">Its number.</param>
    /// <param name="Quantity">Pieces now.</param>
    /// <param name="Net">Of the line.</param>
    /// <param name="Tax">Of the line.</param>
    /// <param name="Gross">Of the line.</param>
    /// <param name="At">When, UTC.</param>
    /// <param name="ApprovedBy">Who stands behind that many pieces at another price than the list's; null when the earlier word covers them.</param>
    public sealed record LineChanged(
        OperationKey Operation, int Line, int Quantity, long Net, long Tax, long Gross, DateTimeOffset At, string? ApprovedBy = null) : CartEvent;

    /// <summary>Something is taken out.</summary>
    public sealed record LineRemoved(OperationKey Operation, int Line, DateTimeOffset At) : CartEvent;

    /// <summary>The prices of this moment are shown; without those lines whose price is the same.</summary>
    public sealed record Repriced(OperationKey Operation, ImmutableArray<OrderLine> Lines, DateTimeOffset At) : CartEvent;

    /// <summary>It is put aside: PARKED.</summary>
    public sealed record Parked(OperationKey Operation, string Label, DateTimeOffset At) : CartEvent;

    /// <summary>It goes on at a till: OPEN.</summary>
    public sealed record Resumed(OperationKey Operation, TillId Till, DateTimeOffset At) : CartEvent;

    /// <summary>It is given up: CANCELLED.</summary>
    public sealed record Cancelled(string Reason, DateTimeOffset At, CartEnd? Code = null, OperationKey? Operation = null) : CartEvent;

    /// <summary>It is an order: CHECKED_OUT.</summary>
    public sealed record CheckedOut(OperationKey Operation, OrderId Order, PricedSale Sale, DateTimeOffset At) : CartEvent;

    /// <summary>The order knows of it.</summary>
    public sealed record HandedOver : CartEvent;

    /// <summary>Somebody wished that what is owed be tried at once. Changes nothing else.</summary>
    public sealed record RetryAsked(string Operation) : CartEvent;
}

/// <summary>How carts are journaled.</summary>
public static class CartJournal
{
    /// <summary>Category of their streams.</summary>
    public const string Category = "cart";

    /// <summary>Names of their events, for ever.</summary>
    public static EventCodec<CartEvent> Codec { get; } = new(
        new EventCase("cart.opened", 1, CartJson.Default.Opened),
        new EventCase("cart.line-added", 1, CartJson.Default.LineAdded),
        new EventCase("cart.line-changed", 1, CartJson.Default.LineChanged),
        new EventCase("cart.line-removed", 1, CartJson.Default.LineRemoved),
        new EventCase("cart.repriced", 1, CartJson.Default.Repriced),
        new EventCase("cart.parked", 1, CartJson.Default.Parked),
        new EventCase("cart.resumed", 1, CartJson.Default.Resumed),
        new EventCase("cart.cancelled", 1, CartJson.Default.Cancelled),
        new EventCase("cart.checked-out", 1, CartJson.Default.CheckedOut),
        new EventCase("cart.handed-over", 1, CartJson.Default.HandedOver),
        new EventCase("cart.retry-asked", 1, CartJson.Default.RetryAsked));

    /// <summary>Everything a grain or a replay needs.</summary>
    public static Aggregate<CartProgress, CartEvent> Aggregate { get; } = new(Category, Cart.Initial, Cart.Evolve, Codec);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CartEvent.Opened))]
[JsonSerializable(typeof(CartEvent.LineAdded))]
[JsonSerializable(typeof(CartEvent.LineChanged))]
[JsonSerializable(typeof(CartEvent.LineRemoved))]
[JsonSerializable(typeof(CartEvent.Repriced))]
[JsonSerializable(typeof(CartEvent.Parked))]
[JsonSerializable(typeof(CartEvent.Resumed))]
[JsonSerializable(typeof(CartEvent.Cancelled))]
[JsonSerializable(typeof(CartEvent.CheckedOut))]
[JsonSerializable(typeof(CartEvent.HandedOver))]
[JsonSerializable(typeof(CartEvent.RetryAsked))]
internal sealed partial class CartJson : JsonSerializerContext;
