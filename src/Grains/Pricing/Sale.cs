using System.Collections.Immutable;

namespace Pos.Grains.Pricing;

/// <summary>Puts together what a sale has come to.</summary>
internal static class Sale
{
    public static PricedSale Of(
        StoreId id,
        TillId till,
        ImmutableArray<OrderLine> lines,
        LineTotal sum,
        StoreView store,
        SaleTenders tenders,
        DateTimeOffset occurredAt,
        CartId? cart,
        string approvedBy,
        string soldBy,
        Annotations? annotations) => new(
            id,
            till,
            lines,
            store.TaxInclusive,
            new Money(sum.Net, store.Currency),
            new Money(sum.Tax, store.Currency),
            new Money(sum.Gross, store.Currency),
            tenders.Tendered,
            occurredAt,
            tenders.Rounding,
            tenders.Cards,
            tenders.Credit,
            cart,
            approvedBy.Length > 0 ? approvedBy : null,
            soldBy.Length > 0 ? soldBy : null,
            store.CashRounding is > 1 and var step ? step : null,
            annotations);

    /// <summary>Whether a line takes a manager: who approved is told where somebody had to, and not wherever a manager happens to sell.</summary>
    public static bool NeedsApproval(ImmutableArray<OrderLine> lines)
    {
        foreach (var line in lines)
        {
            if (line.OverrideReason is not null)
            {
                return true;
            }
        }

        return false;
    }
}
