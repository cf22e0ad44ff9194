using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pos.Bench;

/// <summary>The real server in a process of its own, on a free loopback port and an empty journal.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    /// <summary>The key of every request.</summary>
    public const string Key = "bench-operator";

    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly string _data;
    private readonly bool _keep;

    private SiloProcess(Process process, string data, bool keep, int port, TimeSpan start)
    {
        _process = process;
        _data = data;
        _keep = keep;
        Port = port;
        FirstAnswer = start;
    }

    public int Port { get; }

    /// <summary>From the start of the process to its first served request.</summary>
    public TimeSpan FirstAnswer { get; }

    public double ResidentMegabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    /// <summary>Processor time so far. On a busy machine it is steadier than wall-clock time.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public double JournalMegabytes =>
        new DirectoryInfo(_data).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) / 1048576.0;

    /// <summary>A silo of Orleans with one grain and nothing else.</summary>
    public static async Task<SiloProcess> StartBare()
    {
        var port = FreePort.Next();
        return await Launch(port, Directory.CreateTempSubdirectory("pos-bench-").FullName, keep: false,
            [Program("Bare"), $"--Urls=http://127.0.0.1:{port}", $"--SiloPort={FreePort.Next()}", $"--GatewayPort={FreePort.Next()}"]);
    }

    /// <summary>Starts the server on an empty journal, which is deleted with the server.</summary>
    public static Task<SiloProcess> Start(params string[] settings) => StartProgram(Program("Silo"), settings);

    /// <summary>Starts the server on the journal in a folder, which stays.</summary>
    public static Task<SiloProcess> StartIn(string folder, params string[] settings) => Start(Program("Silo"), folder, keep: true, settings);

    /// <summary>Starts the server of another build on an empty journal, which is deleted with the server.</summary>
    /// <param name="dll">Path of that build's <c>Pos.Silo.dll</c>.</param>
    /// <param name="settings">Settings as on the server's command line.</param>
    public static Task<SiloProcess> StartProgram(string dll, params string[] settings) =>
        Start(dll, Directory.CreateTempSubdirectory("pos-bench-").FullName, keep: false, settings);

    private static async Task<SiloProcess> Start(string dll, string data, bool keep, string[] settings)
    {
        var port = FreePort.Next();
        var arguments = new List<string> { dll, $"--Urls=http://127.0.0.1:{port}", "--environment=Development", "--Orleans:Endpoints:SiloPort=0", "--Orleans:Endpoints:GatewayPort=0", $"--Journal:Path={data}", "--Pos:Demo=false", "--Logging:LogLevel:Default=Warning", "--Api:Keys:0:Actor=bench", "--Api:Keys:0:Role=operator",
            $"--Api:Keys:0:Sha256={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))}" };
        arguments.AddRange(settings);
        return await Launch(port, data, keep, arguments);
    }

    private static string Program(string project) => Path.GetFullPath(
        Path.Combine(AppContext.BaseDirectory, "..", "..", project, Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/', '\\')), $"Pos.{project}.dll"));

    private static async Task<SiloProcess> Launch(int port, string data, bool keep, IEnumerable<string> arguments)
    {
        var clock = Stopwatch.StartNew();
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("The server does not start.");
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        await FirstServed(port, process, clock);
        return new SiloProcess(process, data, keep, port, clock.Elapsed);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (!_keep)
        {
            Directory.Delete(_data, recursive: true);
        }
    }

    private static async Task FirstServed(int port, Process process, Stopwatch clock)
    {
        using var client = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")) };
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
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
            catch (HttpRequestException) when (clock.Elapsed < StartMax && !process.HasExited)
            {
                // The server does not listen yet.
            }

            await pause.WaitForNextTickAsync();
        }
    }
}
