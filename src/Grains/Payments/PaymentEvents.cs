using System.Text.Json.Serialization;

namespace Pos.Grains.Payments;

/// <summary>The events of a card payment.</summary>
public abstract record PaymentEvent
{
    private PaymentEvent()
    {
    }

    /// <summary>The card is to be charged: REQUESTED. Durable before the provider hears of it.</summary>
    /// <param name="Order">The order that is paid.</param>
    /// <param name="Store">The store.</param>
    /// <param name="Till">The till.</param>
    /// <param name="Tender">Which of the order's cards.</param>
    /// <param name="Amount">The amount to charge.</param>
    /// <param name="Token">Stands for the card.</param>
    /// <param name="Key">The charge's key at the provider, the same on every repetition.</param>
    /// <param name="At">The time, UTC.</param>
    public sealed record Requested(
        OrderId Order, StoreId Store, TillId Till, int Tender, Money Amount, string Token, string Key, DateTimeOffset At) : PaymentEvent;

    /// <summary>The whole amount has come in: CAPTURED. After any other end it is owed back at once.</summary>
    public sealed record Captured(string Reference, DateTimeOffset At) : PaymentEvent;

    /// <summary>The provider refused the card: DECLINED.</summary>
    public sealed record Declined(string Code, DateTimeOffset At) : PaymentEvent;

    /// <summary>Everything is to go back. Names the store only when there was no request before.</summary>
    public sealed record UndoAsked(string Reason, DateTimeOffset At, StoreId? Store = null) : PaymentEvent;

    /// <summary>No money moved, and no charge can still happen: ABANDONED.</summary>
    public sealed record Abandoned(DateTimeOffset At) : PaymentEvent;

    /// <summary>The whole charge is taken back: VOIDED.</summary>
    public sealed record Voided(string Reference, DateTimeOffset At) : PaymentEvent;

    /// <summary>A part is to be given back. Durable before the provider hears of it.</summary>
    /// <param name="Refund">The return's id, or <c>undo</c>.</param>
    /// <param name="Amount">The amount to give back.</param>
    public sealed record RefundAsked(string Refund, Money Amount) : PaymentEvent;

    /// <summary>The part has gone back.</summary>
    public sealed record Refunded(string Refund, Money Amount, string Reference, DateTimeOffset At) : PaymentEvent;

    /// <summary>An operator has closed a refund that the provider does not carry out, so that it is owed no longer. The envelope names the operator too.</summary>
    /// <param name="Operation">The operator's request.</param>
    /// <param name="Refund">The return's id, or <c>undo</c>.</param>
    /// <param name="Amount">The amount that stays unpaid.</param>
    /// <param name="Provider">The provider's answer: <c>not-found</c>, or <c>declined: </c> and its code.</param>
    /// <param name="Reason">Where the money went, in a sentence.</param>
    /// <param name="By">The operator who closed it.</param>
    /// <param name="At">The time, UTC.</param>
    public sealed record RefundClosed(
        OperationKey Operation, string Refund, Money Amount, string Provider, string Reason, string By, DateTimeOffset At) : PaymentEvent;

    /// <summary>An operator asked that the owed step be tried at once. Changes nothing else.</summary>
    public sealed record RetryAsked(string Operation) : PaymentEvent;
}

/// <summary>How payments are journaled.</summary>
public static class PaymentJournal
{
    /// <summary>The category of their streams.</summary>
    public const string Category = "payment";

    /// <summary>The names of their events. A name never changes.</summary>
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

    /// <summary>The aggregate, as grains and replays use it.</summary>
    public static Aggregate<PaymentState, PaymentEvent> Aggregate { get; } = new(Category, Payment.Initial, Payment.Evolve, Codec);
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
