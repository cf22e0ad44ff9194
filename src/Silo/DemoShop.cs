using System.Collections.Immutable;
using Orleans;
using Pos.Hosting;
using Pos.Journal;

namespace Pos.Silo;

/// <summary>
/// Puts a small shop into an empty journal, so that a newcomer can sell something at once. A silo with the API in it fills the shop behind its start, and lets
/// requests of the API wait until the shop is filled. A silo without the API fills the shop before it has started, because the requests come from elsewhere.
/// </summary>
internal sealed partial class DemoShop(
    IGrainFactory grains, IJournal journal, TimeProvider clock, ClusterSettings cluster, IHostApplicationLifetime life, ILogger<DemoShop> logger) : IHostedService
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

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DemoShopRefusedException? _refusal;

    /// <summary>Completes when the shop is filled, and when it cannot be.</summary>
    public Task Ended => _ended.Task;

    /// <exception cref="DemoShopRefusedException">The shop could not be filled, and the program has ended because of it.</exception>
    public void RequireFilled()
    {
        if (_refusal is { } refusal)
        {
            throw refusal;
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (cluster.Role == HostRole.All)
        {
            life.ApplicationStarted.Register(() => _ = FillOrStop());
            return;
        }

        await Fill();
        _ended.SetResult();
    }

    /// <summary>Waits for calls that are under way, so that the silo does not end below them.</summary>
    public Task StopAsync(CancellationToken cancellationToken) =>
        life.ApplicationStarted.IsCancellationRequested ? Ended.WaitAsync(cancellationToken) : Task.CompletedTask;

    private async Task FillOrStop()
    {
        // What else waits for the start is not held up.
        await Task.Yield();
        try
        {
            await Fill();
        }
        catch (OperationCanceledException) when (life.ApplicationStopping.IsCancellationRequested)
        {
            // The next start finds that the last product is missing, and goes on.
        }
#pragma warning disable CA1031 // Nobody awaits this task: whatever it is, the program ends with it.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            _refusal = cause as DemoShopRefusedException ?? new DemoShopRefusedException(cause.Message, cause);
            life.StopApplication();
        }
        finally
        {
            _ended.SetResult();
        }
    }

    private async Task Fill()
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

    // Our store stands as we made it, and what is put in last is missing: a first start was killed. Another's journal is left alone.
    private async Task<bool> WasCutShort() =>
        await grains.GetGrain<IStoreGrain>(Store.Value).Get() is { Name: Name, Version: 1 }
        && await grains.GetGrain<IProductGrain>(Shelf[^1].Sku).Get() is null;

    private static ProductDetails Goods(string name, string category, long price, string taxClass) =>
        new(name, "", category, new Money(price, Euro), taxClass, ProductKind.Goods, Active: true);

    private async Task Fill((string Sku, ProductDetails Details, int Stock) item)
    {
        life.ApplicationStopping.ThrowIfCancellationRequested();
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
            throw new DemoShopRefusedException(refused.Detail);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The journal was empty: opened the store '{Store}' with {Products} products (Pos:Demo=false keeps it empty).")]
    private static partial void Filled(ILogger logger, string store, int products);
}

/// <summary>The demo shop could not be put into the journal.</summary>
internal sealed class DemoShopRefusedException(string why, Exception? cause = null)
    : Exception($"The demo shop could not be filled (Pos:Demo=false starts without it): {why}", cause);

/// <summary>Puts the demo shop into the host where it is wanted.</summary>
internal static class DemoShopServices
{
    public static void AddDemoShop(this IServiceCollection services, ClusterSettings cluster, IConfiguration configuration)
    {
        if (configuration.GetValue("Pos:Demo", true))
        {
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DemoShop>(provider, cluster));
            services.AddHostedService(static provider => provider.GetRequiredService<DemoShop>());
        }
    }

    /// <summary>Lets requests of the API wait for the shop, so that none sees half of it. Health, documents and the dashboard do not wait.</summary>
    public static void UseDemoShop(this WebApplication app)
    {
        if (app.Services.GetService<DemoShop>() is not { } demo)
        {
            return;
        }

        app.Use(next => context =>
            demo.Ended.IsCompleted || !context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) ? next(context) : Later(next, context));

        async Task Later(RequestDelegate next, HttpContext context)
        {
            await demo.Ended.WaitAsync(context.RequestAborted);
            await next(context);
        }
    }
}
