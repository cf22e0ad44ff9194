using System.Text.Json.Serialization;

namespace Pos.Grains.Payments;

/// <summary>What happens to a card payment.</summary>
public abstract record PaymentEvent
{
    private PaymentEvent()
    {
    }

    /// <summary>The card is to be charged: REQUESTED. Durable before the provider hears of it.</summary>
    /// <param name="Order">What is paid.</param>
    /// <param name="Store">Where.</param>
    /// <param name="Till">Which till.</param>
    /// <param name="Tender">Which of the order's cards.</param>
    /// <param name="Amount">To be charged.</param>
    /// <param name="Token">Stands for the card.</param>
    /// <param name="Key">The charge's key at the provider, the same on every repetition.</param>
    /// <param name="At">When, UTC.</param>
    public sealed record Requested(
        OrderId Order, StoreId Store, TillId Till, int Tender, Money Amount, string Token, string Key, DateTimeOffset At) : PaymentEvent;

    /// <summary>The whole amount has come in: CAPTURED. After any other end it is owed back at once.</summary>
    public sealed record Captured(string Reference, DateTimeOffset At) : PaymentEvent;

    /// <summary>The provider refused the card: DECLINED.</summary>
    public sealed record Declined(string Code, DateTimeOffset At) : PaymentEvent;

    /// <summary>Nothing is to be kept. The store is said only when there was no request before.</summary>
    public sealed record UndoAsked(string Reason, DateTimeOffset At, StoreId? Store = null) : PaymentEvent;

    /// <summary>No money moved, and none can: ABANDONED.</summary>
    public sealed record Abandoned(DateTimeOffset At) : PaymentEvent;

    /// <summary>The whole charge is taken back: VOIDED.</summary>
    public sealed record Voided(string Reference, DateTimeOffset At) : PaymentEvent;

    /// <summary>A part is to be given back. Durable before the provider hears of it.</summary>
    /// <param name="Refund">The return's id, or <c>undo</c>.</param>
    /// <param name="Amount">To be given back.</param>
    public sealed record RefundAsked(string Refund, Money Amount) : PaymentEvent;

    /// <summary>That part has gone back.</summary>
    public sealed record Refunded(string Refund, Money Amount, string Reference, DateTimeOffset At) : PaymentEvent;

    /// <summary>An operator has closed a refund that the provider does not carry out, so that it is owed no longer. The envelope names the operator too.</summary>
    /// <param name="Operation">Which wish.</param>
    /// <param name="Refund">The return's id, or <c>undo</c>.</param>
    /// <param name="Amount">What stays unpaid.</param>
    /// <param name="Provider">What the provider said: <c>not-found</c>, or <c>declined: </c> and its code.</param>
    /// <param name="Reason">What became of the money, in a sentence.</param>
    /// <param name="By">Who closed it.</param>
    /// <param name="At">When, UTC.</param>
    public sealed record RefundClosed(
        OperationKey Operation, string Refund, Money Amount, string Provider, string Reason, string By, DateTimeOffset At) : PaymentEvent;

    /// <summary>Somebody wished that what is owed be tried at once. Changes nothing else.</summary>
    public sealed record RetryAsked(string Operation) : PaymentEvent;
}

/// <summary>How payments are journaled.</summary>
public static class PaymentJournal
{
    /// <summary>Category of their streams.</summary>
    public const string Category = "payment";

    /// <summary>Names of their events, for ever.</summary>
    public static EventCodec<PaymentEvent> Codec { get; } = new(
        new EventCase("payment.requested", 1, PaymentJson.Default.Requested),
        new EventCase("payment.captured", 1, PaymentJson.Default.Captured),
        new EventCase("payment.declined", 1, PaymentJson.Default.Declined),
        new EventCase("payment.undo-asked", 1, PaymentJson.Default.UndoAsked),
        new EventCase("payment.abandoned", 1, PaymentJson.Default.Abandoned),
        new EventCase("payment.voided", 1, PaymentJson.Default.Voided),
        new EventCase("payment.refund-asked", 1, PaymentJson.Default.RefundAsked),
        new EventCase("payment.refunded", 1, PaymentJson.Default.Refunded),
        new EventCase("payment.refund-closed", 1, PaymentJson.Default.RefundClosed),
        new EventCase("payment.retry-asked", 1, PaymentJson.Default.RetryAsked));

    /// <summary>Everything a grain or a replay needs.</summary>
    public static Aggregate<PaymentProgress, PaymentEvent> Aggregate { get; } = new(Category, Payment.Initial, Payment.Evolve, Codec);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PaymentEvent.Requested))]
[JsonSerializable(typeof(PaymentEvent.Captured))]
[JsonSerializable(typeof(PaymentEvent.Declined))]
[JsonSerializable(typeof(PaymentEvent.UndoAsked))]
[JsonSerializable(typeof(PaymentEvent.Abandoned))]
[JsonSerializable(typeof(PaymentEvent.Voided))]
[JsonSerializable(typeof(PaymentEvent.RefundAsked))]
[JsonSerializable(typeof(PaymentEvent.Refunded))]
[JsonSerializable(typeof(PaymentEvent.RefundClosed))]
[JsonSerializable(typeof(PaymentEvent.RetryAsked))]
internal sealed partial class PaymentJson : JsonSerializerContext;
