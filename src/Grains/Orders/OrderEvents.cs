using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pos.Grains.Orders;

/// <summary>What happens to an order.</summary>
public abstract record OrderEvent
{
    private OrderEvent()
    {
    }

    /// <summary>A till or a cart asked for a sale: CREATED. What <see cref="PricedSale"/> says, with:</summary>
    /// <param name="Store">Where.</param>
    /// <param name="Till">Which till.</param>
    /// <param name="Operation">What the till called it.</param>
    /// <param name="Lines">What is sold, priced.</param>
    /// <param name="TaxInclusive">Whether unit prices contain the tax.</param>
    /// <param name="Net">Sum of the lines.</param>
    /// <param name="Tax">Sum of the lines.</param>
    /// <param name="Gross">Sum of the lines.</param>
    /// <param name="Tendered">Cash handed over; zero without cash.</param>
    /// <param name="OccurredAt">Business time, UTC.</param>
    /// <param name="PlacedAt">When it was decided, UTC.</param>
    /// <param name="Rounding">Cash due − what is exactly left for cash; null for none.</param>
    /// <param name="Cards">Cards to be charged; null for none.</param>
    /// <param name="Credit">Credit of a return, or null.</param>
    /// <param name="Cart">The cart it comes from, or null.</param>
    /// <param name="ApprovedBy">Who with a manager's authority stands behind it, or null.</param>
    /// <param name="HoldsBySku">
    /// Whether all lines of one SKU share one hold, which bears the number of the first of them; null in the events of before, when each
    /// line had its own.
    /// </param>
    /// <param name="SoldBy">Whose key asked for the sale; null in the events of before it was kept.</param>
    /// <param name="CashRounding">Step to which the store rounds cash, for what comes back; null for none, and in the events of before it was kept.</param>
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
        DateTimeOffset PlacedAt,
        long? Rounding = null,
        ImmutableArray<CardTender>? Cards = null,
        CreditTender? Credit = null,
        CartId? Cart = null,
        string? ApprovedBy = null,
        bool? HoldsBySku = null,
        string? SoldBy = null,
        int? CashRounding = null) : OrderEvent
    {
        /// <summary>The amount due in coins and notes.</summary>
        [JsonIgnore]
        public Money CashDue => new(SaleTenders.CashDue(Gross.Amount, Rounding, Cards, Credit), Gross.Currency);

        /// <summary>Whether money has to be had from elsewhere than the drawer.</summary>
        [JsonIgnore]
        public bool IsCharged => Cards is not null || Credit is not null;
    }

    /// <summary>Every line can be sold and all goods are held for good, by so many holds: STOCK_VERIFIED, STOCK_RESERVED.</summary>
    public sealed record StockReserved(int Holds) : OrderEvent;

    /// <summary>The cash is in the drawer: PAYMENT_SUCCESS, CONFIRMED.</summary>
    public sealed record CashTaken(Money Tendered, Money Change) : OrderEvent;

    /// <summary>Every card is charged, the credit taken, the cash in the drawer: PAYMENT_SUCCESS, CONFIRMED.</summary>
    public sealed record Paid(Money Tendered, Money Change) : OrderEvent;

    /// <summary>The order was given up: CANCELLED.</summary>
    /// <param name="Code">The refusal that ended it; null when someone wished it.</param>
    /// <param name="Reason">One sentence.</param>
    /// <param name="Shortages">Lines that could not be had.</param>
    /// <param name="At">When it was decided, UTC.</param>
    /// <param name="Operation">What whoever wished it called it; null when a refusal ended it, and in the events of before it was kept.</param>
    /// <param name="NotHeld">
    /// Numbers of the holds that stock has refused, and of which no request can still be on its way: none of them is released. Null for none.
    /// </param>
    public sealed record Cancelled(
        string Reason,
        ImmutableArray<Shortage> Shortages,
        DateTimeOffset At,
        RejectionCode? Code = null,
        OperationKey? Operation = null,
        ImmutableArray<int>? NotHeld = null) : OrderEvent;

    /// <summary>Nothing is owed any more.</summary>
    /// <param name="Unpaid">Money that did not go back to the cards, because an operator closed its refund at the payment; null for none.</param>
    public sealed record Settled(Money? Unpaid = null) : OrderEvent;

    /// <summary>Lines come back, and the return is owed its orders.</summary>
    /// <param name="Return">Which.</param>
    /// <param name="Operation">What the till called it.</param>
    /// <param name="Till">Which till took it.</param>
    /// <param name="Lines">What came back, at the price paid.</param>
    /// <param name="Net">Sum of the lines.</param>
    /// <param name="Tax">Sum of the lines.</param>
    /// <param name="Gross">Sum of the lines.</param>
    /// <param name="Refunds">Where the money goes back to; together <paramref name="Gross"/>.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="OccurredAt">Business time, UTC.</param>
    /// <param name="At">When it was decided, UTC.</param>
    /// <param name="CashRounding">Step to which cash is rounded; null for none.</param>
    /// <param name="Exchange">Whether the money is kept as credit for a new order; null for not.</param>
    /// <param name="Coins">What is paid out in coins of it; null without cash, and in the events of before it was kept, which rounded each return by itself.</param>
    /// <param name="CashCredit">What a new order may take instead of the coins; null without exchange, and in the events of before it was kept.</param>
    /// <param name="ApprovedBy">Who with a manager's authority stands behind what needs it, such as cash for what a card paid; null when nobody has to.</param>
    /// <param name="TakenBy">Whose key took the goods back; null in the events of before it was kept.</param>
    public sealed record ReturnAccepted(
        ReturnId Return,
        OperationKey Operation,
        TillId Till,
        ImmutableArray<LineBack> Lines,
        Money Net,
        Money Tax,
        Money Gross,
        ImmutableArray<TenderRefund> Refunds,
        string Reason,
        DateTimeOffset OccurredAt,
        DateTimeOffset At,
        int? CashRounding = null,
        bool? Exchange = null,
        long? Coins = null,
        long? CashCredit = null,
        string? ApprovedBy = null,
        string? TakenBy = null) : OrderEvent;

    /// <summary>The return knows all of it, and owes the rest.</summary>
    public sealed record ReturnHandedOver(ReturnId Return) : OrderEvent;

    /// <summary>Somebody wished that what is owed be tried at once. Changes nothing else.</summary>
    public sealed record RetryAsked(string Operation) : OrderEvent;
}

/// <summary>Pieces of a line that came back. Amounts are minor units of the order's currency.</summary>
public sealed record LineBack(int Line, int Quantity, Disposition Disposition, long Net, long Tax, long Gross);

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
        new EventCase("order.paid", 1, OrderJson.Default.Paid),
        new EventCase("order.cancelled", 1, OrderJson.Default.Cancelled),
        new EventCase("order.settled", 1, OrderJson.Default.Settled),
        new EventCase("order.return-accepted", 1, OrderJson.Default.ReturnAccepted),
        new EventCase("order.return-handed-over", 1, OrderJson.Default.ReturnHandedOver),
        new EventCase("order.retry-asked", 1, OrderJson.Default.RetryAsked));

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
[JsonSerializable(typeof(OrderEvent.Paid))]
[JsonSerializable(typeof(OrderEvent.Cancelled))]
[JsonSerializable(typeof(OrderEvent.Settled))]
[JsonSerializable(typeof(OrderEvent.ReturnAccepted))]
[JsonSerializable(typeof(OrderEvent.ReturnHandedOver))]
[JsonSerializable(typeof(OrderEvent.RetryAsked))]
internal sealed partial class OrderJson : JsonSerializerContext;
