using SQLitePCL;

namespace Pos.Journal.Sqlite;

/// <summary>The tables, and their version. Instants are UTC in 100 ns since 0001-01-01; NULL text means empty.</summary>
internal static class SqliteSchema
{
    public const int Version = 2;

    // A stream's id is the position at which it began, so new streams lie side by side in the index. Names would be spread over it, and each
    // new stream would write a page of its own.
    private const string FromVersion1 = """
        CREATE TABLE streams (
            name TEXT PRIMARY KEY,
            id   INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO streams SELECT stream, position FROM events WHERE version = 1;
        ALTER TABLE events ADD COLUMN stream_id INTEGER NOT NULL DEFAULT 0;
        UPDATE events SET stream_id = (SELECT id FROM streams WHERE name = stream);
        DROP INDEX events_stream;
        CREATE UNIQUE INDEX events_stream ON events (stream_id, version)
        """;

    // "POSJ": tells the file apart from other SQLite databases.
    private const int ApplicationId = 0x504F534A;

    private const string Tables = """
        CREATE TABLE events (
            position     INTEGER PRIMARY KEY,
            stream       TEXT NOT NULL,
            version      INTEGER NOT NULL,
            type         TEXT NOT NULL,
            type_version INTEGER NOT NULL,
            recorded_at  INTEGER NOT NULL,
            occurred_at  INTEGER NOT NULL,
            store        TEXT,
            till         TEXT,
            actor        TEXT,
            correlation  TEXT,
            causation    TEXT,
            traceparent  TEXT,
            payload      BLOB NOT NULL,
            hash         BLOB NOT NULL,
            stream_id    INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE streams (
            name TEXT PRIMARY KEY,
            id   INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX events_stream ON events (stream_id, version);
        CREATE INDEX events_store ON events (store, position, stream) WHERE version = 1;
        CREATE TABLE wake_ups (
            stream       TEXT PRIMARY KEY,
            due          INTEGER NOT NULL,
            owner        TEXT,
            leased_until INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX wake_ups_due ON wake_ups (due);
        CREATE TABLE snapshots (
            stream        TEXT PRIMARY KEY,
            version       INTEGER NOT NULL,
            state_version INTEGER NOT NULL,
            hash          BLOB NOT NULL,
            state         BLOB NOT NULL
        ) STRICT;
        CREATE TABLE head (
            id       INTEGER PRIMARY KEY CHECK (id = 1),
            position INTEGER NOT NULL,
            running  BLOB NOT NULL,
            fences   INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        INSERT INTO head (id, position, running) VALUES (1, 0, zeroblob(32))
        """;

    /// <summary>Creates the tables in an empty file, brings older ones up to date, or checks that they are of a version this program knows.</summary>
    /// <exception cref="JournalRefusedException">A newer program wrote the file, or it is no journal.</exception>
    public static void Ensure(SqliteConnection connection, string path)
    {
        var version = connection.ExecuteInt64("PRAGMA user_version");
        if (version == 0)
        {
            Create(connection, path);
        }
        else if (version == 1 && connection.ExecuteInt64("PRAGMA application_id") == ApplicationId)
        {
            Run(connection, FromVersion1);
        }
        else
        {
            Check(connection, path, version);
        }
    }

    /// <summary>Refuses what this program cannot read.</summary>
    /// <exception cref="JournalRefusedException">A newer program wrote the file, or it is no journal.</exception>
    public static void Check(SqliteConnection connection, string path, long version)
    {
        if (connection.ExecuteInt64("PRAGMA application_id") != ApplicationId)
        {
            throw new JournalRefusedException($"'{path}' is a database of another program, not a journal.");
        }

        if (version > Version)
        {
            throw new JournalRefusedException(
                $"'{path}' has schema version {version}; this program knows versions up to {Version}. Start the newer program that wrote it.");
        }
    }

    private static void Create(SqliteConnection connection, string path)
    {
        if (connection.ExecuteInt64("SELECT count(*) FROM sqlite_schema") != 0)
        {
            throw new JournalRefusedException($"'{path}' is a database of another program, not a journal.");
        }

        Run(connection, Tables);
    }

    private static void Run(SqliteConnection connection, string statements)
    {
        connection.Execute("BEGIN IMMEDIATE");
        foreach (var statement in statements.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            connection.Execute(statement);
        }

        connection.Execute($"PRAGMA application_id = {ApplicationId}");
        connection.Execute($"PRAGMA user_version = {Version}");
        connection.Execute("COMMIT");
    }
}
