using System.Diagnostics;
using System.Globalization;

namespace Pos.Bench.Compare;

/// <summary>
/// Durable reservations of one item through its grain, without HTTP. An item refuses more live holds than its limit, so everyone moves
/// on to the next item together before that: at any moment all callers want the same one.
/// </summary>
internal static class Reservations
{
    private const int PerItem = Limits.LiveHoldsPerItemMax - 10_000;
    private const int RateMax = 250_000;
    private static int _runs;

    /// <param name="callers">Number of concurrent callers.</param>
    /// <param name="turn">Length of the turn.</param>
    /// <param name="settings">Settings of the journal, without its path.</param>
    public static async Task<Figure> Measure(int callers, TimeSpan turn, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("pos-bench-grain-").FullName;
        try
        {
            await using var host = await GrainHost.Start(folder, TimeProvider.System, settings);
            // On PostgreSQL the turns share one database: every turn has items of its own.
            var run = Interlocked.Increment(ref _runs);
            var items = new IStockGrain[(int)(turn.TotalSeconds * RateMax / PerItem) + 1];
            for (var n = 0; n < items.Length; n++)
            {
                items[n] = await host.Item(string.Create(CultureInfo.InvariantCulture, $"hot-{run}-{n}"), 1_000_000);
            }

            return await Reserve(items, run, callers, turn);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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
                GrainHost.Require(await items[number / PerItem].Reserve(new ReserveStock(
                    new Operation(id, id, notAfter, "bench"), new HoldId(id), $"order:{id}", 1, notAfter, Pinned: true)));
                waits.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return waits;
        }
    }
}
