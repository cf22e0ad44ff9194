using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pos.Grains.Returns;

/// <summary>What happens to a return.</summary>
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
        string? TakenBy = null) : ReturnEvent;

    /// <summary>Everything that goes back on the shelf of an exchange is there; the money waits for a new order.</summary>
    public sealed record Restocked : ReturnEvent;

    /// <summary>A new order has credit of it.</summary>
    public sealed record CreditTaken(OrderId Order, Money Amount) : ReturnEvent;

    /// <summary>An order has no credit of it, and gets none any more.</summary>
    public sealed record CreditGivenBack(OrderId Order) : ReturnEvent;

    /// <summary>The order that has credit is confirmed: it is spent, and the rest is owed.</summary>
    public sealed record CreditKept(OrderId Order) : ReturnEvent;

    /// <summary>Nobody exchanges: all is owed.</summary>
    /// <param name="Reason">One sentence.</param>
    /// <param name="Operation">What whoever wished it called it; null when nobody did, and in the events of before it was kept.</param>
    public sealed record PayOutAsked(string Reason, OperationKey? Operation = null) : ReturnEvent;

    /// <summary>Nothing is owed any more: COMPLETED.</summary>
    /// <param name="Refund">What was given back.</param>
    /// <param name="Refunds">To which tenders; null for cash alone.</param>
    /// <param name="Credit">What paid for a new order instead, or null.</param>
    /// <param name="Rounding">Refund + credit − gross, by the rounding of cash; null for none.</param>
    /// <param name="Unpaid">Those of <paramref name="Refunds"/> that did not go back: an operator closed them at the payment; null for none.</param>
    public sealed record Completed(
        Money Refund, ImmutableArray<TenderRefund>? Refunds = null, Money? Credit = null, long? Rounding = null,
        ImmutableArray<TenderRefund>? Unpaid = null) : ReturnEvent;

    /// <summary>Somebody wished that what is owed be tried at once. Changes nothing else.</summary>
    public sealed record RetryAsked(string Operation) : ReturnEvent;
}

/// <summary>How returns are journaled.</summary>
public static class ReturnJournal
{
    /// <summary>Category of their streams.</summary>
    public const string Category = "return";

    /// <summary>Names of their events, for ever.</summary>
    public static EventCodec<ReturnEvent> Codec { get; } = new(
        new EventCase("return.accepted", 1, ReturnJson.Default.Accepted),
        new EventCase("return.restocked", 1, ReturnJson.Default.Restocked),
        new EventCase("return.credit-taken", 1, ReturnJson.Default.CreditTaken),
        new EventCase("return.credit-given-back", 1, ReturnJson.Default.CreditGivenBack),
        new EventCase("return.credit-kept", 1, ReturnJson.Default.CreditKept),
        new EventCase("return.pay-out-asked", 1, ReturnJson.Default.PayOutAsked),
        new EventCase("return.completed", 1, ReturnJson.Default.Completed),
        new EventCase("return.retry-asked", 1, ReturnJson.Default.RetryAsked));

    /// <summary>Everything a grain or a replay needs.</summary>
    public static Aggregate<ReturnProgress, ReturnEvent> Aggregate { get; } = new(Category, Return.Initial, Return.Evolve, Codec);
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
