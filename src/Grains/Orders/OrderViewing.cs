using System.Collections.Immutable;
using System.Diagnostics;
using Pos.Journal;

namespace Pos.Grains.Orders;

/// <summary>Shows orders.</summary>
internal static class OrderViewing
{
    public static OrderView? View(OrderId id, OrderState state, long version)
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
                new Totals(new Money(line.Net, currency), new Money(line.Tax, currency), new Money(line.Gross, currency)),
                line.Barcode,
                line.Embedded,
                state.Returned.GetValueOrDefault(line.Line),
                line.Approval?.By));
        }

        return new(
            id,
            placed.Store,
            placed.Till,
            state.State!.Value,
            state.Settled,
            lines.MoveToImmutable(),
            new Totals(placed.Net, placed.Tax, placed.Gross),
            Tenders(id, placed),
            state.Cash,
            state.Cancelled is { } given ? new(given.Code, given.Reason, given.Shortages, given.At) : null,
            placed.Cart,
            placed.ApprovedBy,
            placed.OccurredAt,
            placed.PlacedAt,
            [.. state.Returns.Select(back => back.Return)],
            Actions(state),
            version,
            placed.SoldBy,
            new Money(placed.Rounding ?? 0, currency),
            state.Unpaid,
            placed.Annotations?.Reference,
            placed.Annotations?.Note,
            placed.Annotations?.Customer,
            placed.Annotations?.Metadata);
    }

    private static ImmutableArray<TenderView> Tenders(OrderId id, OrderEvent.Placed placed)
    {
        var tenders = ImmutableArray.CreateBuilder<TenderView>();
        if (placed.Credit is { } credit)
        {
            tenders.Add(new(TenderKind.Exchange, new Money(credit.Amount, placed.Gross.Currency), Return: credit.Return));
        }

        foreach (var card in placed.Cards ?? [])
        {
            tenders.Add(new(TenderKind.Card, new Money(card.Amount, placed.Gross.Currency), PaymentId.Of(id, card.Tender)));
        }

        if (placed.Tendered.Amount > 0 || tenders.Count == 0)
        {
            tenders.Add(new(TenderKind.Cash, placed.CashDue));
        }

        return tenders.ToImmutable();
    }

    private static ImmutableArray<string> Actions(OrderState state) => state.State switch
    {
        OrderStatus.Created or OrderStatus.StockReserved => ["cancel"],
        OrderStatus.Confirmed => state.Placed!.Lines.Any(line => state.Returned.GetValueOrDefault(line.Line) < line.Quantity) ? ["return"] : [],
        _ => [],
    };

    public static async Task<OrderHistory?> History(IJournal journal, OrderId id, CancellationToken cancellationToken)
    {
        var transitions = ImmutableArray.CreateBuilder<OrderTransition>();
        await foreach (var recorded in journal.ReadStream(new StreamName(OrderJournal.Category, id.Value), 0, int.MaxValue, cancellationToken))
        {
            var happened = OrderJournal.Codec.Read(recorded);
            foreach (var state in Entered(happened))
            {
                transitions.Add(new(
                    state, recorded.Type, recorded.RecordedAt, recorded.Context.Causation, recorded.Context.Actor, recorded.Version,
                    (happened as OrderEvent.Cancelled)?.Reason, ApproverOf(happened)));
            }
        }

        return transitions.Count == 0 ? null : new(id, transitions.ToImmutable());
    }

    private static string? ApproverOf(OrderEvent happened) => happened switch
    {
        OrderEvent.Placed e => e.ApprovedBy,
        OrderEvent.ReturnAccepted e => e.ApprovedBy,
        _ => null,
    };

    // One event may say two things at once; a reader of the history sees both.
    private static OrderStatus?[] Entered(OrderEvent happened) => happened switch
    {
        OrderEvent.Placed => [OrderStatus.Created],
        OrderEvent.StockReserved => [OrderStatus.StockVerified, OrderStatus.StockReserved],
        OrderEvent.CashTaken or OrderEvent.Paid => [OrderStatus.PaymentSuccess, OrderStatus.Confirmed],
        OrderEvent.Cancelled => [OrderStatus.Cancelled],
        OrderEvent.Settled or OrderEvent.ReturnAccepted or OrderEvent.ReturnHandedOver or OrderEvent.RetryAsked => [null],
        _ => throw new UnreachableException($"No rule for {happened.GetType().Name}."),
    };
}
