using Pos.Cli.Load.Buyers;
using Pos.Cli.Output;
using Pos.Cli.Server;

namespace Pos.Cli.Load;

/// <summary>The store of a run. It is new for every run, so that everything in it comes from this run.</summary>
internal sealed class LoadShop(PosServer server, LoadPlan plan)
{
    private const int TaxBasisPoints = 1_900;

    /// <summary>Opens the store, defines the products and receives the stock.</summary>
    /// <exception cref="CannotRunException">The store has been used before, or the server refused.</exception>
    public async Task Open(Terminal terminal, CancellationToken cancellationToken)
    {
        var opening = new ShopOpening(server, terminal, plan.Store);
        await opening.Define(StoreMessage.Shop("Load test", "", Requests.Currency, "Etc/UTC", TaxBasisPoints, Requests.Tills), cancellationToken);
        var orders = await server.Get($"api/v1/orders?store={plan.Store}&limit=1", Messages.Default.PageOrderAnswer, cancellationToken);
        var stock = await server.Get($"api/v1/stores/{plan.Store}/stock?limit=1", Messages.Default.PageStockAnswer, cancellationToken);
        if (orders.Items.Count > 0 || stock.Items.Count > 0)
        {
            throw new CannotRunException($"The store {plan.Store} has been used before, and the proof needs a store of its own. Give --store another name, or leave it out.");
        }

        ShopProduct[] products = [.. Enumerable.Range(0, plan.Items).Select(LoadPlan.Sku).Select(sku =>
            new ShopProduct(sku, sku, "Load test", IsService: false, Requests.Price, plan.Units))];
        await opening.Stock(products, Requests.Currency, cancellationToken);
    }

    /// <summary>The pieces of the most popular item that can still be sold.</summary>
    public async Task<long> Left(CancellationToken cancellationToken) => (await server.Get(
        $"api/v1/stores/{plan.Store}/stock/{LoadPlan.Sku(0)}", Messages.Default.StockAnswer, cancellationToken)).Available;
}
