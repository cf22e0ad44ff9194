using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Pos.Grains;
using Pos.Journal;
using Pos.LocalEngine;
using Pos.Payments;

namespace Pos.Bench.Compare;

/// <summary>
/// Durable reservations of one item through its grain, without HTTP. An item refuses more live holds than its limit, so everyone moves
/// on to the next item together before that: at any moment all callers want the same one.
/// </summary>
internal static class Reservations
{
    private const int PerItem = Limits.LiveHoldsPerItemMax - 10_000;
    private const int SecondsPerItem = 2;
    private static readonly StoreId Store = new("bench");
    private static readonly Currency Euro = new("EUR");
    private static int runs;

    /// <param name="settings">Of the journal, without its path.</param>
    /// <param name="callers">At once.</param>
    /// <param name="turn">How long.</param>
    public static async Task<Figure> Measure(IReadOnlyDictionary<string, string?> settings, int callers, TimeSpan turn)
    {
        var folder = Directory.CreateTempSubdirectory("pos-bench-grain-");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings).AddInMemoryCollection([new("Journal:Path", folder.FullName)]);
        builder.Services.AddJournal(builder.Configuration);
        builder.Services.AddPayments(builder.Configuration);
        builder.Services.AddLocalEngine(options => options.Assemblies.Add(typeof(EventSourcedGrain<,>).Assembly));
        builder.Services.AddPosGrains(builder.Configuration);
        try
        {
            using var host = builder.Build();
            await host.StartAsync();
            // On PostgreSQL the turns share one database: every turn has items of its own.
            var run = Interlocked.Increment(ref runs);
            var client = host.Services.GetRequiredService<IClusterClient>();
            var items = await Fill(client, run, (int)Math.Ceiling(turn.TotalSeconds / SecondsPerItem * 5) + 2);
            var figure = await Reserve(items, run, callers, turn);
            await host.StopAsync();
            return figure;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<IStockGrain[]> Fill(IClusterClient client, int run, int count)
    {
        Require(await client.GetGrain<IStoreGrain>(Store.Value).Define(new DefineStore(Operation("store"), new StoreDetails(
            "Bench", "", "shop", Euro, "Etc/UTC", TaxInclusive: true,
            ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("standard", 1_900)]), [new TillId("till-1")]))));
        var items = new IStockGrain[count];
        for (var n = 0; n < count; n++)
        {
            var sku = string.Create(CultureInfo.InvariantCulture, $"hot-{run}-{n}");
            var details = new ProductDetails("Thing", "", "", new Money(199, Euro), "standard", ProductKind.Goods, true);
            Require(await client.GetGrain<IProductGrain>(sku).Define(new DefineProduct(Operation(sku), details)));
            items[n] = client.GetGrain<IStockGrain>(new StockKey(Store, new Sku(sku)).ToString());
            Require(await items[n].Receive(new ReceiveStock(Operation($"receive-{sku}"), 1_000_000)));
        }

        return items;
    }

    private static async Task<Figure> Reserve(IStockGrain[] items, int run, int callers, TimeSpan turn)
    {
        var taken = -1L;
        var began = Stopwatch.GetTimestamp();
        var end = began + (long)(turn.TotalSeconds * Stopwatch.Frequency);
        var waits = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Caller()));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        double[] all = [.. waits.SelectMany(wait => wait).Order()];
        return new Figure(all.Length / seconds, all.Average(), all[(int)(all.Length * 0.99)]);

        async Task<List<double>> Caller()
        {
            await Task.Yield();
            List<double> waits = [];
            var notAfter = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(10);
            for (var start = Stopwatch.GetTimestamp(); start < end; start = Stopwatch.GetTimestamp())
            {
                var number = Interlocked.Increment(ref taken);
                if (number >= (long)PerItem * items.Length)
                {
                    throw new InvalidOperationException("Faster than expected: there are not enough items.");
                }

                var id = string.Create(CultureInfo.InvariantCulture, $"{run:x8}{number:x24}");
                var outcome = await items[number / PerItem].Reserve(new ReserveStock(
                    new Operation(id, id, notAfter, "bench"), new HoldId(id), "api", 1, notAfter, Pinned: true));
                Require(outcome);
                waits.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return waits;
        }
    }

    private static Operation Operation(string id) => new(id, id, TimeProvider.System.GetUtcNow() + Limits.IdempotencyKeyLifetime, "bench", ApprovedBy: "bench");

    private static void Require<T>(Outcome<T> outcome) where T : class
    {
        if (outcome.Rejection is { } refused)
        {
            throw new InvalidOperationException($"{refused.Code}: {refused.Detail}");
        }
    }
}
