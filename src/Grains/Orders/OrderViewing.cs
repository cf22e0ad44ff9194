using System.Collections.Immutable;
using System.Diagnostics;
using Pos.Journal;

namespace Pos.Grains;

/// <summary>Shows orders.</summary>
internal static class OrderViewing
{
    public static OrderView? View(OrderId id, OrderProgress state, long version)
    {
        if (state.Placed is not { } placed)
        {
            return null;
        }

        var currency = placed.Gross.Currency;
        var lines = ImmutableArray.CreateBuilder<OrderLineView>(placed.Lines.Length);
        foreach (var line in placed.Lines)
        {
            lines.Add(new(
                line.Line,
                line.Sku,
                line.Name,
                line.Kind,
                line.Quantity,
                new Money(line.ListPrice, currency),
                new Money(line.UnitPrice, currency),
                line.OverrideReason,
                line.TaxRate,
                new Totals(new Money(line.Net, currency), new Money(line.Tax, currency), new Money(line.Gross, currency))));
        }

        return new(
            id,
            placed.Store,
            placed.Till,
            state.State!.Value,
            state.Settled,
            lines.MoveToImmutable(),
            new Totals(placed.Net, placed.Tax, placed.Gross),
            state.Cash,
            state.Cancelled is { } given ? new(given.Code, given.Reason, given.Shortages, given.At) : null,
            placed.OccurredAt,
            placed.PlacedAt,
            version);
    }

    public static async Task<OrderHistory?> History(IJournal journal, OrderId id, CancellationToken cancellationToken)
    {
        var transitions = ImmutableArray.CreateBuilder<OrderTransition>();
        await foreach (var recorded in journal.ReadStream(new StreamName(OrderJournal.Category, id.Value), 0, int.MaxValue, cancellationToken))
        {
            foreach (var state in Entered(OrderJournal.Codec.Read(recorded)))
            {
                transitions.Add(new(
                    state, recorded.Type, recorded.RecordedAt, recorded.Context.Causation, recorded.Context.Actor, recorded.Version));
            }
        }

        return transitions.Count == 0 ? null : new(id, transitions.ToImmutable());
    }

    // One event may say two things at once; a reader of the history sees both.
    private static OrderState?[] Entered(OrderEvent happened) => happened switch
    {
        OrderEvent.Placed => [OrderState.Created],
        OrderEvent.StockReserved => [OrderState.StockVerified, OrderState.StockReserved],
        OrderEvent.CashTaken => [OrderState.PaymentSuccess, OrderState.Confirmed],
        OrderEvent.Cancelled => [OrderState.Cancelled],
        OrderEvent.Settled => [null],
        _ => throw new UnreachableException($"No rule for {happened.GetType().Name}."),
    };
}
