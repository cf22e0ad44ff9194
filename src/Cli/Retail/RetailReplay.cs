using Pos.Cli.Output;
using Pos.Cli.Server;

namespace Pos.Cli.Retail;

/// <summary>What a replay did and how fast.</summary>
/// <param name="Orders">Ids of the orders placed, now or by an earlier run.</param>
/// <param name="Returns">Ids of the returns.</param>
/// <param name="Latencies">Of the orders.</param>
/// <param name="Elapsed">From the first request to the last answer.</param>
internal sealed record ReplayOutcome(IReadOnlySet<string> Orders, IReadOnlySet<string> Returns, Latencies Latencies, TimeSpan Elapsed);

/// <summary>
/// Rings up the file's invoices, several tills at once. An invoice always makes the same requests under the same keys, so that a
/// replay can be stopped anywhere and run again, with any number of tills.
/// </summary>
internal sealed class RetailReplay(PosServer server, Terminal terminal, string store)
{
    /// <summary>The reason given for prices, returns and adjustments.</summary>
    public const string Reason = "replay";

    // Customers pay with five-pound notes, so that there is change to give.
    private const long Note = 500;

    private readonly HashSet<string> orders = new(StringComparer.Ordinal);
    private readonly HashSet<string> returns = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private readonly Latencies latencies = new();

    public async Task<ReplayOutcome> Run(RetailShop shop, int tills, CancellationToken cancellationToken)
    {
        var began = terminal.Time.GetTimestamp();
        await terminal.Progress("replay", "invoices", shop.Invoices.Count, advance => Parallel.ForEachAsync(
            shop.Invoices,
            new ParallelOptions { MaxDegreeOfParallelism = tills, CancellationToken = cancellationToken },
            async (invoice, token) =>
            {
                await Ring(invoice, token);
                advance();
            }));
        return new ReplayOutcome(orders, returns, latencies, terminal.Time.GetElapsedTime(began));
    }

    /// <summary>The order that an invoice's sold lines make.</summary>
    public static OrderMessage Order(RetailInvoice invoice, string store)
    {
        var total = invoice.Sold.Sum(l => RetailShop.Pence(l.UnitPrice) * l.Quantity);
        return new OrderMessage(
            store,
            invoice.Till,
            [.. invoice.Sold.Select(l => new OrderLineMessage(l.StockCode, l.Quantity, new OverrideMessage(Price(l), Reason)))],
            new MoneyMessage((total + Note - 1) / Note * Note, RetailShop.Currency),
            invoice.OccurredAt);
    }

    /// <summary>The return that an invoice's lines brought back make.</summary>
    public static ReturnMessage Return(RetailInvoice invoice, string store) => new(
        store,
        invoice.Till,
        [.. invoice.Returned.Select(l => new ReturnLineMessage(l.StockCode, -l.Quantity, Price(l), "restock"))],
        Reason,
        invoice.OccurredAt);

    /// <summary>The idempotency key of an invoice's order or return.</summary>
    public static string KeyOf(string invoice) => $"replay-{invoice}";

    private async Task Ring(RetailInvoice invoice, CancellationToken cancellationToken)
    {
        if (invoice.Sold.Count > 0)
        {
            await Sell(invoice, cancellationToken);
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

    private async Task Sell(RetailInvoice invoice, CancellationToken cancellationToken)
    {
        var began = terminal.Time.GetTimestamp();
        var answer = await server.Post(
            "api/v1/orders",
            KeyOf(invoice.Number),
            Order(invoice, store),
            Messages.Default.OrderMessage,
            Messages.Default.OrderAnswer,
            order => order.State is "CONFIRMED" or "CANCELLED",
            cancellationToken);
        latencies.Add(terminal.Time.GetElapsedTime(began));
        if (answer.State != "CONFIRMED")
        {
            throw new CannotRunException(
                $"Invoice {invoice.Number} (order {answer.Id}) was cancelled: {answer.Cancellation?.Reason ?? "no reason given"}");
        }

        lock (gate)
        {
            orders.Add(answer.Id);
        }
    }

    private async Task TakeBack(RetailInvoice invoice, CancellationToken cancellationToken)
    {
        var answer = await server.Post(
            "api/v1/returns",
            KeyOf(invoice.Number),
            Return(invoice, store),
            Messages.Default.ReturnMessage,
            Messages.Default.ReturnAnswer,
            returned => returned.State == "COMPLETED",
            cancellationToken);
        lock (gate)
        {
            returns.Add(answer.Id);
        }
    }

    private static MoneyMessage Price(RetailLine line) => new(RetailShop.Pence(line.UnitPrice), RetailShop.Currency);
}
