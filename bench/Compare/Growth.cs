using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pos.Tests.Rigs;

namespace Pos.Bench.Compare;

/// <summary>
/// Whether costs grow with history: the same measurements on an almost empty journal and after many orders, each on a server that was
/// killed and started again, so that every grain has to be read back.
/// </summary>
internal static class Growth
{
    private const int OrdersFull = 1_000_000;
    private const int OrdersQuick = 20_000;
    private const int ColdOrders = 500;

    public static async Task RunAsync(Effort effort)
    {
        var machine = await Machine.Describe();
        var text = new StringBuilder(string.Create(
            CultureInfo.InvariantCulture, $"{machine} Half of the orders have one hot item as their first line: two events of it each.\n\n"));
        text.Append("| Journal | orders in it | orders/s, 64 clients | p99 ms | activation of an order, p50 / p99 ms | first answer of the hot item, ms | start, ms | RSS MB, after start / after load | file MB |\n");
        text.Append("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        using var postgres = new PostgresServer();
        foreach (var provider in new[] { "sqlite", "postgres" })
        {
            var folder = Directory.CreateTempSubdirectory("pos-bench-growth-").FullName;
            string[] settings =
            [
                "--Api:RequestsPerSecondMax=1000000", "--Api:RequestsBurstMax=1000000", $"--Journal:Provider={provider}",
                $"--ConnectionStrings:Journal={postgres.ConnectionString(postgres.CreateDatabase())}",
            ];
            var total = effort == Effort.Quick ? OrdersQuick : OrdersFull;
            string[] early;
            await using (var silo = await SiloProcess.StartIn(folder, settings))
            {
                await Orders.OpenShop(silo.Port);
                early = await PlaceSome(silo.Port, "early");
            }

            text.Append(await Row(provider, ColdOrders, folder, settings, early, effort));
            var late = await Grow(folder, settings, total, effort);
            text.Append(await Row(provider, total, folder, settings, [.. early.Where((_, i) => i % 2 == 0), .. late.Where((_, i) => i % 2 == 0)], effort));
            Directory.Delete(folder, recursive: true);
        }

        await Document.Write("growth", text.ToString());
    }

    private static async Task<string> Row(string provider, long orders, string folder, string[] settings, string[] ids, Effort effort)
    {
        await using var silo = await SiloProcess.StartIn(folder, settings);
        var started = silo.ResidentMegabytes;
        using var connection = new HttpConnection();
        await connection.Connect(silo.Port);
        // The store and the way there are warm before anything is timed.
        await Get(connection, "/api/v1/stores/bench");
        await Get(connection, "/api/v1/stores/bench/stock/sku-999");
        var hot = await Get(connection, "/api/v1/stores/bench/stock/sku-0");
        List<double> activations = [];
        foreach (var id in ids)
        {
            activations.Add(await Get(connection, $"/api/v1/orders/{id}"));
        }

        activations.Sort();
        await Wrk.Measure(silo, 50, effort.Turn / 2);
        List<Figure> figures = [];
        for (var round = 0; round < Math.Max(1, effort.Rounds - 2); round++)
        {
            figures.Add(await Wrk.Measure(silo, 50, effort.Turn));
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {provider} | {orders:#,0} | {Median(figures, f => f.Rate):#,0} | {Median(figures, f => f.P99Ms ?? 0):0.0} | {activations[activations.Count / 2]:0.00} / {activations[(int)(activations.Count * 0.99)]:0.00} | {hot:0.0} | {silo.FirstAnswer.TotalMilliseconds:0} | {started:0} / {silo.ResidentMegabytes:0} | {silo.JournalMegabytes:#,0} |\n");
    }

    private static async Task<string[]> Grow(string folder, string[] settings, long total, Effort effort)
    {
        await using var silo = await SiloProcess.StartIn(folder, settings);
        var placed = 0L;
        while (placed < total)
        {
            var figure = await Wrk.Measure(silo, 50, effort.Turn);
            placed += (long)(figure.Rate * effort.Turn.TotalSeconds);
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{placed:#,0} of {total:#,0} orders, {figure.Rate:#,0}/s, {silo.ResidentMegabytes:0} MB"));
        }

        return await PlaceSome(silo.Port, "late");
    }

    private static async Task<string[]> PlaceSome(int port, string name)
    {
        const string Id = "\"id\":\"";
        using var connection = new HttpConnection();
        await connection.Connect(port);
        var ids = new string[ColdOrders];
        for (var n = 0; n < ids.Length; n++)
        {
            var status = await connection.Send(HttpConnection.Request(
                "POST", "/api/v1/orders", string.Create(CultureInfo.InvariantCulture, $"{name}-{n}"),
                """{"store":"bench","till":"till-1","lines":[{"sku":"sku-7","quantity":1},{"sku":"sku-8","quantity":2}],"cash":{"amount":1000,"currency":"EUR"}}"""));
            var answer = connection.LastAnswer(2_048);
            ids[n] = status == 201
                ? answer.Substring(answer.IndexOf(Id, StringComparison.Ordinal) + Id.Length, 32)
                : throw new InvalidOperationException($"{status} {answer}");
        }

        return ids;
    }

    private static async Task<double> Get(HttpConnection connection, string path)
    {
        var began = Stopwatch.GetTimestamp();
        var status = await connection.Send(HttpConnection.Request("GET", path, "-", ""));
        var taken = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return status == 200 ? taken : throw new InvalidOperationException($"{path}: {status} {connection.LastAnswer(600)}");
    }

    private static double Median(List<Figure> figures, Func<Figure, double> of) => figures.Select(of).Order().ElementAt(figures.Count / 2);
}
