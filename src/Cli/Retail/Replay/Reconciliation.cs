using Pos.Cli.Output;
using Pos.Cli.Retail.Data;
using Pos.Cli.Server;

namespace Pos.Cli.Retail.Replay;

/// <summary>What the API reports of a store, all of it: what does not come from the file is counted too, and said.</summary>
/// <param name="Orders">CONFIRMED orders.</param>
/// <param name="Returns">Returns.</param>
/// <param name="AdjustmentEntries">Ledger entries of adjustments and counts.</param>
/// <param name="Gross">Pence: sum of the CONFIRMED orders.</param>
/// <param name="Refunds">Pence: sum of the returns, not positive.</param>
/// <param name="AdjustedPieces">Sum of those ledger entries.</param>
/// <param name="Kinds">How the replay's own orders were sold and paid, as the API shows them.</param>
/// <param name="ForeignOrders">CONFIRMED orders that the replay did not place.</param>
/// <param name="ForeignReturns">Returns that it did not make.</param>
/// <param name="OpenOrders">Orders without an end.</param>
/// <param name="StockDifferences">Codes whose pieces on hand are not what the file leaves, with both figures.</param>
internal sealed record StoreReport(
    int Orders,
    int Returns,
    int AdjustmentEntries,
    long Gross,
    long Refunds,
    long AdjustedPieces,
    StoreKinds Kinds,
    int ForeignOrders,
    int ForeignReturns,
    int OpenOrders,
    IReadOnlyList<string> StockDifferences);

/// <summary>Of the CONFIRMED orders: how they were sold and paid.</summary>
/// <param name="Carts">Came from a cart.</param>
/// <param name="Cards">Paid by card, wholly or in part.</param>
/// <param name="Charged">Pence that the cards paid.</param>
internal sealed record StoreKinds(int Carts, int Cards, long Charged);

/// <summary>Reads back through the API what a store has sold, taken back and written off.</summary>
internal sealed class Reconciliation(PosServer server, Patience patience, Terminal terminal, string store)
{
    // A saga without its server is woken after half a minute at the latest.
    private static readonly TimeSpan SettleMax = TimeSpan.FromSeconds(90);

    public async Task<StoreReport> Read(
        ReplayOutcome replayed, IReadOnlyDictionary<string, long> finalStock, IReadOnlyList<string> writtenOff, CancellationToken cancellationToken)
    {
        int orders = 0, open = 0, foreignOrders = 0, returns = 0, foreignReturns = 0, entries = 0;
        long gross = 0, refunds = 0, pieces = 0;
        var kinds = new StoreKinds(0, 0, 0);
        await foreach (var order in server.List($"api/v1/orders?store={store}", Messages.Default.PageOrderAnswer, cancellationToken))
        {
            var confirmed = order.State == "CONFIRMED";
            orders += confirmed ? 1 : 0;
            gross += confirmed ? order.Total.Gross.Amount : 0;
            open += !confirmed && order.State != "CANCELLED" ? 1 : 0;
            var own = replayed.Orders.Contains(order.Id);
            foreignOrders += confirmed && !own ? 1 : 0;
            kinds = confirmed && own ? Add(kinds, order) : kinds;
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
            orders, returns, entries, gross, refunds, pieces, kinds, foreignOrders, foreignReturns, open, StockDifferences(finalStock, stock));
    }

    private static StoreKinds Add(StoreKinds kinds, OrderAnswer order)
    {
        var charged = order.Tenders?.Where(t => t.Type == "card").Sum(t => t.Amount.Amount) ?? 0;
        return new(kinds.Carts + (order.Cart is null ? 0 : 1), kinds.Cards + (charged > 0 ? 1 : 0), kinds.Charged + charged);
    }

    /// <summary>
    /// Pieces on hand by code, once nothing is held any more: an order is answered when it is CONFIRMED, and its goods leave the
    /// shelf a moment later, or after its wake-up when the server died in between. What is still held then shows as a difference.
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
