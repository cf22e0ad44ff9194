using Pos.Cli.Load.Buyers;
using Pos.Cli.Output;
using Pos.Cli.Server;

namespace Pos.Cli.Load;

/// <summary>The store of a run: new for every run, so that all that happened in it is this run's.</summary>
internal sealed class LoadShop(PosServer server, LoadPlan plan)
{
    private const string TaxClass = "standard";
    private const int Parallel = 16;

    /// <summary>Opens the store, defines the products, receives the stock.</summary>
    /// <exception cref="CannotRunException">The store has sold before, or the server refused.</exception>
    public async Task Open(Terminal terminal, CancellationToken cancellationToken)
    {
        await server.Put(
            $"api/v1/stores/{plan.Store}",
            new StoreMessage(
                "Load test",
                "",
                "shop",
                Requests.Currency,
                "Etc/UTC",
                TaxInclusive: true,
                new Dictionary<string, int>(StringComparer.Ordinal) { [TaxClass] = 1900 },
                [.. Enumerable.Range(1, Requests.Tills).Select(n => FormattableString.Invariant($"till-{n}"))]),
            Messages.Default.StoreMessage,
            cancellationToken);
        var orders = await server.Get($"api/v1/orders?store={plan.Store}&limit=1", LoadJson.Default.PagePlacedOrder, cancellationToken);
        var stock = await server.Get($"api/v1/stores/{plan.Store}/stock?limit=1", LoadJson.Default.PageStockLevel, cancellationToken);
        if (orders.Items.Count > 0 || stock.Items.Count > 0)
        {
            throw new CannotRunException($"The store {plan.Store} has been used before: a proof needs one of its own. Name another, or none.");
        }

        await terminal.Progress("stock", "items", plan.Items, advance => System.Threading.Tasks.Parallel.ForEachAsync(
            Enumerable.Range(0, plan.Items),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (item, token) =>
            {
                await Receive(LoadPlan.Sku(item), token);
                advance();
            }));
    }

    /// <summary>Pieces that can still be sold of the most popular item.</summary>
    public async Task<long> Left(CancellationToken cancellationToken) => (await server.Get(
        $"api/v1/stores/{plan.Store}/stock/{LoadPlan.Sku(0)}", LoadJson.Default.StockLevel, cancellationToken)).Available;

    private async Task Receive(string sku, CancellationToken cancellationToken)
    {
        await server.Put(
            $"api/v1/products/{sku}",
            new ProductMessage(sku, "", "Load test", new MoneyMessage(Requests.Price, Requests.Currency), TaxClass, "goods", Active: true),
            Messages.Default.ProductMessage,
            cancellationToken);
        await server.Post(
            $"api/v1/stores/{plan.Store}/stock/{sku}/receipts",
            $"{plan.Store}-opening",
            new ReceiptMessage(plan.Units, "Opening stock"),
            Messages.Default.ReceiptMessage,
            cancellationToken);
    }
}
