using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pos.Grains.Orders;

/// <summary>The events of an order.</summary>
public abstract record OrderEvent
{
    private OrderEvent()
    {
    }

    /// <summary>A till or a cart placed the order: CREATED. The members of <see cref="PricedSale"/>, and:</summary>
    /// <param name="Store">The store.</param>
    /// <param name="Till">The till.</param>
    /// <param name="Operation">The operation of the request.</param>
    /// <param name="Lines">The sold lines with their prices.</param>
    /// <param name="TaxInclusive">Whether unit prices contain the tax.</param>
    /// <param name="Net">Net sum of the lines.</param>
    /// <param name="Tax">Tax sum of the lines.</param>
    /// <param name="Gross">Gross sum of the lines.</param>
    /// <param name="Tendered">Cash handed over; zero without cash.</param>
    /// <param name="OccurredAt">Business time, UTC.</param>
    /// <param name="PlacedAt">The time of the decision, UTC.</param>
    /// <param name="Rounding">Cash due − what is exactly left for cash; null for none.</param>
    /// <param name="Cards">Cards to be charged; null for none.</param>
    /// <param name="Credit">Credit of a return, or null.</param>
    /// <param name="Cart">The cart it comes from, or null.</param>
    /// <param name="ApprovedBy">The manager who approved the sale, or null.</param>
    /// <param name="HoldsBySku">
    /// Whether all lines of one SKU share one hold, which has the number of the first of them; null in earlier events, when each line had its own.
    /// </param>
    /// <param name="SoldBy">The key that asked for the sale; null in events from before it was recorded.</param>
    /// <param name="CashRounding">Step to which the store rounds cash, for what comes back; null for none, and in events from before it was recorded.</param>
    /// <param name="Annotations">The client's own words, or null.</param>
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
        int? CashRounding = null,
        Annotations? Annotations = null) : OrderEvent
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

    /// <summary>The order was cancelled: CANCELLED.</summary>
    /// <param name="Code">The refusal that ended it; null for a cancel request.</param>
    /// <param name="Reason">One sentence.</param>
    /// <param name="Shortages">Lines that stock has refused.</param>
    /// <param name="At">The time of the decision, UTC.</param>
    /// <param name="Operation">The operation of the cancel request; null when a refusal ended the order, and in events from before it was recorded.</param>
    /// <param name="NotHeld">
    /// Numbers of the holds that stock has refused and whose requests cannot still arrive: they need no release. Null for none.
    /// </param>
    public sealed record Cancelled(
        string Reason,
        ImmutableArray<Shortage> Shortages,
        DateTimeOffset At,
        RejectionCode? Code = null,
        OperationKey? Operation = null,
        ImmutableArray<int>? NotHeld = null) : OrderEvent;

    /// <summary>Nothing is owed.</summary>
    /// <param name="Unpaid">Money that did not go back to the cards, because an operator closed its refund at the payment; null for none.</param>
    public sealed record Settled(Money? Unpaid = null) : OrderEvent;

    /// <summary>Lines came back. The return still has to be told.</summary>
    /// <param name="Return">The return.</param>
    /// <param name="Operation">The operation of the request.</param>
    /// <param name="Till">The till that took the goods.</param>
    /// <param name="Lines">The returned lines, at the price paid.</param>
    /// <param name="Net">Net sum of the lines.</param>
    /// <param name="Tax">Tax sum of the lines.</param>
    /// <param name="Gross">Gross sum of the lines.</param>
    /// <param name="Refunds">The tenders to which the money goes back; together <paramref name="Gross"/>.</param>
    /// <param name="Reason">The reason.</param>
    /// <param name="OccurredAt">Business time, UTC.</param>
    /// <param name="At">The time of the decision, UTC.</param>
    /// <param name="CashRounding">Step to which cash is rounded; null for none.</param>
    /// <param name="Exchange">Whether the money is kept as credit for a new order; null for not.</param>
    /// <param name="Coins">The part paid out in coins; null without cash, and in events from before it was recorded, which rounded each return by itself.</param>
    /// <param name="CashCredit">The credit that a new order may take instead of the coins; null without exchange, and in events from before it was recorded.</param>
    /// <param name="ApprovedBy">The manager who approved what needs approval, such as cash for what a card paid; null when nothing did.</param>
    /// <param name="TakenBy">The key that took the goods back; null in events from before it was recorded.</param>
    /// <param name="Annotations">The client's own words, or null.</param>
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
        string? TakenBy = null,
        Annotations? Annotations = null) : OrderEvent;

    /// <summary>The return has been told, and carries it out.</summary>
    public sealed record ReturnHandedOver(ReturnId Return) : OrderEvent;

    /// <summary>An operator asked that the owed step be tried at once. Changes nothing else.</summary>
    public sealed record RetryAsked(string Operation) : OrderEvent;
}

/// <summary>Pieces of a line that came back. Amounts are minor units of the order's currency.</summary>
public sealed record LineBack(int Line, int Quantity, Disposition Disposition, long Net, long Tax, long Gross);

/// <summary>How orders are journaled.</summary>
public static class OrderJournal
{
    /// <summary>The category of their streams.</summary>
    public const string Category = "order";

    /// <summary>The names of their events. A name never changes.</summary>
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

    /// <summary>The aggregate, as grains and replays use it.</summary>
    public static Aggregate<OrderState, OrderEvent> Aggregate { get; } = new(Category, Order.Initial, Order.Evolve, Codec);
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
