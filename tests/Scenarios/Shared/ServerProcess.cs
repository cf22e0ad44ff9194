using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pos.Tests;

/// <summary>One of our programs in a process of its own, in a folder of its own.</summary>
public sealed class ServerProcess : IDisposable
{
    private const int LinesMax = 200;
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(120);

    private readonly ConcurrentQueue<string> _said = new();
    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;
    private readonly string _name;
    private bool _isDisposed;

    private ServerProcess(string name, Process process, Uri address)
    {
        _name = name;
        _process = process;
        Address = address;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>The address that it listens at.</summary>
    public Uri Address { get; }

    public bool HasEnded => _isDisposed || _process.HasExited;

    /// <summary>The last lines that it wrote.</summary>
    public string Said => string.Join('\n', _said);

    /// <summary>
    /// Starts a program and waits until it is ready. It runs in the environment Development, where the simulated provider takes cards, unless the settings
    /// name another <c>environment</c>.
    /// </summary>
    /// <param name="program">The name of its project.</param>
    /// <param name="folder">The folder that it runs in.</param>
    /// <param name="address">The address to listen at.</param>
    /// <param name="settings">Its settings.</param>
    public static async Task<ServerProcess> Start(string program, string folder, Uri address, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var server = Begin(program, folder, address, settings);
        try
        {
            await server.BecomesReady();
            return server;
        }
        catch
        {
            server.Kill();
            server.Dispose();
            throw;
        }
    }

    /// <summary>Starts a program as <see cref="Start"/> does, and does not wait.</summary>
    public static ServerProcess Begin(string program, string folder, Uri address, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var dll = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", program, configuration, $"Pos.{program}.dll"));
        var start = new ProcessStartInfo("dotnet", [dll, $"--Urls={address}", "--environment=Development", .. settings.Select(setting => $"--{setting.Key}={setting.Value}")])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new ServerProcess(program, Process.Start(start)!, address);
    }

    /// <summary>An address with a port that no program uses.</summary>
    public static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    /// <summary>Waits for its first line.</summary>
    public Task<string> FirstLine() => _firstLine.Task.WaitAsync(StartMax, TimeProvider.System);

    /// <summary>Kills it, like <c>kill -9</c>.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Stops it with SIGTERM, as an operator or Kubernetes does.</summary>
    public async Task Stop()
    {
        Signal("-TERM");
        await Ends(StopMax);
        Assert.True(_process.ExitCode is 0 or 143, $"{_name} ended with {_process.ExitCode}:\n{Said}");
    }

    /// <summary>Stops all its threads until <see cref="Thaw"/>: it neither answers nor refuses meanwhile.</summary>
    public void Freeze() => Signal("-STOP");

    public void Thaw() => Signal("-CONT");

    /// <summary>Waits until it has ended.</summary>
    public async Task Ends(TimeSpan withinMax)
    {
        using var patience = new CancellationTokenSource(withinMax, TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{_name} has not ended within {withinMax}:\n{Said}");
        }
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        if (!HasEnded)
        {
            Kill();
        }

        _isDisposed = true;
        _process.Dispose();
    }

    private async Task BecomesReady()
    {
        using var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(10) };
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException)
            {
                // It does not listen yet.
            }

            if (_process.HasExited)
            {
                // The wait ends when all output has been read, so the message has the reason.
                await _process.WaitForExitAsync();
                Assert.Fail($"{_name} does not start:\n{Said}");
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < StartMax, $"{_name} is not ready:\n{Said}");
            await pause.WaitForNextTickAsync();
        }
    }

    private void Signal(string signal)
    {
        using var sent = Process.Start("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        sent.WaitForExit();
    }

    private void Note(string? line)
    {
        if (line is not null)
        {
            _firstLine.TrySetResult(line);
            _said.Enqueue(line);
            while (_said.Count > LinesMax)
            {
                _said.TryDequeue(out _);
            }
        }
    }

    private void OnExit(object? sender, EventArgs e)
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }
}
