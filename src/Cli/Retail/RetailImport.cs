using Pos.Cli.Output;
using Pos.Cli.Retail.Data;
using Pos.Cli.Server;

namespace Pos.Cli.Retail;

/// <summary>
/// Opens the shop: the store, its catalogue, its opening stock. Everything may be repeated: what is defined by PUT is the same
/// again, and a receipt's key is made from its stock code.
/// </summary>
internal sealed class RetailImport(PosServer server, Terminal terminal, string store)
{
    /// <summary>Requests under way at once.</summary>
    public const int Parallel = 16;

    private const string TaxClass = "standard";
    private const int TaxRateBasisPoints = 2000;

    public async Task Run(RetailShop shop, CancellationToken cancellationToken)
    {
        await server.Put(
            $"api/v1/stores/{store}",
            new StoreMessage(
                "Online Retail",
                "London",
                "shop",
                RetailShop.Currency,
                RetailShop.TimeZone,
                TaxInclusive: true,
                new Dictionary<string, int>(StringComparer.Ordinal) { [TaxClass] = TaxRateBasisPoints },
                [.. Enumerable.Range(1, RetailShop.TillCount).Select(n => FormattableString.Invariant($"till-{n}"))]),
            Messages.Default.StoreMessage,
            cancellationToken);
        await terminal.Progress("products", "products", shop.Products.Count, advance => Each(shop.Products, Define, advance, cancellationToken));
        RetailProduct[] stocked = [.. shop.Products.Where(p => p.OpeningStock > 0)];
        await terminal.Progress("stock", "receipts", stocked.Length, advance => Each(stocked, Receive, advance, cancellationToken));
    }

    private static Task Each(
        IReadOnlyList<RetailProduct> products,
        Func<RetailProduct, CancellationToken, Task> import,
        Action advance,
        CancellationToken cancellationToken) => System.Threading.Tasks.Parallel.ForEachAsync(
            products,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (product, token) =>
            {
                await import(product, token);
                advance();
            });

    private Task Define(RetailProduct product, CancellationToken cancellationToken) => server.Put(
        $"api/v1/products/{Uri.EscapeDataString(product.Sku)}",
        new ProductMessage(
            product.Name,
            "",
            product.IsService ? "Services" : "Gifts",
            new MoneyMessage(product.ListPrice, RetailShop.Currency),
            TaxClass,
            product.IsService ? "service" : "goods",
            Active: true),
        Messages.Default.ProductMessage,
        cancellationToken);

    private Task Receive(RetailProduct product, CancellationToken cancellationToken) => server.Post(
        $"api/v1/stores/{store}/stock/{Uri.EscapeDataString(product.Sku)}/receipts",
        $"import-{product.Sku}",
        new ReceiptMessage(product.OpeningStock, "Opening stock"),
        Messages.Default.ReceiptMessage,
        cancellationToken);
}
