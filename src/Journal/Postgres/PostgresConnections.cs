using Npgsql;

namespace Pos.Journal.Postgres;

/// <summary>Where the journal is, and the two ways to it: one connection that writes, a pool that reads.</summary>
internal sealed class PostgresConnections : IDisposable
{
    // Every query of ours is an ordered walk along an index. On tables that were never analysed the planner may not know, and a plan
    // that sorts or scans would be kept for the life of a connection.
    private const string Plans = "-c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

    private PostgresConnections(NpgsqlDataSource writing, NpgsqlDataSource reading, string place, PostgresJournalOptions options)
    {
        CommandMax = options.CommandTimeout;
        ConnectMax = options.ConnectTimeout;
        Writing = writing;
        Reading = reading;
        Place = place;
    }

    /// <summary>Opens new connections each time: one that failed is never met again.</summary>
    public NpgsqlDataSource Writing { get; }

    /// <summary>A pool.</summary>
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
        // Session settings that a role or the database may have otherwise: a commit is flushed before it is answered, and each statement
        // behind the lock sees what was committed before it.
        var session = $"{given.Options} {Plans} -c default_transaction_isolation=read\\ committed";
        var writing = new NpgsqlConnectionStringBuilder(given.ConnectionString)
        {
            Options = $"{session} -c enable_sort=off",
            Pooling = false,
            Multiplexing = false,
            Timeout = (int)options.ConnectTimeout.TotalSeconds,
            // Whoever runs a command bounds it himself and walks away. The driver's own bound would ask the server to cancel, on a second
            // connection, and a frozen server lets it wait there for ever.
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
            throw new JournalRefusedException($"{PostgresJournalOptions.ConnectionSetting} is empty: Journal:Provider=postgres needs Npgsql's connection string there.");
        NpgsqlConnectionStringBuilder parsed;
        try
        {
            parsed = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException or OverflowException)
        {
            // Not the inner exception's text alone: it may quote what stands in the string, and a password stands there too.
            throw new JournalRefusedException(
                $"{PostgresJournalOptions.ConnectionSetting} is no connection string that Npgsql can read ({e.GetType().Name}).");
        }

        if (string.IsNullOrWhiteSpace(parsed.Host))
            throw new JournalRefusedException($"{PostgresJournalOptions.ConnectionSetting} names no Host.");
        if (string.IsNullOrWhiteSpace(parsed.Database))
            parsed.Database = parsed.Username;
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
