using Npgsql;

namespace Pos.Hosting;

/// <summary>Orleans' own tables in PostgreSQL: which silos live.</summary>
internal static class ClusterSchema
{
    /// <summary>Raised with every change of a script.</summary>
    public const int Version = 1;

    // Silos start together: one of them makes the tables, the others wait for it.
    private const long Lock = 7_957_695_014_971_543_635;

    private const string Frame =
        """
        CREATE SCHEMA IF NOT EXISTS pos_orleans;
        CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL);
        CREATE TABLE IF NOT EXISTS OrleansQuery (QueryKey text PRIMARY KEY, QueryText text NOT NULL);
        """;

    /// <summary>Makes the tables and queries, or brings them to this program's version; does nothing when they are there.</summary>
    /// <exception cref="ClusterRefusedException">The database cannot be reached, a newer program made them, or the role may not.</exception>
    public static async Task Ensure(string connectionString, CancellationToken cancellationToken)
    {
        var place = Place(connectionString);
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await Execute(connection, $"SELECT pg_advisory_xact_lock({Lock})", cancellationToken);
            var found = await Found(connection, cancellationToken);
            if (found > Version)
            {
                throw new ClusterRefusedException(
                    $"Orleans' tables in {place} have schema version {found}; this program knows versions up to {Version}. Start the newer program that made them.");
            }

            if (found < Version)
            {
                await Execute(connection, $"{Frame}{Script("membership")}DELETE FROM schema_version; INSERT INTO schema_version VALUES ({Version})", cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new ClusterRefusedException($"Orleans' tables are not in {place}, and its role may not make them ({refused.MessageText}).", refused);
        }
        catch (Exception unreachable) when (unreachable is NpgsqlException or TimeoutException)
        {
            throw new ClusterRefusedException($"Orleans' tables in {place} cannot be reached: {unreachable.Message}", unreachable);
        }
    }

    internal static string Script(string name)
    {
        using var resource = typeof(ClusterSchema).Assembly.GetManifestResourceStream($"{name}.sql")!;
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd();
    }

    private static string Place(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        return $"{parts.Host}:{parts.Port}/{parts.Database}";
    }

    private static async Task<int> Found(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("SELECT to_regclass('pos_orleans.schema_version')::text", connection);
        if (await exists.ExecuteScalarAsync(cancellationToken) is not string)
        {
            return 0;
        }

        await using var version = new NpgsqlCommand("SELECT coalesce(max(version), 0) FROM pos_orleans.schema_version", connection);
        return (int)(await version.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 60 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
