using Pos.Journal.States;

namespace Pos.Journal.Sqlite;

/// <summary>The states in the journal's file, with the statements of the connection that writes.</summary>
internal sealed class SqliteStates(SqliteConnection connection)
{
    // No part of the schema's version: a program that does not know the table leaves it alone.
    private const string Table = """
        CREATE TABLE IF NOT EXISTS states (
            name  TEXT NOT NULL,
            key   TEXT NOT NULL,
            tag   INTEGER NOT NULL,
            state BLOB NOT NULL,
            PRIMARY KEY (name, key)
        ) STRICT
        """;

    private readonly SqliteStatement _begin = connection.Prepare("INSERT INTO states (name, key, tag, state) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name, key) DO NOTHING");

    private readonly SqliteStatement _replace = connection.Prepare("UPDATE states SET tag = ?3, state = ?4 WHERE name = ?1 AND key = ?2 AND tag = ?5");

    private readonly SqliteStatement _remove = connection.Prepare("DELETE FROM states WHERE name = ?1 AND key = ?2 AND tag = ?3");

    /// <summary>Makes the table where there is none.</summary>
    public static void Ensure(SqliteConnection connection) => connection.Execute(Table);

    public void Write(StateWrite write)
    {
        var statement = write.State is null ? _remove : write.Tag is null ? _begin : _replace;
        statement.BindText(1, write.Name);
        statement.BindText(2, write.Key);
        if (write.State is { } state)
        {
            statement.Bind(3, write.NextTag);
            statement.BindBlob(4, state.Span);
            if (write.Tag is { } tag)
            {
                statement.Bind(5, tag);
            }
        }
        else
        {
            statement.Bind(3, write.Tag ?? 0);
        }

        statement.Step();
        write.Won = connection.Changes == 1;
    }
}
