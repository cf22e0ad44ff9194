using System.Diagnostics;
using System.Globalization;

namespace Pos.Bench.Compare;

/// <summary>A till's session over HTTP: open a cart, add two lines, check out with a card. Four requests; their sum is its latency.</summary>
internal static class Sessions
{
    private const int Clients = 64;
    private const string IdField = "\"id\":\"";
    private const int IdLength = 32;
    private static int runs;

    public static async Task<Figure> Measure(SiloProcess silo, TimeSpan turn)
    {
        var worked = silo.ProcessorTime;
        var run = Interlocked.Increment(ref runs);
        var began = Stopwatch.GetTimestamp();
        var end = began + (long)(turn.TotalSeconds * Stopwatch.Frequency);
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(() => Client(silo.Port, run, client, end))));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        double[] taken = [.. clients.SelectMany(client => client).Order()];
        return new Figure(
            taken.Length / seconds, taken.Average(), taken[(int)(taken.Length * 0.99)],
            string.Create(CultureInfo.InvariantCulture, $"{(silo.ProcessorTime - worked).TotalMicroseconds / taken.Length:0} µs of the server's processor each"));
    }

    private static async Task<List<double>> Client(int port, int run, int client, long end)
    {
        using var connection = new HttpConnection();
        await connection.Connect(port);
        List<double> taken = [];
        for (var n = 0; Stopwatch.GetTimestamp() < end; n++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"session{Environment.ProcessId}-{run}-{client}-{n}");
            var item = (client * 7919) + (n * 31);
            var began = Stopwatch.GetTimestamp();
            await Must(connection, "/api/v1/carts", key, """{"store":"bench","till":"till-1"}""");
            var answer = connection.LastAnswer(2_048);
            var cart = $"/api/v1/carts/{answer.Substring(answer.IndexOf(IdField, StringComparison.Ordinal) + IdField.Length, IdLength)}";
            await Must(connection, $"{cart}/lines", $"{key}-1", Line(item % Orders.Items, 1));
            await Must(connection, $"{cart}/lines", $"{key}-2", Line((item + 1) % Orders.Items, 2));
            await Must(connection, $"{cart}/checkout", key, """{"cards":[{"token":"tok_approve"}]}""");
            taken.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return taken;
    }

    private static string Line(int item, int quantity) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"sku":"sku-{{item}}","quantity":{{quantity}}}""");

    private static async Task Must(HttpConnection connection, string path, string key, string body)
    {
        if (await connection.Send(HttpConnection.Request("POST", path, key, body)) is not (200 or 201) and var status)
        {
            throw new InvalidOperationException($"{path}: {status} {connection.LastAnswer(600)}");
        }
    }
}
