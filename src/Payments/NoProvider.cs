namespace Pos.Payments;

/// <summary>
/// No payment provider. Orders with a card are refused before anything is held, so only payments that began under another setting come here.
/// Nothing is sent, and their debts stay until there is a provider again.
/// </summary>
internal sealed class NoProvider : IPaymentProvider, IPaymentNews
{
    private static readonly Task<PaymentAnswer> Nobody = Task.FromResult<PaymentAnswer>(new PaymentAnswer.NotSent(
        $"This server has no payment provider (Payments:Provider={PaymentsOptions.None}): the payment waits until there is one."));

    /// <inheritdoc/>
    public bool TakesCards => false;

    /// <inheritdoc/>
    public Task<PaymentAnswer> Charge(ChargeRequest request, CancellationToken cancellationToken) => Nobody;

    /// <inheritdoc/>
    public Task<PaymentAnswer> Query(string key, CancellationToken cancellationToken) => Nobody;

    /// <inheritdoc/>
    public Task<PaymentAnswer> Void(VoidRequest request, CancellationToken cancellationToken) => Nobody;

    /// <inheritdoc/>
    public Task<PaymentAnswer> Refund(RefundRequest request, CancellationToken cancellationToken) => Nobody;

    /// <inheritdoc/>
    public void Listen(Action<string> heard)
    {
    }
}
