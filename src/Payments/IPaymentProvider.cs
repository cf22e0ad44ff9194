namespace Pos.Payments;

/// <summary>
/// Moves the money of cards. Every operation carries a key. The same key with the same body is the same operation: it is done once and
/// always gets the same answer. The same key with another body throws <see cref="PaymentKeyReusedException"/>. An unknown outcome is an answer
/// (<see cref="PaymentAnswer.Unknown"/>), never an exception.
/// </summary>
public interface IPaymentProvider
{
    /// <summary>Whether cards are taken. When they are not, a sale with a card is refused before anything is held or sent.</summary>
    bool TakesCards => true;

    /// <summary>
    /// Authorises and captures in one. Answers <see cref="PaymentAnswer.Captured"/>, <see cref="PaymentAnswer.Declined"/>,
    /// <see cref="PaymentAnswer.Pending"/>, <see cref="PaymentAnswer.Unknown"/> or <see cref="PaymentAnswer.NotSent"/>; of a charge that was
    /// voided meanwhile, <see cref="PaymentAnswer.Voided"/>.
    /// </summary>
    Task<PaymentAnswer> Charge(ChargeRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Asks for the outcome of the operation with a key, and does nothing. <see cref="PaymentAnswer.NotFound"/> about a charge that was sent is
    /// final only when the provider cannot be working on the charge any more.
    /// </summary>
    Task<PaymentAnswer> Query(string key, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a whole charge back, as if it had never happened. Answers <see cref="PaymentAnswer.Voided"/>, or <see cref="PaymentAnswer.TooLate"/>
    /// when it can only be refunded; <see cref="PaymentAnswer.NotFound"/> or <see cref="PaymentAnswer.Pending"/> when there is no captured charge.
    /// </summary>
    Task<PaymentAnswer> Void(VoidRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Gives back a part of a charge or all that is left. Answers <see cref="PaymentAnswer.Refunded"/>, or
    /// <see cref="PaymentAnswer.Declined"/> when it never will.
    /// </summary>
    Task<PaymentAnswer> Refund(RefundRequest request, CancellationToken cancellationToken);
}

/// <summary>Asks for money.</summary>
/// <param name="Key">The charge's key for ever.</param>
/// <param name="Order">The order that the money is for.</param>
/// <param name="Amount">Above zero.</param>
/// <param name="Token">Stands for the card; never a card number.</param>
public sealed record ChargeRequest(string Key, OrderId Order, Money Amount, string Token);

/// <summary>Asks to take a charge back.</summary>
/// <param name="Key">The key of this operation.</param>
/// <param name="Charge">Key of the charge.</param>
/// <param name="Reference">The provider's own name of the charge.</param>
public sealed record VoidRequest(string Key, string Charge, string Reference);

/// <summary>Asks to give money back.</summary>
/// <param name="Key">The key of this operation.</param>
/// <param name="Charge">Key of the charge.</param>
/// <param name="Reference">The provider's own name of the charge.</param>
/// <param name="Amount">Above zero, and together with all other refunds at most the charge.</param>
public sealed record RefundRequest(string Key, string Charge, string Reference, Money Amount);

/// <summary>A key was used before with another body: a bug of the caller. Nothing was done.</summary>
public sealed class PaymentKeyReusedException(string key) : Exception($"The payment key '{key}' was used before, for something else.");
