using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Hosting;
using Pos.Grains;
using Pos.Hosting;
using Pos.Journal;
using Pos.Payments;

namespace Pos.Bench.Compare;

/// <summary>The grains on Orleans and a journal, in this process and without HTTP; with the same store as <see cref="Orders"/> has.</summary>
internal sealed class GrainHost : IAsyncDisposable
{
    public static readonly StoreId Store = new("bench");
    public static readonly TillId Till = new("till-1");
    public static readonly Currency Euro = new("EUR");

    private readonly IHost _host;

    private GrainHost(IHost host) => _host = host;

    public IClusterClient Client => _host.Services.GetRequiredService<IClusterClient>();

    private TimeProvider Clock => _host.Services.GetRequiredService<TimeProvider>();

    /// <param name="folder">Folder of a journal in files.</param>
    /// <param name="clock">The clock of the grains and the journal.</param>
    /// <param name="settings">Settings as on the server's command line.</param>
    public static async Task<GrainHost> Start(string folder, TimeProvider clock, params string[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddCommandLine([.. settings, $"--Journal:Path={folder}"]);
        builder.Services.AddSingleton(clock);
        builder.Services.AddJournal(builder.Configuration);
        // The journal lies in a temporary folder, and outside Development the simulator keeps no ledger in such a folder.
        builder.Services.AddPayments(builder.Configuration, Environments.Development);
        builder.UseOrleans(static silo => silo.UseLocalhostClustering(FreePort.Next(), FreePort.Next()).AddPosSilo());
        builder.Services.AddPosGrains(builder.Configuration);
        var opened = new GrainHost(builder.Build());
        await opened._host.StartAsync();
        Require(await opened.Client.GetGrain<IStoreGrain>(Store.Value).Define(new DefineStore(opened.Operation("store"), new StoreDetails(
            "Bench", "", "shop", Euro, "Europe/Berlin", TaxInclusive: true,
            ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("standard", 1_900)]), [Till]))));
        return opened;
    }

    /// <summary>Defines a product and receives some of it.</summary>
    public async Task<IStockGrain> Item(string sku, int pieces)
    {
        var details = new ProductDetails("Thing", "", "", new Money(199, Euro), "standard", ProductKind.Goods, true);
        Require(await Client.GetGrain<IProductGrain>(sku).Define(new DefineProduct(Operation(sku), details)));
        var item = Client.GetGrain<IStockGrain>(new StockKey(Store, new Sku(sku)).ToString());
        Require(await item.Receive(new ReceiveStock(Operation($"receive-{sku}"), pieces)));
        return item;
    }

    public Operation Operation(string id) => new(id, id, Clock.GetUtcNow() + Limits.IdempotencyKeyLifetime, "bench", ApprovedBy: "bench");

    public static T Require<T>(Outcome<T> outcome) where T : class => outcome.Rejection is { } refused
        ? throw new InvalidOperationException($"{refused.Code}: {refused.Detail}")
        : outcome.Value!;

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
