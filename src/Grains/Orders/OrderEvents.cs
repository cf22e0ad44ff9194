using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pos.Grains;

/// <summary>What happens to an order.</summary>
public abstract record OrderEvent
{
    private OrderEvent()
    {
    }

    /// <summary>The till asked for a sale, with the cash in hand: CREATED.</summary>
    /// <param name="Store">Where.</param>
    /// <param name="Till">Which till.</param>
    /// <param name="Operation">What the till called it.</param>
    /// <param name="Lines">What is sold, priced.</param>
    /// <param name="TaxInclusive">Whether unit prices contain the tax.</param>
    /// <param name="Net">Sum of the lines.</param>
    /// <param name="Tax">Sum of the lines.</param>
    /// <param name="Gross">Sum of the lines.</param>
    /// <param name="Tendered">Cash handed over, at least <paramref name="Gross"/>.</param>
    /// <param name="OccurredAt">Business time, UTC.</param>
    /// <param name="PlacedAt">When it was decided, UTC.</param>
    public sealed record Placed(
        StoreId Store,
        TillId Till,
        OperationKey Operation,
        ImmutableArray<OrderLine> Lines,
        bool TaxInclusive,
        Money Net,
        Money Tax,
        Money Gross,
        Money Tendered,
        DateTimeOffset OccurredAt,
        DateTimeOffset PlacedAt) : OrderEvent;

    /// <summary>Every line can be sold and every line of goods is held for good: STOCK_VERIFIED, STOCK_RESERVED.</summary>
    public sealed record StockReserved(int Holds) : OrderEvent;

    /// <summary>The cash is in the drawer: PAYMENT_SUCCESS, CONFIRMED.</summary>
    public sealed record CashTaken(Money Tendered, Money Change) : OrderEvent;

    /// <summary>The order was given up: CANCELLED.</summary>
    /// <param name="Code">The refusal that ended it; null when someone wished it.</param>
    /// <param name="Reason">One sentence.</param>
    /// <param name="Shortages">Lines that could not be had.</param>
    /// <param name="At">When it was decided, UTC.</param>
    public sealed record Cancelled(
        string Reason, ImmutableArray<Shortage> Shortages, DateTimeOffset At, RejectionCode? Code = null) : OrderEvent;

    /// <summary>Nothing is owed any more.</summary>
    public sealed record Settled : OrderEvent;
}

/// <summary>A priced line as it is journaled. Amounts are minor units of the order's currency.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Sku">What.</param>
/// <param name="Name">The product's name at that time.</param>
/// <param name="Kind">Goods or service.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="ListPrice">The product's price at that time.</param>
/// <param name="UnitPrice">What was charged for one piece.</param>
/// <param name="TaxRate">Basis points.</param>
/// <param name="Net">Of the line.</param>
/// <param name="Tax">Of the line.</param>
/// <param name="Gross">Of the line.</param>
/// <param name="OverrideReason">Why the price differs from the list, or null.</param>
public sealed record OrderLine(
    int Line,
    Sku Sku,
    string Name,
    ProductKind Kind,
    int Quantity,
    long ListPrice,
    long UnitPrice,
    int TaxRate,
    long Net,
    long Tax,
    long Gross,
    string? OverrideReason = null);

/// <summary>How orders are journaled.</summary>
public static class OrderJournal
{
    /// <summary>Category of their streams.</summary>
    public const string Category = "order";

    /// <summary>Names of their events, for ever.</summary>
    public static EventCodec<OrderEvent> Codec { get; } = new(
        new EventCase("order.placed", 1, OrderJson.Default.Placed),
        new EventCase("order.stock-reserved", 1, OrderJson.Default.StockReserved),
        new EventCase("order.cash-taken", 1, OrderJson.Default.CashTaken),
        new EventCase("order.cancelled", 1, OrderJson.Default.Cancelled),
        new EventCase("order.settled", 1, OrderJson.Default.Settled));

    /// <summary>Everything a grain or a replay needs.</summary>
    public static Aggregate<OrderProgress, OrderEvent> Aggregate { get; } = new(Category, Order.Initial, Order.Evolve, Codec);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(OrderEvent.Placed))]
[JsonSerializable(typeof(OrderEvent.StockReserved))]
[JsonSerializable(typeof(OrderEvent.CashTaken))]
[JsonSerializable(typeof(OrderEvent.Cancelled))]
[JsonSerializable(typeof(OrderEvent.Settled))]
internal sealed partial class OrderJson : JsonSerializerContext;
