using System.Collections.Concurrent;
using Pos.Cli.Output;
using Pos.Cli.Retail.Data;
using Pos.Cli.Server;

namespace Pos.Cli.Retail.Replay;

/// <summary>What a replay did and how fast.</summary>
/// <param name="Orders">The ids of the orders that were sold, by this run or an earlier one.</param>
/// <param name="Returns">The ids of the returns.</param>
/// <param name="Sold">How the orders were sold and paid.</param>
/// <param name="Declined">Invoices that were paid in cash because their card was declined.</param>
/// <param name="Receipts">Returns with a receipt.</param>
/// <param name="Latencies">The times of the requests that sell: orders and checkouts.</param>
/// <param name="Requests">Requests sent.</param>
/// <param name="Elapsed">From the first request to the last answer.</param>
/// <param name="CashOnly">Whether cash paid everything, because the server takes no cards.</param>
internal sealed record ReplayOutcome(
    IReadOnlySet<string> Orders,
    IReadOnlySet<string> Returns,
    SaleKinds Sold,
    int Declined,
    int Receipts,
    LatencyHistogram Latencies,
    long Requests,
    TimeSpan Elapsed,
    bool CashOnly);

/// <summary>How orders were sold and paid.</summary>
/// <param name="Carts">Orders that came from a cart.</param>
/// <param name="Cards">Orders that a card paid, wholly or in part.</param>
/// <param name="Charged">Pence that the cards paid.</param>
internal sealed record SaleKinds(int Carts, int Cards, long Charged)
{
    public SaleKinds Add(bool fromCart, long charged) => new(Carts + (fromCart ? 1 : 0), Cards + (charged > 0 ? 1 : 0), Charged + charged);
}

/// <summary>
/// Rings up the file's invoices at several tills at once. An invoice always makes the same requests under the same keys, so a replay can be stopped
/// anywhere and run again, with any number of tills.
/// </summary>
internal sealed class RetailReplay(PosServer server, Terminal terminal, string store)
{
    /// <summary>The reason that is given for prices, returns and adjustments.</summary>
    public const string Reason = "replay";

    private const string CashOnly = "The server takes no cards (it has no payment provider), so this replay sells for cash.";
    private const string Restock = "restock";

    private readonly HashSet<string> _orders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _returns = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _receipts = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly LatencyHistogram _latencies = new();
    private SaleKinds _sales = new(0, 0, 0);
    private int _declined;
    private int _withReceipt;

    public async Task<ReplayOutcome> Run(RetailShop shop, int tills, CancellationToken cancellationToken)
    {
        var takesCards = await server.TakesCards(store, cancellationToken);
        if (!takesCards)
        {
            terminal.Note(CashOnly);
        }

        var began = terminal.Time.GetTimestamp();
        var seller = new RetailSeller(server, terminal.Time, store, takesCards);
        var asked = server.Requests;
        await terminal.Progress("replay", "invoices", shop.Invoices.Count, advance => Parallel.ForEachAsync(
            shop.Invoices,
            new ParallelOptions { MaxDegreeOfParallelism = tills, CancellationToken = cancellationToken },
            async (invoice, token) =>
            {
                await Ring(invoice, seller, token);
                advance();
            }));
        return new ReplayOutcome(
            _orders, _returns, _sales, _declined, _withReceipt, _latencies, server.Requests - asked, terminal.Time.GetElapsedTime(began), !takesCards);
    }

    /// <summary>The return of an invoice's lines without a receipt.</summary>
    public static ReturnMessage Return(RetailInvoice invoice, string store) => new(
        store,
        invoice.Till,
        [.. invoice.Returned.Select(l => new ReturnLineMessage(l.StockCode, -l.Quantity, RetailShop.Price(l), Restock))],
        Reason,
        invoice.OccurredAt,
        invoice.Number,
        invoice.CustomerOrNull,
        invoice.Metadata);

    /// <summary>The return of an invoice's lines with a receipt.</summary>
    public static OrderReturnMessage Return(RetailInvoice invoice, RetailReceipt receipt) => new(
        invoice.Till,
        [.. receipt.Lines.Select(l => new OrderReturnLineMessage(l.Line, l.Quantity, Restock))],
        Reason,
        invoice.OccurredAt,
        invoice.Number,
        invoice.CustomerOrNull,
        invoice.Metadata);

    /// <summary>The idempotency key of an invoice's order, cart or return.</summary>
    public static string KeyOf(string invoice) => $"replay-{invoice}";

    private async Task Ring(RetailInvoice invoice, RetailSeller seller, CancellationToken cancellationToken)
    {
        if (invoice.Sold.Count > 0)
        {
            Note(invoice, await seller.Sell(invoice, cancellationToken));
        }

        if (invoice.Returned.Count > 0)
        {
            await TakeBack(invoice, cancellationToken);
        }

        for (var line = 0; line < invoice.WrittenOff.Count; line++)
        {
            var lost = invoice.WrittenOff[line];
            await server.Post(
                $"api/v1/stores/{store}/stock/{Uri.EscapeDataString(lost.StockCode)}/adjustments",
                FormattableString.Invariant($"{KeyOf(invoice.Number)}-{line + 1}"),
                new AdjustmentMessage(lost.Quantity, $"{Reason} {invoice.Number}", invoice.OccurredAt),
                Messages.Default.AdjustmentMessage,
                cancellationToken);
        }
    }

    private void Note(RetailInvoice invoice, RetailSold sold)
    {
        lock (_gate)
        {
            _orders.Add(sold.Order);
            _sales = _sales.Add(sold.Way.InCart, sold.Way.Charge(invoice.Total));
            _declined += sold.Declined ? 1 : 0;
            foreach (var taken in sold.Taken)
            {
                _latencies.Record(taken);
            }
        }

        ReceiptOf(invoice.Number).SetResult(sold.Order);
    }

    private async Task TakeBack(RetailInvoice invoice, CancellationToken cancellationToken)
    {
        var answer = invoice.Receipt is { } receipt
            // The sale is an earlier invoice, which another till may be ringing up at this moment.
            ? await TakeBack(invoice, receipt, await ReceiptOf(receipt.Invoice).Task.WaitAsync(cancellationToken), cancellationToken)
            : await server.Post(
                "api/v1/returns",
                KeyOf(invoice.Number),
                Return(invoice, store),
                Messages.Default.ReturnMessage,
                Messages.Default.ReturnAnswer,
                HasEnded,
                cancellationToken);
        lock (_gate)
        {
            _returns.Add(answer.Id);
            _withReceipt += invoice.Receipt is null ? 0 : 1;
        }
    }

    private Task<ReturnAnswer> TakeBack(RetailInvoice invoice, RetailReceipt receipt, string order, CancellationToken cancellationToken) => server.Post(
        $"api/v1/orders/{order}/returns",
        KeyOf(invoice.Number),
        Return(invoice, receipt),
        Messages.Default.OrderReturnMessage,
        Messages.Default.ReturnAnswer,
        HasEnded,
        cancellationToken);

    private TaskCompletionSource<string> ReceiptOf(string invoice) =>
        _receipts.GetOrAdd(invoice, static _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));

    private static bool HasEnded(ReturnAnswer back) => back.State == "COMPLETED";
}
