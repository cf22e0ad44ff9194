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
                new Totals(new Money(line.Net, currency), new Money(line.Tax, currency), new Money(line.Gross, currency))));
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
            version);
    }
}
