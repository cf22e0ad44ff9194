namespace Pos.Grains.Payments;

/// <summary>Shows payments.</summary>
internal static class PaymentViewing
{
    public static PaymentView? View(PaymentId id, PaymentState state, long version)
    {
        if (state.State is not { } stands)
        {
            return null;
        }

        var refunded = state.Refunds.Where(static refund => refund is { Reference: not null, Closed: null }).Sum(static refund => refund.Amount.Amount);
        return new(
            id,
            id.Order,
            state.Store ?? default,
            id.Tender,
            state.Requested?.Amount,
            stands,
            PaymentSaga.Owed(state) == PaymentDebt.Nothing,
            state.Decline,
            state.Reference,
            state.Requested is { } asked ? new Money(refunded, asked.Amount.Currency) : null,
            [.. state.Refunds.Select(View)],
            version,
            state.Unpaid > 0 ? new Money(state.Unpaid, state.Requested!.Amount.Currency) : null);
    }

    private static PaymentRefundView View(PaymentRefund refund) => new(
        refund.Id, refund.Amount, refund.Reference,
        refund.Closed is { } closed ? new(closed.Reason, closed.By, closed.At, closed.Provider) : null);
}
