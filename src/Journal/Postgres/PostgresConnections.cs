using Npgsql;

namespace Pos.Journal.Postgres;

/// <summary>The two ways to the database: single connections that write, and a pool of connections that read.</summary>
internal sealed class PostgresConnections : IDisposable
{
    // Every query of the journal is an ordered walk along an index. On tables that were never analysed the planner might choose to sort or
    // to scan, and the connection would keep that plan for its life.
    private const string Plans = "-c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

    private PostgresConnections(NpgsqlDataSource writing, NpgsqlDataSource reading, string place, PostgresJournalOptions options)
    {
        CommandMax = options.CommandTimeout;
        ConnectMax = options.ConnectTimeout;
        Writing = writing;
        Reading = reading;
        Place = place;
    }

    /// <summary>Opens a new connection each time, so that a broken one is never used again.</summary>
    public NpgsqlDataSource Writing { get; }

    /// <summary>Takes connections from a pool.</summary>
    public NpgsqlDataSource Reading { get; }

    /// <summary>How long a command may take.</summary>
    public TimeSpan CommandMax { get; }

    /// <summary>How long a connection may take to come about.</summary>
    public TimeSpan ConnectMax { get; }

    /// <summary>Database and host, for people; never the password.</summary>
    public string Place { get; }

    /// <exception cref="JournalRefusedException">The connection string is missing or cannot be read.</exception>
    public static PostgresConnections Create(PostgresJournalOptions options)
    {
        var given = Parse(options.ConnectionString);
        var place = $"database '{given.Database}' at {given.Host}";
        // A role or the database may have other defaults. Each statement behind the lock must see everything that was committed before.
        var session = $"{given.Options} {Plans} -c default_transaction_isolation=read\\ committed";
        var writing = new NpgsqlConnectionStringBuilder(given.ConnectionString)
        {
            Options = $"{session} -c enable_sort=off",
            Pooling = false,
            Multiplexing = false,
            Timeout = (int)options.ConnectTimeout.TotalSeconds,
            // PostgresLink.Within bounds each command and leaves it behind. The driver's own time-out would ask the server to cancel, on a
            // second connection, and a frozen server would let it wait there for ever.
            CommandTimeout = 0,
            CancellationTimeout = -1,
            TcpKeepAlive = true,
            TcpKeepAliveTime = 10,
            TcpKeepAliveInterval = 5,
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 1,
            // A batch leaves in a few writes instead of hundreds.
            WriteBufferSize = 256 * 1024,
            Enlist = false,
            ApplicationName = given.ApplicationName ?? "pos journal",
        };
        var reading = new NpgsqlConnectionStringBuilder(writing.ConnectionString)
        {
            Options = $"{session} -c enable_sort=off",
            Pooling = true,
            MinPoolSize = 0,
            MaxPoolSize = options.ReadersMax,
            WriteBufferSize = 8 * 1024,
            ReadBufferSize = 64 * 1024,
        };
        return new PostgresConnections(Build(writing), Build(reading), place, options);
    }

    public void Dispose()
    {
        Writing.Dispose();
        Reading.Dispose();
    }

    private static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            throw new JournalRefusedException($"{PostgresJournalOptions.ConnectionSetting} is empty: Journal:Provider=postgres needs Npgsql's connection string there.");
        }

        NpgsqlConnectionStringBuilder parsed;
        try
        {
            parsed = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException or OverflowException)
        {
            // Without the inner exception's text: it may quote the string, and the string holds a password.
            throw new JournalRefusedException(
                $"{PostgresJournalOptions.ConnectionSetting} is no connection string that Npgsql can read ({e.GetType().Name}).");
        }

        if (string.IsNullOrWhiteSpace(parsed.Host))
        {
            throw new JournalRefusedException($"{PostgresJournalOptions.ConnectionSetting} names no Host.");
        }

        if (string.IsNullOrWhiteSpace(parsed.Database))
        {
            parsed.Database = parsed.Username;
        }

        return parsed;
    }

    private static NpgsqlDataSource Build(NpgsqlConnectionStringBuilder settings)
    {
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        return settings.Host!.Contains(',', StringComparison.Ordinal)
            ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.ReadWrite)
            : builder.Build();
    }
}
