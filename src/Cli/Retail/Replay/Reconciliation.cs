using Pos.Cli.Output;
using Pos.Cli.Retail.Data;
using Pos.Cli.Server;

namespace Pos.Cli.Retail.Replay;

/// <summary>Everything that the API reports of a store. Sales that do not come from the file are counted too and reported as findings.</summary>
/// <param name="Orders">CONFIRMED orders.</param>
/// <param name="Returns">Returns.</param>
/// <param name="AdjustmentEntries">Ledger entries of adjustments and counts.</param>
/// <param name="Gross">Pence: the sum of the CONFIRMED orders.</param>
/// <param name="Refunds">Pence: the sum of the returns, not positive.</param>
/// <param name="AdjustedPieces">The sum of those ledger entries.</param>
/// <param name="Sold">How the replay's own orders were sold and paid.</param>
/// <param name="ForeignOrders">CONFIRMED orders that the replay did not place.</param>
/// <param name="ForeignReturns">Returns that the replay did not make.</param>
/// <param name="OpenOrders">Orders that are neither CONFIRMED nor CANCELLED.</param>
/// <param name="StockDifferences">Codes whose pieces on hand are not those of the file, with both figures.</param>
internal sealed record StoreReport(
    int Orders,
    int Returns,
    int AdjustmentEntries,
    long Gross,
    long Refunds,
    long AdjustedPieces,
    SaleKinds Sold,
    int ForeignOrders,
    int ForeignReturns,
    int OpenOrders,
    IReadOnlyList<string> StockDifferences);

/// <summary>Reads through the API what a store has sold, taken back and written off.</summary>
internal sealed class Reconciliation(PosServer server, Patience patience, Terminal terminal, string store)
{
    // A wake-up continues an order whose server died, after half a minute at the latest.
    private static readonly TimeSpan SettleMax = TimeSpan.FromSeconds(90);

    public async Task<StoreReport> Read(
        ReplayOutcome replayed, IReadOnlyDictionary<string, long> finalStock, IReadOnlyList<string> writtenOff, CancellationToken cancellationToken)
    {
        int orders = 0, open = 0, foreignOrders = 0, returns = 0, foreignReturns = 0, entries = 0;
        long gross = 0, refunds = 0, pieces = 0;
        var sold = new SaleKinds(0, 0, 0);
        await foreach (var order in server.List($"api/v1/orders?store={store}", Messages.Default.PageOrderAnswer, cancellationToken))
        {
            var confirmed = order.State == "CONFIRMED";
            orders += confirmed ? 1 : 0;
            gross += confirmed ? order.Total.Gross.Amount : 0;
            open += !confirmed && order.State != "CANCELLED" ? 1 : 0;
            var own = replayed.Orders.Contains(order.Id);
            foreignOrders += confirmed && !own ? 1 : 0;
            sold = confirmed && own ? sold.Add(order.Cart is not null, Charged(order)) : sold;
        }

        await foreach (var back in server.List($"api/v1/returns?store={store}", Messages.Default.PageReturnAnswer, cancellationToken))
        {
            returns++;
            refunds -= back.Refund.Gross.Amount;
            foreignReturns += replayed.Returns.Contains(back.Id) ? 0 : 1;
        }

        var stock = await SettledStock(cancellationToken);
        foreach (var sku in writtenOff)
        {
            var ledger = server.List(
                $"api/v1/stores/{store}/stock/{Uri.EscapeDataString(sku)}/ledger", Messages.Default.PageLedgerAnswer, cancellationToken);
            await foreach (var entry in ledger)
            {
                var adjusted = entry.Kind is "adjusted" or "counted";
                entries += adjusted ? 1 : 0;
                pieces += adjusted ? entry.Delta : 0;
            }
        }

        return new StoreReport(
            orders, returns, entries, gross, refunds, pieces, sold, foreignOrders, foreignReturns, open, StockDifferences(finalStock, stock));
    }

    private static long Charged(OrderAnswer order) => order.Tenders?.Where(t => t.Type == "card").Sum(t => t.Amount.Amount) ?? 0;

    /// <summary>
    /// Waits until nothing is held and gives the pieces on hand by code. An order is answered when it is CONFIRMED, and its goods leave the shelf a moment
    /// later, or after a wake-up when the server died in between. Pieces that are still held after the wait show as a difference.
    /// </summary>
    private async Task<Dictionary<string, long>> SettledStock(CancellationToken cancellationToken)
    {
        var began = terminal.Time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            var onHand = new Dictionary<string, long>(StringComparer.Ordinal);
            long held = 0;
            await foreach (var item in server.List($"api/v1/stores/{store}/stock", Messages.Default.PageStockAnswer, cancellationToken))
            {
                onHand[item.Sku] = item.OnHand;
                held += item.Held;
            }

            if (held == 0 || terminal.Time.GetElapsedTime(began) > SettleMax)
            {
                return onHand;
            }

            if (attempt == 2)
            {
                terminal.Note($"{held} pieces are still held by orders that a wake-up will settle: waiting");
            }

            await patience.Pause(attempt, null, cancellationToken);
        }
    }

    private static List<string> StockDifferences(IReadOnlyDictionary<string, long> expected, Dictionary<string, long> found)
    {
        var differences = new List<string>();
        foreach (var (sku, pieces) in expected)
        {
            var there = found.GetValueOrDefault(sku);
            if (there != pieces)
            {
                differences.Add(FormattableString.Invariant($"{sku}: {there} on hand, {pieces} by the file"));
            }
        }

        return differences;
    }
}
