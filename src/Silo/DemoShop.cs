using System.Collections.Immutable;
using Orleans;
using Pos.Journal;

namespace Pos.Silo;

/// <summary>Puts a small shop into an empty journal, so that a newcomer can sell something at once.</summary>
internal sealed partial class DemoShop(IGrainFactory grains, IJournal journal, TimeProvider clock, ILogger<DemoShop> logger) : IHostedService
{
    private const string Name = "Corner shop";
    private static readonly StoreId Store = new("demo");
    private static readonly Currency Euro = new("EUR");

    private static readonly ImmutableArray<(string Sku, ProductDetails Details, int Stock)> Shelf =
    [
        ("espresso", Goods("Espresso beans, 250 g", "Coffee", 799, "reduced"), 100),
        ("filter", Goods("Filter coffee, 500 g", "Coffee", 1_149, "reduced"), 40),
        ("mug", Goods("Enamel mug", "Kitchen", 1_290, "standard"), 25),
        ("grinder", Goods("Hand grinder", "Kitchen", 6_900, "standard"), 3),
        ("gift-wrap", new ProductDetails("Gift wrapping", "Paper and ribbon", "Services", new Money(250, Euro), "standard", ProductKind.Service, true), 0),
    ];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (journal.Head > 0 && !await WasCutShort())
        {
            return;
        }

        var store = new StoreDetails(
            Name, "Old town", "shop", Euro, "Europe/Berlin", TaxInclusive: true,
            ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("standard", 1_900), KeyValuePair.Create("reduced", 700)]),
            [new TillId("till-1"), new TillId("till-2")]);
        Require(await grains.GetGrain<IStoreGrain>(Store.Value).Define(new DefineStore(Operation("store"), store)));
        // The last one alone, behind all others: whoever finds it knows that nothing is missing.
        await Task.WhenAll(Shelf[..^1].Select(Fill));
        await Fill(Shelf[^1]);
        Filled(logger, Store.Value, Shelf.Length);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Our store stands as we made it, and what is put in last is missing: a first start was killed. Another's journal is left alone.
    private async Task<bool> WasCutShort() =>
        await grains.GetGrain<IStoreGrain>(Store.Value).Get() is { Name: Name, Version: 1 }
        && await grains.GetGrain<IProductGrain>(Shelf[^1].Sku).Get() is null;

    private static ProductDetails Goods(string name, string category, long price, string taxClass) =>
        new(name, "", category, new Money(price, Euro), taxClass, ProductKind.Goods, Active: true);

    private async Task Fill((string Sku, ProductDetails Details, int Stock) item)
    {
        Require(await grains.GetGrain<IProductGrain>(item.Sku).Define(new DefineProduct(Operation(item.Sku), item.Details)));
        if (item.Stock > 0)
        {
            var stock = grains.GetGrain<IStockGrain>(new StockKey(Store, new Sku(item.Sku)).ToString());
            if (await stock.Get() is not null)
            {
                return;
            }

            Require(await stock.Receive(new ReceiveStock(Operation(item.Sku), item.Stock, "opening stock")));
        }
    }

    private Operation Operation(string what) => new($"demo-{what}", $"demo-{what}", clock.GetUtcNow() + Limits.IdempotencyKeyLifetime, "demo");

    private static void Require<T>(Outcome<T> outcome) where T : class
    {
        if (outcome.Rejection is { } refused)
        {
            throw new InvalidOperationException($"The demo shop was refused: {refused.Detail}");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The journal was empty: opened the store '{Store}' with {Products} products (Pos:Demo=false keeps it empty).")]
    private static partial void Filled(ILogger logger, string store, int products);
}

/// <summary>Registers the demo shop where it is wanted.</summary>
internal static class DemoShopServices
{
    public static void AddDemoShop(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration.GetValue("Pos:Demo", true))
        {
            services.AddHostedService<DemoShop>();
        }
    }
}
