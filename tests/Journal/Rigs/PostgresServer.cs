using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Pos.Tests.Rigs;

/// <summary>
/// A PostgreSQL server of the tests' own, from the installed programs: in a temporary folder, on a free loopback port, flushing, and not
/// as root. Each test has a database of its own in it. Where the programs are not installed nothing is started, and whoever asks for a database is told.
/// </summary>
public sealed partial class PostgresServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const string Missing = "PostgreSQL's server programs are not installed: 'apt-get install postgresql', or name their folder in POS_POSTGRES_BIN.";

    private readonly string? _programs = FindPrograms();
    private readonly string _root = Directory.CreateTempSubdirectory("pos-postgres-").FullName;
    private Process? _process;
    private int _databases;

    public PostgresServer()
    {
        if (_programs is null)
        {
            return;
        }

        AppDomain.CurrentDomain.ProcessExit += OnExit;
        // The server refuses to run as root: it gets the user that its package made.
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", "postgres", _root);
        }

        RunAsServer(Path.Combine(_programs, "initdb"), "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "-D", Data);
        Port = FreePort();
        Start();
    }

    public int Port { get; }

    private string Data => Path.Combine(_root, "data");

    /// <summary>Connects to a database as the server's superuser.</summary>
    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port.ToString(CultureInfo.InvariantCulture)};Database={database};Username=postgres";

    /// <summary>A new, empty database.</summary>
    public string CreateDatabase()
    {
        if (_programs is null)
        {
            Refuse(Missing);
            throw new InvalidOperationException(Missing);
        }

        var name = $"test_{Interlocked.Increment(ref _databases)}";
        Execute("postgres", $"CREATE DATABASE {name}");
        return name;
    }

    public void Execute(string database, string sql)
    {
        using var connection = Open(database);
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    public T Scalar<T>(string database, string sql)
    {
        using var connection = Open(database);
        using var command = new NpgsqlCommand(sql, connection);
        return (T)command.ExecuteScalar()!;
    }

    /// <summary>A connection for a test's own ends, not from any pool.</summary>
    public NpgsqlConnection Open(string database)
    {
        var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false;Timeout=60;Command Timeout=60");
        connection.Open();
        return connection;
    }

    public void Start()
    {
        var start = AsServer(Path.Combine(_programs!, "postgres"), ["-D", Data, "-k", _root, "-p", Port.ToString(CultureInfo.InvariantCulture)]);
        foreach (var setting in (string[])
        [
            "listen_addresses=127.0.0.1", "fsync=on", "synchronous_commit=on", "max_connections=200", "log_min_messages=panic",
            "log_min_error_statement=panic",
        ])
        {
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(setting);
        }

        _process = Process.Start(start)!;
        var began = Stopwatch.GetTimestamp();
        while (!Answers())
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new InvalidOperationException("The PostgreSQL server of the tests did not start.");
            }
        }
    }

    /// <summary>As <c>pg_ctl stop -m immediate</c>, or a machine that goes down: nothing is tidied up.</summary>
    public void Kill()
    {
        RunAsServer(Path.Combine(_programs!, "pg_ctl"), "stop", "-m", "immediate", "-w", "-D", Data);
        _process!.WaitForExit();
    }

    /// <summary>As an operator stops it: sessions are ended, what is committed is kept.</summary>
    public void Stop()
    {
        RunAsServer(Path.Combine(_programs!, "pg_ctl"), "stop", "-m", "fast", "-w", "-D", Data);
        _process!.WaitForExit();
    }

    /// <summary>Neither answers nor refuses until it is thawed.</summary>
    public void Freeze() => Signal("-STOP");

    public void Thaw() => Signal("-CONT");

    /// <summary>No file may grow beyond so many bytes through one of the server's processes: for it, the disk is full.</summary>
    public void LimitFiles(int process, long bytes) =>
        RunAsServer("prlimit", $"--pid={process}", string.Create(CultureInfo.InvariantCulture, $"--fsize={bytes}"));

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        if (_process is { HasExited: false })
        {
            Thaw();
            Kill();
        }

        _process?.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    /// <summary>How the program that uses this takes it that there is no server.</summary>
    static partial void Refuse(string missing);

    private static string? FindPrograms()
    {
        var given = Environment.GetEnvironmentVariable("POS_POSTGRES_BIN");
        var found = given is { Length: > 0 } ? [given]
            : Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Order().Reverse()
            : [];
        return found.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Run(string program, params string[] arguments)
    {
        using var ran = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Finish(ran, program);
    }

    private static void Finish(Process ran, string program)
    {
        var errors = ran.StandardError.ReadToEndAsync();
        ran.StandardOutput.ReadToEnd();
        if (!ran.WaitForExit(Patience) || ran.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program}: {errors.GetAwaiter().GetResult()}");
        }
    }

    private static ProcessStartInfo AsServer(string program, IEnumerable<string> arguments)
    {
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program])
            : new ProcessStartInfo(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.WorkingDirectory = "/";
        return start;
    }

    private static void RunAsServer(string program, params string[] arguments)
    {
        var start = AsServer(program, arguments);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var ran = Process.Start(start)!;
        Finish(ran, program);
    }

    private void Signal(string signal)
    {
        // The server first, so that it starts nothing more; then its children, which are one process each and may end at any moment.
        Send(signal, _process!.Id.ToString(CultureInfo.InvariantCulture));
        foreach (var child in File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Send(signal, child);
        }
    }

    private static void Send(string signal, string process)
    {
        using var sent = Process.Start(new ProcessStartInfo("kill", [signal, process]) { RedirectStandardError = true })!;
        sent.WaitForExit();
    }

    private bool Answers()
    {
        try
        {
            using var connection = Open("postgres");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private void OnExit(object? sender, EventArgs e)
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
        }
    }
}
