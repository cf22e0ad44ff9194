using Orleans;

namespace Pos.Payments;

/// <summary>
/// One card of one order: everything that is said to the payment provider about it, in a saga of its own. What it means to do is durable
/// before the provider hears of it, a doubt is asked about before anything else, and every repetition bears the same key. It never calls
/// the order: whoever asked asks again until the answer is final. Key: a <see cref="PaymentId"/>.
/// </summary>
/// <exception cref="NotDurableException">Any member, when the journal failed: repeat the same operation.</exception>
[Alias("pos.IPaymentGrain")]
public interface IPaymentGrain : ISagaGrain
{
    /// <summary>
    /// Charges the card, or joins the charge that is under way. Answers when it is <see cref="PaymentState.Captured"/>,
    /// <see cref="PaymentState.Declined"/> or ended otherwise, or as it stands when <see cref="ChargePayment.WaitMax"/> has passed. Refused with
    /// <see cref="RejectionCode.PaymentUndone"/> after an <see cref="Undo"/>, and with <see cref="RejectionCode.OperationReused"/> for another
    /// amount, card or order.
    /// </summary>
    [Alias("Charge")]
    Task<Outcome<PaymentView>> Charge(ChargePayment command);

    /// <summary>
    /// Nothing is to be kept: accepted in any state, also before the charge, which is refused from then on. Whatever has been captured, or
    /// is yet, is voided or refunded. Answers when nothing is kept and nothing can come any more
    /// (<see cref="PaymentView.KeepsNothing"/>), or as it stands when <see cref="UndoPayment.WaitMax"/> has passed: then ask again.
    /// </summary>
    [Alias("Undo")]
    Task<Outcome<PaymentView>> Undo(UndoPayment command);

    /// <summary>
    /// Gives a part back, once for each <see cref="RefundPayment.Refund"/>. Refused with <see cref="RejectionCode.NotRefundable"/> unless the
    /// money is here, nothing undoes it and so much of it is left. Answers when the money has gone back, or as it stands when
    /// <see cref="RefundPayment.WaitMax"/> has passed: <see cref="PaymentView.Refunds"/> says which have.
    /// </summary>
    [Alias("Refund")]
    Task<Outcome<PaymentView>> Refund(RefundPayment command);

    /// <summary>
    /// A refund or an undo that the provider cannot carry out is owed no longer; what stays unpaid is in the view. The provider is asked first:
    /// refused with <see cref="RejectionCode.IllegalTransition"/> unless something is owed back and the provider says now that it does not know the
    /// charge, or that it declines the refund. Journaled with who asks and why. The same operation again changes nothing.
    /// </summary>
    [Alias("CloseRefund")]
    Task<Outcome<PaymentView>> CloseRefund(CloseRefund command);

    /// <summary>
    /// The provider may have news of this charge: it is asked, and what has come of it is recorded. Nothing that the messenger says is believed,
    /// so it may say it as often as it likes.
    /// </summary>
    [Alias("Look")]
    Task Look();

    /// <summary>The payment as it durably stands, or null when there is none.</summary>
    [Alias("Get")]
    Task<PaymentView?> Get();
}
