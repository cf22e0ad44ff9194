namespace Pos.Grains;

/// <summary>Shows payments.</summary>
internal static class PaymentViewing
{
    public static PaymentView? View(PaymentId id, PaymentProgress state, long version)
    {
        if (state.State is not { } stands)
        {
            return null;
        }

        var refunded = state.Refunds.Where(static refund => refund.Reference is not null).Sum(static refund => refund.Amount.Amount);
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
            [.. state.Refunds.Select(static refund => new PaymentRefundView(refund.Id, refund.Amount, refund.Reference))],
            version);
    }
}
