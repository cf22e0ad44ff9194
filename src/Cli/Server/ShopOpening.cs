using Pos.Cli.Output;

namespace Pos.Cli.Server;

/// <summary>A product and the stock that it starts with.</summary>
/// <param name="Sku">The stock code.</param>
/// <param name="Name">As receipts show it.</param>
/// <param name="Category">Where a catalogue lists it.</param>
/// <param name="IsService">Services hold no stock.</param>
/// <param name="ListPrice">In the currency's minor units, tax included.</param>
/// <param name="OpeningStock">Pieces.</param>
internal sealed record ShopProduct(string Sku, string Name, string Category, bool IsService, long ListPrice, long OpeningStock);

/// <summary>
/// Fills a store through the API. All of it can be repeated: a PUT that defines the same changes nothing, and the key of a receipt is made from the
/// stock code.
/// </summary>
internal sealed class ShopOpening(PosServer server, Terminal terminal, string store)
{
    /// <summary>The most requests under way at once.</summary>
    public const int RequestsMax = 16;

    /// <summary>Defines or changes the store.</summary>
    public Task Define(StoreMessage details, CancellationToken cancellationToken) =>
        server.Put($"api/v1/stores/{store}", details, Messages.Default.StoreMessage, cancellationToken);

    /// <summary>Defines the products, then receives their stock.</summary>
    public async Task Stock(IReadOnlyCollection<ShopProduct> products, string currency, CancellationToken cancellationToken)
    {
        await Each("products", "products", products, Define);
        await Each("stock", "receipts", [.. products.Where(p => p.OpeningStock > 0)], Receive);

        Task Each(string title, string unit, IReadOnlyCollection<ShopProduct> some, Func<ShopProduct, string, CancellationToken, Task> send) =>
            terminal.Progress(title, unit, some.Count, advance => Parallel.ForEachAsync(
                some,
                new ParallelOptions { MaxDegreeOfParallelism = RequestsMax, CancellationToken = cancellationToken },
                async (product, token) =>
                {
                    await send(product, currency, token);
                    advance();
                }));
    }

    private Task Define(ShopProduct product, string currency, CancellationToken cancellationToken) => server.Put(
        $"api/v1/products/{Uri.EscapeDataString(product.Sku)}",
        new ProductMessage(
            product.Name,
            "",
            product.Category,
            new MoneyMessage(product.ListPrice, currency),
            StoreMessage.TaxClass,
            product.IsService ? "service" : "goods",
            Active: true),
        Messages.Default.ProductMessage,
        cancellationToken);

    private Task Receive(ShopProduct product, string currency, CancellationToken cancellationToken) => server.Post(
        $"api/v1/stores/{store}/stock/{Uri.EscapeDataString(product.Sku)}/receipts",
        $"import-{product.Sku}",
        new ReceiptMessage(product.OpeningStock, "Opening stock"),
        Messages.Default.ReceiptMessage,
        cancellationToken);
}
