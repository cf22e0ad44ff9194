using System.Collections.Concurrent;
using Pos.Cli.Output;
using Pos.Cli.Retail.Data;
using Pos.Cli.Server;

namespace Pos.Cli.Retail.Replay;

/// <summary>What a replay did and how fast.</summary>
/// <param name="Orders">Ids of the orders placed, now or by an earlier run.</param>
/// <param name="Returns">Ids of the returns.</param>
/// <param name="Kinds">How they were sold and brought back.</param>
/// <param name="Latencies">Of the requests that sell: orders and checkouts.</param>
/// <param name="Requests">Requests sent.</param>
/// <param name="Elapsed">From the first request to the last answer.</param>
internal sealed record ReplayOutcome(
    IReadOnlySet<string> Orders, IReadOnlySet<string> Returns, ReplayKinds Kinds, Latencies Latencies, long Requests, TimeSpan Elapsed);

/// <summary>How many invoices were sold and brought back how.</summary>
/// <param name="Carts">Sold through a cart.</param>
/// <param name="Cards">Paid by card, wholly or half.</param>
/// <param name="Charged">Pence that the cards paid.</param>
/// <param name="Declined">Paid in cash because a card did not.</param>
/// <param name="Receipts">Brought back with a receipt.</param>
internal sealed record ReplayKinds(int Carts, int Cards, long Charged, int Declined, int Receipts);

/// <summary>
/// Rings up the file's invoices, several tills at once. An invoice always makes the same requests under the same keys, so that a
/// replay can be stopped anywhere and run again, with any number of tills.
/// </summary>
internal sealed class RetailReplay(PosServer server, Terminal terminal, string store)
{
    /// <summary>The reason given for prices, returns and adjustments.</summary>
    public const string Reason = "replay";

    private const string Restock = "restock";

    private readonly HashSet<string> orders = new(StringComparer.Ordinal);
    private readonly HashSet<string> returns = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> receipts = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private readonly Latencies latencies = new();
    private ReplayKinds kinds = new(0, 0, 0, 0, 0);

    public async Task<ReplayOutcome> Run(RetailShop shop, int tills, CancellationToken cancellationToken)
    {
        var began = terminal.Time.GetTimestamp();
        var seller = new RetailSeller(server, terminal, latencies, store);
        var asked = server.Requests;
        await terminal.Progress("replay", "invoices", shop.Invoices.Count, advance => Parallel.ForEachAsync(
            shop.Invoices,
            new ParallelOptions { MaxDegreeOfParallelism = tills, CancellationToken = cancellationToken },
            async (invoice, token) =>
            {
                await Ring(invoice, seller, token);
                advance();
            }));
        return new ReplayOutcome(orders, returns, kinds, latencies, server.Requests - asked, terminal.Time.GetElapsedTime(began));
    }

    /// <summary>The return that an invoice's lines brought back make without a receipt.</summary>
    public static ReturnMessage Return(RetailInvoice invoice, string store) => new(
        store,
        invoice.Till,
        [.. invoice.Returned.Select(l => new ReturnLineMessage(l.StockCode, -l.Quantity, RetailShop.Price(l), Restock))],
        Reason,
        invoice.OccurredAt);

    /// <summary>The return that they make with one.</summary>
    public static OrderReturnMessage Return(RetailInvoice invoice, RetailReceipt receipt) => new(
        invoice.Till, [.. receipt.Lines.Select(l => new OrderReturnLineMessage(l.Line, l.Quantity, Restock))], Reason, invoice.OccurredAt);

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
                new AdjustmentMessage(lost.Quantity, AdjustmentReason(invoice.Number), invoice.OccurredAt),
                Messages.Default.AdjustmentMessage,
                cancellationToken);
        }
    }

    /// <summary>Says which invoice wrote the goods off; the ledger shows it.</summary>
    public static string AdjustmentReason(string invoice) => $"{Reason} {invoice}";

    private void Note(RetailInvoice invoice, RetailSold sold)
    {
        var charged = sold.Way.Charge(invoice.Total);
        lock (gate)
        {
            orders.Add(sold.Order);
            kinds = kinds with
            {
                Carts = kinds.Carts + (sold.Way.InCart ? 1 : 0),
                Cards = kinds.Cards + (charged > 0 ? 1 : 0),
                Charged = kinds.Charged + charged,
                Declined = kinds.Declined + (sold.Declined ? 1 : 0),
            };
        }

        ReceiptOf(invoice.Number).SetResult(sold.Order);
    }

    private async Task TakeBack(RetailInvoice invoice, CancellationToken cancellationToken)
    {
        var answer = invoice.Receipt is { } receipt
            // The sale began before, at another till perhaps, and goes its way whatever comes of this.
            ? await TakeBack(invoice, receipt, await ReceiptOf(receipt.Invoice).Task.WaitAsync(cancellationToken), cancellationToken)
            : await server.Post(
                "api/v1/returns",
                KeyOf(invoice.Number),
                Return(invoice, store),
                Messages.Default.ReturnMessage,
                Messages.Default.ReturnAnswer,
                HasEnded,
                cancellationToken);
        lock (gate)
        {
            returns.Add(answer.Id);
            kinds = kinds with { Receipts = kinds.Receipts + (invoice.Receipt is null ? 0 : 1) };
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
        receipts.GetOrAdd(invoice, static _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));

    private static bool HasEnded(ReturnAnswer back) => back.State == "COMPLETED";
}
