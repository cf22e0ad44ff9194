using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pos.Cli.Load.Buyers;

namespace Pos.Bench;

/// <summary>Two-line cash orders through the real server: 1,000 items, and one hot item in every order.</summary>
internal static class Orders
{
    internal const int Items = 1_000;
    private const int Seconds = 10;
    private static readonly int[] Clients = [1, 8, 64];
    private static readonly TimeSpan AnswerMax = TimeSpan.FromMinutes(1);

    public static async Task RunAsync()
    {
        await using var silo = await SiloProcess.Start();
        await OpenShop(silo.Port);
        await Load(silo, 64, hot: false, "warm-up");
        foreach (var clients in Clients)
        {
            foreach (var hot in new[] { false, true })
            {
                await Load(silo, clients, hot, hot ? "one hot SKU" : "1,000 SKUs");
            }
        }

        Console.WriteLine(FormattableString.Invariant($"server: {silo.ResidentMegabytes:F0} MB resident, journal {silo.JournalMegabytes:F0} MB"));
    }

    internal static async Task OpenShop(int port)
    {
        using var connection = await Connect(port);
        await Must(connection, Request(
            "PUT", "/api/v1/stores/bench", "-",
            """{"name":"Bench","district":"","kind":"shop","currency":"EUR","timeZone":"Europe/Berlin","taxInclusive":true,"taxRates":{"standard":1900},"tills":["till-1"]}"""));
        for (var item = 0; item < Items; item++)
        {
            await Must(connection, Request(
                "PUT", $"/api/v1/products/sku-{item}", "-",
                """{"name":"Thing","description":"","category":"","price":{"amount":199,"currency":"EUR"},"taxClass":"standard","kind":"goods","active":true}"""));
            await Must(connection, Request(
                "POST", $"/api/v1/stores/bench/stock/sku-{item}/receipts", $"open-{item}", """{"quantity":1000000000}"""));
        }
    }

    private static async Task Must(HttpWire connection, byte[] request)
    {
        var answer = await connection.Send(request, CancellationToken.None);
        if (answer.Status is < 200 or > 299)
        {
            throw new InvalidOperationException($"Status {answer.Status}: {Encoding.UTF8.GetString(answer.Body.Span)}");
        }
    }

    /// <summary>A connection that sends prepared bytes, as the load generator of <c>pos</c> does: it takes little of the cores that it shares with the server.</summary>
    internal static async Task<HttpWire> Connect(int port)
    {
        var wire = new HttpWire(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")), AnswerMax);
        await wire.Connect(CancellationToken.None);
        return wire;
    }

    internal static byte[] Request(string method, string path, string key, string body) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {SiloProcess.Key}\r\nContent-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));

    private static async Task Load(SiloProcess silo, int clients, bool hot, string name)
    {
        var worked = silo.ProcessorTime;
        var run = Stopwatch.GetTimestamp();
        var end = run + (Seconds * Stopwatch.Frequency);
        var workers = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() => Client(silo.Port, client, hot, run, end))));
        var elapsed = Stopwatch.GetElapsedTime(run).TotalSeconds;
        var latencies = workers.SelectMany(worker => worker.Latencies).ToArray();
        Array.Sort(latencies);
        var failed = workers.Sum(worker => worker.NotCreated);
        Console.WriteLine(FormattableString.Invariant(
            $"{name,-12} {clients,3} clients: {latencies.Length / elapsed,8:F0} orders/s   mean {Milliseconds(latencies.Average()):F2}  p50 {At(latencies, 0.5):F2}  p95 {At(latencies, 0.95):F2}  p99 {At(latencies, 0.99):F2}  max {At(latencies, 1):F2} ms   server {(silo.ProcessorTime - worked).TotalMicroseconds / latencies.Length:F0} µs of processor an order   not 201: {failed}"));
    }

    private static async Task<(List<long> Latencies, int NotCreated)> Client(int port, int client, bool hot, long run, long end)
    {
        using var connection = await Connect(port);
        var latencies = new List<long>(100_000);
        var notCreated = 0;
        var state = (uint)(client + 1) * 2654435761u;
        for (var n = 0; ; n++)
        {
            var first = hot ? 0 : Next(ref state);
            var second = Next(ref state);
            var request = Request(
                "POST", "/api/v1/orders", $"{run}-{client}-{n}",
                $$$"""{"store":"bench","till":"till-1","lines":[{"sku":"sku-{{{first}}}","quantity":1},{"sku":"sku-{{{second}}}","quantity":2}],"cash":{"amount":1000,"currency":"EUR"}}""");
            var start = Stopwatch.GetTimestamp();
            if (start >= end)
            {
                return (latencies, notCreated);
            }

            var answer = await connection.Send(request, CancellationToken.None);
            latencies.Add(Stopwatch.GetTimestamp() - start);
            notCreated += answer.Status == 201 ? 0 : 1;
        }
    }

    // A seeded xorshift: every run asks for the same items.
    private static int Next(ref uint state)
    {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        return (int)(state % Items);
    }

    private static double At(long[] sorted, double share) => Milliseconds(sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))]);

    private static double Milliseconds(double ticks) => ticks * 1000 / Stopwatch.Frequency;
}
