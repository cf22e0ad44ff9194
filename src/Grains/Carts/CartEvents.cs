using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pos.Grains.Carts;

/// <summary>A line of a cart, as it is journaled.</summary>
/// <param name="Line">Priced as shown; its number stays the same.</param>
/// <param name="ApprovedBy">The manager who approved its price, or null.</param>
public sealed record CartLine(OrderLine Line, string? ApprovedBy = null)
{
    /// <summary>The line with the approval of its price that the event implies.</summary>
    internal CartLine ApprovedAt(DateTimeOffset at) => Line.OverrideReason is null || ApprovedBy is not { Length: > 0 } by || Line.Approval is not null
        ? this
        : this with { Line = Line with { Approval = new(by, Line.Quantity, at) } };
}

/// <summary>Why a cart was cancelled without a request.</summary>
public enum CartEnd
{
    /// <summary>Nothing changed in it for too long.</summary>
    Abandoned = 1,
}

/// <summary>The events of a cart. <c>At</c> is the time, UTC.</summary>
public abstract record CartEvent
{
    private CartEvent()
    {
    }

    /// <summary>The cart was opened: OPEN.</summary>
    public sealed record Opened(
        StoreId Store,
        TillId Till,
        OperationKey Operation,
        Currency Currency,
        DateTimeOffset At,
        CartId? From = null,
        ImmutableArray<CartLine>? Lines = null,
        Annotations? Annotations = null) : CartEvent;

    /// <summary>A line was added.</summary>
    public sealed record LineAdded(OperationKey Operation, OrderLine Line, DateTimeOffset At, string? ApprovedBy = null) : CartEvent;

    /// <summary>The quantity of a line changed.</summary>
    /// <param name="Operation">The operation of the request.</param>
    /// <param name="Line">Number of the line.</param>
    /// <param name="Quantity">Pieces after the change.</param>
    /// <param name="Net">Net amount of the line.</param>
    /// <param name="Tax">Tax of the line.</param>
    /// <param name="Gross">Gross amount of the line.</param>
    /// <param name="At">The time, UTC.</param>
    /// <param name="ApprovedBy">The manager who approved so many pieces at another price; null when the earlier approval covers them.</param>
    public sealed record LineChanged(
        OperationKey Operation, int Line, int Quantity, long Net, long Tax, long Gross, DateTimeOffset At, string? ApprovedBy = null) : CartEvent;

    /// <summary>A line was removed.</summary>
    public sealed record LineRemoved(OperationKey Operation, int Line, DateTimeOffset At) : CartEvent;

    /// <summary>The lines show present prices. Lines whose price is the same are left out.</summary>
    public sealed record Repriced(OperationKey Operation, ImmutableArray<OrderLine> Lines, DateTimeOffset At) : CartEvent;

    /// <summary>The client's own words were replaced; null when they were taken away.</summary>
    public sealed record Annotated(OperationKey Operation, DateTimeOffset At, Annotations? Annotations = null) : CartEvent;

    /// <summary>The cart was parked: PARKED.</summary>
    public sealed record Parked(OperationKey Operation, string Label, DateTimeOffset At) : CartEvent;

    /// <summary>The cart was resumed at a till: OPEN.</summary>
    public sealed record Resumed(OperationKey Operation, TillId Till, DateTimeOffset At) : CartEvent;

    /// <summary>The cart was cancelled: CANCELLED.</summary>
    public sealed record Cancelled(string Reason, DateTimeOffset At, CartEnd? Code = null, OperationKey? Operation = null) : CartEvent;

    /// <summary>The cart became an order: CHECKED_OUT.</summary>
    public sealed record CheckedOut(OperationKey Operation, OrderId Order, PricedSale Sale, DateTimeOffset At) : CartEvent;

    /// <summary>The order has been told of the sale.</summary>
    public sealed record HandedOver : CartEvent;

    /// <summary>An operator asked that the owed step be tried at once. Changes nothing else.</summary>
    public sealed record RetryAsked(string Operation) : CartEvent;
}

/// <summary>How carts are journaled.</summary>
public static class CartJournal
{
    /// <summary>The category of their streams.</summary>
    public const string Category = "cart";

    /// <summary>The names of their events. A name never changes.</summary>
    public static EventCodec<CartEvent> Codec { get; } = new(
        new EventCase("cart.opened", 1, CartJson.Default.Opened),
        new EventCase("cart.line-added", 1, CartJson.Default.LineAdded),
        new EventCase("cart.line-changed", 1, CartJson.Default.LineChanged),
        new EventCase("cart.line-removed", 1, CartJson.Default.LineRemoved),
        new EventCase("cart.repriced", 1, CartJson.Default.Repriced),
        new EventCase("cart.annotated", 1, CartJson.Default.Annotated),
        new EventCase("cart.parked", 1, CartJson.Default.Parked),
        new EventCase("cart.resumed", 1, CartJson.Default.Resumed),
        new EventCase("cart.cancelled", 1, CartJson.Default.Cancelled),
        new EventCase("cart.checked-out", 1, CartJson.Default.CheckedOut),
        new EventCase("cart.handed-over", 1, CartJson.Default.HandedOver),
        new EventCase("cart.retry-asked", 1, CartJson.Default.RetryAsked));

    /// <summary>The aggregate, as grains and replays use it.</summary>
    public static Aggregate<CartState, CartEvent> Aggregate { get; } = new(Category, Cart.Initial, Cart.Evolve, Codec);
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
[JsonSerializable(typeof(CartEvent.Annotated))]
[JsonSerializable(typeof(CartEvent.Parked))]
[JsonSerializable(typeof(CartEvent.Resumed))]
[JsonSerializable(typeof(CartEvent.Cancelled))]
[JsonSerializable(typeof(CartEvent.CheckedOut))]
[JsonSerializable(typeof(CartEvent.HandedOver))]
[JsonSerializable(typeof(CartEvent.RetryAsked))]
internal sealed partial class CartJson : JsonSerializerContext;
