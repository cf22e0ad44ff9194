using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pos.Cli.Load.Buyers;
using Pos.Tests.Rigs;

namespace Pos.Bench.Compare;

/// <summary>
/// Whether costs grow with history: the same measurements on a journal with few orders and on one with many, each on a server that was
/// just started, so that every grain has to be read back.
/// </summary>
internal static class Growth
{
    private const long Few = 1_000;
    private const long Many = 1_000_000;
    private const long ManyQuick = 20_000;
    private const int ColdOrders = 500;

    public static async Task RunAsync(Effort effort)
    {
        var machine = await Machine.Describe();
        var text = new StringBuilder(string.Create(
            CultureInfo.InvariantCulture,
            $"{machine} Two-line cash orders, written by the real grains at an even pace of a million in two days until now; every second one has the hot item in it, which then has one event of its own for every order; PostgreSQL vacuumed and checkpointed before it is measured. 'Cold' is the first request for a grain after a start.\n\n"));
        text.Append("| Journal | orders in it | orders/s, 64 clients (of rounds) | p99 ms | cold order, p50 / p99 ms | cold hot item, ms | start, ms | RSS MB, after start / after load | journal MB |\n");
        text.Append("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        using var postgres = new PostgresServer();
        foreach (var provider in new[] { "sqlite", "postgres" })
        {
            foreach (var orders in new[] { Few, effort == Effort.Quick ? ManyQuick : Many })
            {
                var row = await Row(provider, orders, postgres, effort);
                await Console.Error.WriteAsync(row);
                text.Append(row);
            }
        }

        await Document.Write("growth", text.ToString(), effort);
    }

    private static async Task<string> Row(string provider, long orders, PostgresServer postgres, Effort effort)
    {
        var folder = Directory.CreateTempSubdirectory("pos-bench-growth-").FullName;
        var database = postgres.CreateDatabase();
        string[] settings = [$"--Journal:Provider={provider}", $"--ConnectionStrings:Journal={postgres.ConnectionString(database)}"];
        var ids = await PastOrders.Write(folder, settings, orders, ColdOrders);
        try
        {
            // Two days of orders were written within minutes. The housekeeping of two days is done before anything is measured.
            if (provider == "postgres")
            {
                postgres.Execute(database, "VACUUM (ANALYZE)");
                postgres.Execute(database, "CHECKPOINT");
            }

            await using var silo = await SiloProcess.StartIn(folder, [.. settings, .. Comparison.NoRateLimit]);
            var started = silo.ResidentMegabytes;
            using var connection = await Orders.Connect(silo.Port);
            // Some orders, and an item with hardly any history, warm the program up before anything is timed.
            await Get(connection, "/api/v1/stores/bench/stock/sku-999");
            var cold = new List<double>();
            foreach (var id in ids)
            {
                cold.Add(await Get(connection, $"/api/v1/orders/{id}"));
            }

            cold.RemoveRange(0, ids.Length / 5);
            cold.Sort();
            var hot = await Get(connection, "/api/v1/stores/bench/stock/sku-0");
            await Wrk.Orders(silo, 50, effort.Turn);
            List<Figure> figures = [];
            for (var round = 0; round < Math.Max(1, effort.Rounds - 2); round++)
            {
                figures.Add(await Wrk.Orders(silo, 50, effort.Turn));
            }

            var size = provider == "sqlite"
                ? silo.JournalMegabytes
                : postgres.Scalar<long>(database, "SELECT pg_database_size(current_database())") / 1048576.0;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"| {provider} | {orders:#,0} | {figures.Median(f => f.Rate):#,0} ({figures.Min(f => f.Rate):#,0}–{figures.Max(f => f.Rate):#,0}) | {figures.Median(f => f.P99Ms ?? 0):0.0} | {cold[cold.Count / 2]:0.00} / {cold[(int)(cold.Count * 0.99)]:0.00} | {hot:0.0} | {silo.FirstAnswer.TotalMilliseconds:0} | {started:0} / {silo.ResidentMegabytes:0} | {size:#,0} |\n");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> Get(HttpWire connection, string path)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = await connection.Send(Orders.Request("GET", path, "-", ""), CancellationToken.None);
        var taken = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return answer.Status == 200 ? taken : throw new InvalidOperationException($"{path}: {answer.Status} {Encoding.UTF8.GetString(answer.Body.Span)}");
    }
}
