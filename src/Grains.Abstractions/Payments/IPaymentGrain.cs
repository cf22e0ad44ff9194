using Orleans;

namespace Pos.Payments;

/// <summary>
/// One card of one order: a saga that makes every call to the payment provider for this card. The intent is durable before the call. After an
/// unknown outcome the payment queries the provider before it does anything else, and every repetition bears the same key. A payment never calls its
/// order: the order asks again until the answer is final. Key: a <see cref="PaymentId"/>.
/// </summary>
/// <exception cref="NotDurableException">Any member, when the journal failed: repeat the same operation.</exception>
[Alias("pos.IPaymentGrain")]
public interface IPaymentGrain : ISagaGrain
{
    /// <summary>
    /// Charges the card, or joins a charge in flight. Answers when it is <see cref="PaymentStatus.Captured"/>,
    /// <see cref="PaymentStatus.Declined"/> or ended otherwise, or with its present state when <see cref="ChargePayment.WaitMax"/> has passed. Refused with
    /// <see cref="RejectionCode.PaymentUndone"/> after an <see cref="Undo"/>, and with <see cref="RejectionCode.OperationReused"/> for another
    /// amount, card or order.
    /// </summary>
    [Alias("Charge")]
    Task<Outcome<PaymentView>> Charge(ChargePayment command);

    /// <summary>
    /// Gives everything back. Accepted in any state, also before the charge, which is refused from then on. Money that has been captured, or is
    /// captured later, is voided or refunded. Answers when nothing is kept and no charge can still happen
    /// (<see cref="PaymentView.KeepsNothing"/>), or with the present state when <see cref="UndoPayment.WaitMax"/> has passed: then ask again.
    /// </summary>
    [Alias("Undo")]
    Task<Outcome<PaymentView>> Undo(UndoPayment command);

    /// <summary>
    /// Gives a part back, once for each <see cref="RefundPayment.Refund"/>. Refused with <see cref="RejectionCode.NotRefundable"/> unless the
    /// payment is captured, is not being undone, and has so much left. Answers when the money has gone back, or with the present state when
    /// <see cref="RefundPayment.WaitMax"/> has passed: <see cref="PaymentView.Refunds"/> says which have.
    /// </summary>
    [Alias("Refund")]
    Task<Outcome<PaymentView>> Refund(RefundPayment command);

    /// <summary>
    /// Closes a refund or an undo that the provider cannot carry out: it is no longer owed, and the view shows the unpaid amount. The payment asks the
    /// provider first, and refuses with <see cref="RejectionCode.IllegalTransition"/> unless money is owed back and the provider does not know the charge
    /// or declines the refund. Journaled with the operator and the reason. The same operation again changes nothing.
    /// </summary>
    [Alias("CloseRefund")]
    [Refuses(
        RejectionCode.UnknownPayment, RejectionCode.InvalidValue, RejectionCode.IllegalTransition, RejectionCode.OperationReused,
        RejectionCode.JournalFull)]
    Task<Outcome<PaymentView>> CloseRefund(CloseRefund command);

    /// <summary>
    /// The provider may have news of this charge. The payment queries the provider and records the result. The notice itself is not trusted, so it may
    /// come any number of times.
    /// </summary>
    [Alias("Look")]
    Task Look();

    /// <summary>The durable state of the payment, or null when there is none.</summary>
    [Alias("Get")]
    Task<PaymentView?> Get();
}
