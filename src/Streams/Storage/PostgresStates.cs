using Npgsql;
using Orleans;
using Orleans.Runtime;
using Pos.Journal;

namespace Pos.Streams.Storage;

/// <summary>The tables of <c>states.sql</c> in the journal's database.</summary>
internal sealed class PostgresStates(string connectionString) : ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>Raised with every change of the script.</summary>
    public const int Version = 1;

    /// <summary>
    /// Most connections of Orleans' pool, where the connection string does not say. Npgsql's own default of a hundred would be more for one silo than a
    /// PostgreSQL server takes from all.
    /// </summary>
    public const int PoolMax = 8;

    private const string Schema = "pos_states";

    // Silos start together: one of them makes the tables, the others wait for it.
    private const long Lock = 7_957_695_014_971_543_636;

    private volatile bool _areThere;

    /// <summary>The connection string that leads to the tables.</summary>
    public string ConnectionString { get; } = Of(connectionString);

    /// <summary>Makes the tables before Orleans' storage reads its queries there.</summary>
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(PostgresStates), ServiceLifecycleStage.RuntimeStorageServices, Ensure, static _ => Task.CompletedTask);

    /// <summary>Makes the tables, or brings them to this program's version; does nothing when they are there.</summary>
    /// <exception cref="JournalRefusedException">A newer program made them, or they are not there and the role may not make them.</exception>
    /// <exception cref="JournalUnavailableException">The server cannot be reached.</exception>
    public async Task Ensure(CancellationToken cancellationToken)
    {
        if (_areThere)
        {
            // The host has asked before the silo does.
            return;
        }

        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString);
            await connection.OpenAsync(cancellationToken);
            if (await Found(connection, cancellationToken) == Version)
            {
                _areThere = true;
                return;
            }

            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await Execute(connection, $"SELECT pg_advisory_xact_lock({Lock})", cancellationToken);
            var found = await Found(connection, cancellationToken);
            if (found > Version)
            {
                throw new JournalRefusedException(
                    $"The states of reports and streams (schema {Schema}) have schema version {found}; this program knows versions up to {Version}. Start the newer program that made them.");
            }

            if (found < Version)
            {
                await Execute(connection, Script(), cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            _areThere = true;
        }
        catch (PostgresException refused) when (refused.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new JournalRefusedException(
                $"The journal's database has no states of reports and streams (schema {Schema}), and its role may not make them ({refused.MessageText}): "
                + "run states.sql as the owner, see docs/postgresql.md.", refused);
        }
        catch (Exception unreachable) when (unreachable is NpgsqlException or TimeoutException)
        {
            throw new JournalUnavailableException($"The states of reports and streams cannot be reached: {unreachable.Message}", unreachable);
        }
    }

    // The journal's connection string has been read when the journal was opened, before this.
    private static string Of(string connectionString)
    {
        var parsed = new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = Schema };
        parsed.MaxPoolSize = parsed.MaxPoolSize == new NpgsqlConnectionStringBuilder().MaxPoolSize ? PoolMax : parsed.MaxPoolSize;
        parsed.MinPoolSize = Math.Min(parsed.MinPoolSize, parsed.MaxPoolSize);
        parsed.ApplicationName ??= "pos states";
        return parsed.ConnectionString;
    }

    private static string Script()
    {
        using var resource = typeof(PostgresStates).Assembly.GetManifestResourceStream("states.sql")!;
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }

    private static async Task<int> Found(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand($"SELECT to_regclass('{Schema}.schema_version')::text", connection);
        if (await exists.ExecuteScalarAsync(cancellationToken) is not string)
        {
            return 0;
        }

        await using var version = new NpgsqlCommand($"SELECT coalesce(max(version), 0) FROM {Schema}.schema_version", connection);
        return (int)(await version.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 60 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
