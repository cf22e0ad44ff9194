using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace Pos.Bench.Compare;

/// <summary>A Redis of the benchmark's own that syncs its file before it answers: a decrement that may not go below zero, and an entry in a stream.</summary>
internal sealed class Redis : IAsyncDisposable
{
    private const int Clients = 50;
    private const int ExpectedRate = 50_000;
    private const long Stock = 1_000_000_000;
    private const string Script =
        "local left = redis.call('DECR', KEYS[1]) if left < 0 then redis.call('INCR', KEYS[1]) return 0 end redis.call('XADD', KEYS[2], '*', 'sale', ARGV[1]) return 1";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly ConnectionMultiplexer _connection;
    private readonly string _folder;
    private readonly string _port;

    private Redis(Process process, ConnectionMultiplexer connection, string folder, string port) =>
        (_process, _connection, _folder, _port) = (process, connection, folder, port);

    private IServer Server => _connection.GetServers()[0];

    public static async Task<Redis> Start()
    {
        var folder = Directory.CreateTempSubdirectory("pos-bench-redis-").FullName;
        var port = Programs.Text(FreePort.Next());
        var process = Programs.Start(
            "redis-server", "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes", "--appendfsync", "always", "--save", "",
            "--loglevel", "warning");
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new Redis(process, await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port},allowAdmin=true"), folder, port);
            }
            catch (RedisConnectionException) when (!process.HasExited && Stopwatch.GetElapsedTime(began) < Patience)
            {
                // Redis does not listen yet.
            }
        }
    }

    public async Task<Figure> Measure(TimeSpan turn)
    {
        await Server.FlushAllDatabasesAsync();
        var database = _connection.GetDatabase();
        await database.StringSetAsync("stock", Stock);
        var script = Convert.ToHexStringLower(await Server.ScriptLoadAsync(Script));
        var requests = (long)(turn.TotalSeconds * ExpectedRate);
        var csv = await Programs.Run(
            "redis-benchmark", "-p", _port, "-c", Programs.Text(Clients), "-n", Programs.Text(requests), "--csv", "evalsha", script, "2", "stock", "sales", new string('x', 100));
        // The last line: "test","rps","avg","min","p50","p95","p99","max", latencies in milliseconds.
        var fields = csv.TrimEnd().Split('\n')[^1].Split(',').Select(field => field.Trim('"', '\r')).ToArray();
        var sold = Stock - (long)await database.StringGetAsync("stock");
        return sold == requests
            ? new Figure(Number(fields[1]), Number(fields[2]), Number(fields[6]))
            : throw new InvalidOperationException($"Redis sold {sold} of {requests}.");
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
