using System.Collections.Immutable;

namespace Pos.Grains.Returns;

/// <summary>Shows returns.</summary>
internal static class ReturnViewing
{
    public static ReturnView? View(ReturnId id, ReturnState state, long version)
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
            version,
            new Money(Rounding(state), currency),
            accepted.TakenBy,
            state.Completed?.Unpaid is { } unpaid ? new Money(unpaid.Sum(part => part.Amount), currency) : null,
            accepted.Annotations?.Reference,
            accepted.Annotations?.Note,
            accepted.Annotations?.Customer,
            accepted.Annotations?.Metadata);
    }

    public static CreditView? Credit(ReturnId id, ReturnState state)
    {
        if (state.Accepted is not { Exchange: true } accepted)
        {
            return null;
        }

        var (money, currency) = (Refunding.Of(accepted), accepted.Gross.Currency);
        var total = new Money(Refunding.Credit(money), currency);
        var behind = money with { Cards = [.. money.Cards.Select(card => card with { Order = card.Order ?? accepted.Order })] };
        return new(id, accepted.Store, total, state.IsFree ? total : Money.Zero(currency), state.Credit?.Order, behind);
    }

    private static ImmutableArray<RefundView> Refunds(ReturnState state)
    {
        var accepted = state.Accepted!;
        var refunds = ImmutableArray.CreateBuilder<RefundView>();
        foreach (var refund in Given(state))
        {
            var money = new Money(refund.Amount, accepted.Gross.Currency);
            refunds.Add(refund.Tender == 0
                ? new(TenderKind.Cash, money)
                : new(TenderKind.Card, money, PaymentId.Of(refund.Order ?? accepted.Order!.Value, refund.Tender)));
        }

        return refunds.ToImmutable();
    }

    // A completed return shows the journaled refunds, which an earlier rule may have computed.
    private static ImmutableArray<TenderRefund> Given(ReturnState state) =>
        state.Completed is not { } completed ? ReturnSaga.ListRefunds(state)
        : completed.Refunds is { } refunds ? refunds
        : completed.Refund.Amount > 0 ? [new(0, completed.Refund.Amount)]
        : [];

    private static long Rounding(ReturnState state)
    {
        if (state.Completed is { } completed)
        {
            return completed.Rounding ?? 0;
        }

        // Credit is exact; only what is paid out is rounded.
        return ReturnSaga.IsWaiting(state) ? 0 : ReturnSaga.ListRefunds(state).Sum(refund => refund.Amount) + (state.IsSpent ? state.Credit!.Amount.Amount : 0) - state.Accepted!.Gross.Amount;
    }
}
