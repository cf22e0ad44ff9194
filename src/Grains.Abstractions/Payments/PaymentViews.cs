using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Payments;

/// <summary>The state of a payment.</summary>
[GenerateSerializer, Alias("pos.PaymentState")]
public enum PaymentStatus
{
    /// <summary>Durable; what the provider makes of it is not known yet.</summary>
    [JsonStringEnumMemberName("REQUESTED")]
    Requested = 1,

    /// <summary>The money is here. When it is owed back, or refunds are under way, the payment is not settled.</summary>
    [JsonStringEnumMemberName("CAPTURED")]
    Captured = 2,

    /// <summary>The provider refused the card.</summary>
    [JsonStringEnumMemberName("DECLINED")]
    Declined = 3,

    /// <summary>Undone before any money moved; none can.</summary>
    [JsonStringEnumMemberName("ABANDONED")]
    Abandoned = 4,

    /// <summary>The whole charge was taken back.</summary>
    [JsonStringEnumMemberName("VOIDED")]
    Voided = 5,

    /// <summary>Everything that had been charged was given back, because it was too late to void.</summary>
    [JsonStringEnumMemberName("REFUNDED")]
    Refunded = 6,

    /// <summary>Undone, and an operator has closed what the provider does not give back: <see cref="PaymentView.Unpaid"/> says how much.</summary>
    [JsonStringEnumMemberName("CLOSED")]
    Closed = 7,
}

/// <summary>The durable state of a payment.</summary>
/// <param name="Id">The id.</param>
/// <param name="Order">The order that is paid.</param>
/// <param name="Store">The store; empty when the payment was undone before it was requested and the undo named no store.</param>
/// <param name="Tender">Which of the order's cards, from 1.</param>
/// <param name="Amount">The requested amount; null when the payment was undone before the request.</param>
/// <param name="State">The state.</param>
/// <param name="Settled">True when nothing is owed to anybody: neither an answer nor money.</param>
/// <param name="Decline">Why the card was refused, for example <c>insufficient-funds</c>; null otherwise.</param>
/// <param name="Reference">The provider's own name of the charge; null while there is none.</param>
/// <param name="Refunded">Given back by refunds so far; null without an amount.</param>
/// <param name="Refunds">Every refund asked for, in order.</param>
/// <param name="Version">Version of its stream.</param>
/// <param name="Unpaid">Owed back, never given back, and closed by an operator; null for nothing.</param>
[GenerateSerializer, Immutable, Alias("pos.PaymentView")]
public sealed record PaymentView(
    PaymentId Id,
    OrderId Order,
    StoreId Store,
    int Tender,
    Money? Amount,
    PaymentStatus State,
    bool Settled,
    string? Decline,
    string? Reference,
    Money? Refunded,
    ImmutableArray<PaymentRefundView> Refunds,
    long Version,
    Money? Unpaid = null) : IVersioned
{
    /// <summary>
    /// The shop holds none of the customer's money by this payment, and none can come. An <see cref="IPaymentGrain.Undo"/> leads here, and so does an
    /// operator who closes a refund that the provider does not carry out.
    /// </summary>
    [JsonIgnore]
    public bool KeepsNothing =>
        Settled && State is (PaymentStatus.Declined or PaymentStatus.Abandoned or PaymentStatus.Voided or PaymentStatus.Refunded or PaymentStatus.Closed);
}

/// <summary>A refund of a payment.</summary>
/// <param name="Refund">The return that it belongs to, or <c>undo</c>.</param>
/// <param name="Amount">The amount.</param>
/// <param name="Reference">The provider's own name of the refund; null until the money has gone back.</param>
/// <param name="Closed">Why it is not given back any more; null while it is owed, and when it has gone back.</param>
[GenerateSerializer, Immutable, Alias("pos.PaymentRefundView")]
public sealed record PaymentRefundView(string Refund, Money Amount, string? Reference, ClosedRefundView? Closed = null);

/// <summary>A refund that an operator has closed: the money did not go back by the provider.</summary>
/// <param name="Reason">Where the money went, in the operator's words.</param>
/// <param name="By">The operator.</param>
/// <param name="At">The time, UTC.</param>
/// <param name="Provider">The provider's answer: <c>not-found</c>, or <c>declined: </c> and its code.</param>
[GenerateSerializer, Immutable, Alias("pos.ClosedRefundView")]
public sealed record ClosedRefundView(string Reason, string By, DateTimeOffset At, string Provider);
