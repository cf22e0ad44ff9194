using System.Diagnostics;
using System.Globalization;

namespace Pos.Bench.Compare;

/// <summary>A Redis of the benchmark's own that syncs its file before it answers: a decrement that may not go below zero, and an entry in a stream.</summary>
internal sealed class Redis : IAsyncDisposable
{
    private const int Clients = 50;
    private const int ExpectedRate = 50_000;
    private const string Script =
        "local left = redis.call('DECR', KEYS[1]) if left < 0 then redis.call('INCR', KEYS[1]) return 0 end redis.call('XADD', KEYS[2], '*', 'sale', ARGV[1]) return 1";

    private readonly Process _server;
    private readonly string _folder;
    private readonly string _port;

    private Redis(Process server, string folder, string port) => (_server, _folder, _port) = (server, folder, port);

    public static async Task<Redis> Start()
    {
        var folder = Directory.CreateTempSubdirectory("pos-bench-redis-").FullName;
        var port = Programs.Text(Programs.FreePort());
        var server = Programs.Start(
            "redis-server", "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes", "--appendfsync", "always", "--save", "",
            "--loglevel", "warning");
        var began = Stopwatch.GetTimestamp();
        while (!await Answers(port))
        {
            if (server.HasExited || Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(20))
            {
                throw new InvalidOperationException("The Redis server did not start.");
            }
        }

        return new Redis(server, folder, port);
    }

    public async Task<Figure> Measure(TimeSpan turn)
    {
        await Cli("flushall");
        await Cli("set", "stock", "1000000000");
        var sha = (await Cli("script", "load", Script)).Trim();
        var requests = Programs.Text((long)(turn.TotalSeconds * ExpectedRate));
        var csv = await Programs.Run(
            "redis-benchmark", "-p", _port, "-c", Programs.Text(Clients), "-n", requests, "--csv", "evalsha", sha, "2", "stock", "sales", new string('x', 100));
        // The last line: "test","rps","avg","min","p50","p95","p99","max", latencies in milliseconds.
        var fields = csv.TrimEnd().Split('\n')[^1].Split(',').Select(field => field.Trim('"', '\r')).ToArray();
        var sold = 1_000_000_000 - long.Parse((await Cli("get", "stock")).Trim(), CultureInfo.InvariantCulture);
        return sold.ToString(CultureInfo.InvariantCulture) == requests
            ? new Figure(Number(fields[1]), Number(fields[2]), Number(fields[6]))
            : throw new InvalidOperationException($"Redis sold {sold} of {requests}.");
    }

    public async ValueTask DisposeAsync()
    {
        _server.Kill();
        await _server.WaitForExitAsync();
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static async Task<bool> Answers(string port)
    {
        try
        {
            return (await Programs.Run("redis-cli", "-p", port, "ping")).Contains("PONG", StringComparison.Ordinal);
        }
        catch (InvalidOperationException e) when (e.InnerException is null)
        {
            return false;
        }
    }

    private Task<string> Cli(params IEnumerable<string> command) => Programs.Run("redis-cli", ["-p", _port, .. command]);
}
