using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pos.Grains.Returns;

/// <summary>The events of a return.</summary>
public abstract record ReturnEvent
{
    private ReturnEvent()
    {
    }

    /// <summary>The goods are on the counter: ACCEPTED. The members mean what those of <see cref="PricedReturn"/> mean.</summary>
    public sealed record Accepted(
        StoreId Store,
        TillId Till,
        OperationKey Operation,
        ImmutableArray<ReturnLine> Lines,
        bool TaxInclusive,
        Money Net,
        Money Tax,
        Money Gross,
        string Reason,
        DateTimeOffset OccurredAt,
        DateTimeOffset PlacedAt,
        OrderId? Order = null,
        ImmutableArray<TenderRefund>? Refunds = null,
        int? CashRounding = null,
        bool? Exchange = null,
        string? ApprovedBy = null,
        long? Coins = null,
        long? CashCredit = null,
        string? TakenBy = null,
        Annotations? Annotations = null) : ReturnEvent;

    /// <summary>The goods of an exchange are back on the shelf. The money waits for a new order.</summary>
    public sealed record Restocked : ReturnEvent;

    /// <summary>A new order has taken credit.</summary>
    public sealed record CreditTaken(OrderId Order, Money Amount) : ReturnEvent;

    /// <summary>An order has no credit of this return and gets none any more.</summary>
    public sealed record CreditGivenBack(OrderId Order) : ReturnEvent;

    /// <summary>The order with the credit is confirmed: the credit is spent, and the rest is owed.</summary>
    public sealed record CreditKept(OrderId Order) : ReturnEvent;

    /// <summary>The exchange has ended without an order: all money is owed.</summary>
    /// <param name="Reason">One sentence.</param>
    /// <param name="Operation">The operation of the request; null when no request caused it, and in events from before it was recorded.</param>
    public sealed record PayOutAsked(string Reason, OperationKey? Operation = null) : ReturnEvent;

    /// <summary>Nothing is owed any more: COMPLETED.</summary>
    /// <param name="Refund">The amount given back.</param>
    /// <param name="Refunds">To which tenders; null for cash alone.</param>
    /// <param name="Credit">The part that paid for a new order instead, or null.</param>
    /// <param name="Rounding">Refund + credit − gross, by the rounding of cash; null for none.</param>
    /// <param name="Unpaid">Those of <paramref name="Refunds"/> that did not go back: an operator closed them at the payment; null for none.</param>
    public sealed record Completed(
        Money Refund, ImmutableArray<TenderRefund>? Refunds = null, Money? Credit = null, long? Rounding = null,
        ImmutableArray<TenderRefund>? Unpaid = null) : ReturnEvent;

    /// <summary>An operator asked that the owed step be tried at once. Changes nothing else.</summary>
    public sealed record RetryAsked(string Operation) : ReturnEvent;
}

/// <summary>How returns are journaled.</summary>
public static class ReturnJournal
{
    /// <summary>The category of their streams.</summary>
    public const string Category = "return";

    /// <summary>The names of their events. A name never changes.</summary>
    public static EventCodec<ReturnEvent> Codec { get; } = new(
        new EventCase("return.accepted", 1, ReturnJson.Default.Accepted),
        new EventCase("return.restocked", 1, ReturnJson.Default.Restocked),
        new EventCase("return.credit-taken", 1, ReturnJson.Default.CreditTaken),
        new EventCase("return.credit-given-back", 1, ReturnJson.Default.CreditGivenBack),
        new EventCase("return.credit-kept", 1, ReturnJson.Default.CreditKept),
        new EventCase("return.pay-out-asked", 1, ReturnJson.Default.PayOutAsked),
        new EventCase("return.completed", 1, ReturnJson.Default.Completed),
        new EventCase("return.retry-asked", 1, ReturnJson.Default.RetryAsked));

    /// <summary>The aggregate, as grains and replays use it.</summary>
    public static Aggregate<ReturnState, ReturnEvent> Aggregate { get; } = new(Category, Return.Initial, Return.Evolve, Codec);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ReturnEvent.Accepted))]
[JsonSerializable(typeof(ReturnEvent.Restocked))]
[JsonSerializable(typeof(ReturnEvent.CreditTaken))]
[JsonSerializable(typeof(ReturnEvent.CreditGivenBack))]
[JsonSerializable(typeof(ReturnEvent.CreditKept))]
[JsonSerializable(typeof(ReturnEvent.PayOutAsked))]
[JsonSerializable(typeof(ReturnEvent.Completed))]
[JsonSerializable(typeof(ReturnEvent.RetryAsked))]
internal sealed partial class ReturnJson : JsonSerializerContext;
