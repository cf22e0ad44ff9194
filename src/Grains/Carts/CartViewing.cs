using System.Collections.Immutable;

namespace Pos.Grains.Carts;

/// <summary>Shows carts.</summary>
internal static class CartViewing
{
    public static CartView? View(CartId id, CartState state, long version)
    {
        if (state.Opened is not { } opened)
        {
            return null;
        }

        var currency = opened.Currency;
        var lines = ImmutableArray.CreateBuilder<CartLineView>(state.Lines.Count);
        foreach (var (line, approvedBy) in state.Lines.Values)
        {
            lines.Add(new(
                line.Line,
                line.Sku,
                line.Name,
                line.Quantity,
                new Money(line.ListPrice, currency),
                new Money(line.UnitPrice, currency),
                line.OverrideReason,
                line.TaxRate,
                Totals(new(line.Net, line.Tax, line.Gross), currency),
                line.Barcode,
                line.Embedded,
                approvedBy,
                line.Approval?.At + Limits.PriceApprovalLifetime));
        }

        return new(
            id,
            opened.Store,
            state.Till,
            state.State!.Value,
            state.Label,
            lines.MoveToImmutable(),
            Totals(CartPricing.Sum(state.Lines.Values), currency),
            state.CheckedOut?.Order,
            state.Cancelled is { } given ? new(given.Code == CartEnd.Abandoned, given.Reason, given.At) : null,
            opened.From,
            opened.At,
            state.ChangedAt,
            Actions(state),
            version,
            state.Annotations?.Reference,
            state.Annotations?.Note,
            state.Annotations?.Customer,
            state.Annotations?.Metadata);
    }

    private static Totals Totals(LineTotal sum, Currency currency) =>
        new(new Money(sum.Net, currency), new Money(sum.Tax, currency), new Money(sum.Gross, currency));

    private static ImmutableArray<string> Actions(CartState state) => state switch
    {
        { State: CartStatus.Open, Lines.IsEmpty: true } => ["add", "annotate", "park", "cancel"],
        { State: CartStatus.Open } => ["add", "change", "remove", "refresh", "annotate", "park", "checkout", "cancel"],
        { State: CartStatus.Parked } => ["resume", "annotate", "cancel"],
        _ => [],
    };
}
