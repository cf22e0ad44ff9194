using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pos.Tests.Rigs;

/// <summary>A Redis server of the tests' own, from the installed program, on a free loopback port and with nothing kept on the disk.</summary>
public sealed class RedisServer : IDisposable
{
    private const string Missing = "Redis' server program is not installed: 'apt-get install redis-server'.";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process? _process;

    public RedisServer()
    {
        if (Program() is not { } program)
        {
            return;
        }

        Port = ServerProcess.FreeAddress().Port;
        _process = Process.Start(new ProcessStartInfo(
            program,
            ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning"])
        {
            RedirectStandardOutput = true,
        })!;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        var began = Stopwatch.GetTimestamp();
        while (!Answers())
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new InvalidOperationException("The Redis server of the tests did not start.");
            }
        }
    }

    private int Port { get; }

    /// <summary>As the setting <c>ConnectionStrings:Cluster</c> takes it. Skips the test where there is no server.</summary>
    public string Connect()
    {
        if (_process is null)
        {
            Needs.Missing(Missing);
        }

        return string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
    }

    private static string? Program() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(static folder => Path.Combine(folder, "redis-server"))
        .FirstOrDefault(File.Exists);

    private bool Answers()
    {
        try
        {
            using var connection = new TcpClient();
            connection.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void OnExit(object? sender, EventArgs e) => _process?.Kill();
}
