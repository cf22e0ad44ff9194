using Npgsql;

namespace Pos.Journal.Postgres;

/// <summary>The tables and functions of <c>schema.sql</c>, and their version.</summary>
internal static class PostgresSchema
{
    /// <summary>Versions 1 and 2 were never released, so nothing is migrated from them.</summary>
    public const int Version = 3;

    // Another key than the writers' lock: creating tables keeps nobody from writing.
    private const long Lock = 7_957_695_014_971_543_634;

    /// <summary>Creates the schema in a database without one, or checks that it is the one this program knows.</summary>
    /// <exception cref="JournalRefusedException">An older or newer program made it, or the role may not create it.</exception>
    public static void Ensure(NpgsqlConnection connection, string place)
    {
        using var transaction = connection.BeginTransaction();
        Execute(connection, $"SELECT pg_advisory_xact_lock({Lock})");
        if (Scalar(connection, "SELECT to_regclass('pos_journal.schema_version')::text") is not string)
        {
            Create(connection, place);
        }

        Check(connection, place);
        transaction.Commit();
    }

    /// <summary>Refuses what this program cannot read.</summary>
    /// <exception cref="JournalRefusedException">There is no journal, or an older or newer program made it.</exception>
    public static void Check(NpgsqlConnection connection, string place)
    {
        if (Scalar(connection, "SELECT to_regclass('pos_journal.schema_version')::text") is not string)
        {
            throw new JournalRefusedException($"There is no journal in {place}.");
        }

        var version = (int)Scalar(connection, "SELECT version FROM pos_journal.schema_version")!;
        if (version > Version)
        {
            throw new JournalRefusedException(
                $"The journal in {place} has schema version {version}; this program knows versions up to {Version}. Start the newer program that wrote it.");
        }

        if (version < Version)
        {
            throw new JournalRefusedException(
                $"The journal in {place} has schema version {version}; this program needs version {Version}. Start the older program that wrote it, or migrate a copy.");
        }
    }

    private static void Create(NpgsqlConnection connection, string place)
    {
        using var resource = typeof(PostgresSchema).Assembly.GetManifestResourceStream("Pos.Journal.Postgres.schema.sql")!;
        using var reader = new StreamReader(resource);
        try
        {
            Execute(connection, reader.ReadToEnd());
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new JournalRefusedException(
                $"There is no journal in {place}, and its role may not create one ({e.MessageText}): run schema.sql as the owner, see docs/postgresql.md.", e);
        }
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        // A minute, because another silo that starts at the same moment may be making the schema.
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 60 };
        command.ExecuteNonQuery();
    }

    private static object? Scalar(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }
}
