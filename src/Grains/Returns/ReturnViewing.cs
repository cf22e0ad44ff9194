using System.Collections.Immutable;

namespace Pos.Grains;

/// <summary>Shows returns.</summary>
internal static class ReturnViewing
{
    public static ReturnView? View(ReturnId id, ReturnProgress state, long version)
    {
        if (state.Accepted is not { } accepted)
        {
            return null;
        }

        var currency = accepted.Gross.Currency;
        var lines = ImmutableArray.CreateBuilder<ReturnLineView>(accepted.Lines.Length);
        foreach (var line in accepted.Lines)
        {
            lines.Add(new(
                line.Line,
                line.Sku,
                line.Name,
                line.Kind,
                line.Quantity,
                new Money(line.UnitPrice, currency),
                line.TaxRate,
                line.Disposition,
                new Totals(new Money(line.Net, currency), new Money(line.Tax, currency), new Money(line.Gross, currency)),
                line.OrderLine));
        }

        return new(
            id,
            accepted.Store,
            accepted.Till,
            state.State!.Value,
            lines.MoveToImmutable(),
            new Totals(accepted.Net, accepted.Tax, accepted.Gross),
            accepted.Reason,
            accepted.OccurredAt,
            accepted.PlacedAt,
            accepted.Order,
            Refunds(state),
            Credit(id, state),
            accepted.ApprovedBy,
            state.IsFree ? ["exchange", "pay-out"] : [],
            version);
    }

    public static CreditView? Credit(ReturnId id, ReturnProgress state)
    {
        if (state.Accepted is not { Exchange: true } accepted)
        {
            return null;
        }

        return new(id, accepted.Store, accepted.Gross, state.IsFree ? accepted.Gross : Money.Zero(accepted.Gross.Currency), state.Credit?.Order);
    }

    private static ImmutableArray<RefundView> Refunds(ReturnProgress state)
    {
        var accepted = state.Accepted!;
        var refunds = ImmutableArray.CreateBuilder<RefundView>();
        foreach (var (tender, amount) in ReturnSaga.Refunds(state))
        {
            var money = new Money(amount, accepted.Gross.Currency);
            refunds.Add(tender == 0 ? new(TenderKind.Cash, money) : new(TenderKind.Card, money, PaymentId.Of(accepted.Order!.Value, tender)));
        }

        return refunds.ToImmutable();
    }
}
