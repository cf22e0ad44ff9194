using System.Text;
using Pos.Journal.States;

namespace Pos.Journal.Sqlite;

/// <summary>A connection that only reads, with its statements. Used by one caller at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    private const string Columns =
        "position, stream, version, type, type_version, recorded_at, occurred_at, store, till, actor, correlation, causation, traceparent, payload, hash";

    private readonly SqliteConnection _connection;

    // Neighbouring events mostly share their texts.
    private readonly string[] _seen = new string[16];

    public SqliteReader(SqliteConnection connection)
    {
        _connection = connection;
        Array.Fill(_seen, "");
    }

    // Each statement is prepared by the first read that needs it: most connections only ever read single streams. The plus before the parameter of a limit
    // keeps the statement prepared: SQLite plans with the value of a bare parameter there, so it compiles the statement anew at each value.
    private SqliteStatement ByStream => field ??= _connection.Prepare($"SELECT {Columns}, stream_id FROM events WHERE stream_id = (SELECT id FROM streams WHERE name = ?1) AND version > ?2 ORDER BY version LIMIT +?3");

    private SqliteStatement ByPosition => field ??= _connection.Prepare($"SELECT {Columns} FROM events WHERE position > ?1 AND position <= ?2 ORDER BY position LIMIT +?3");

    // Walks over the positions. An event of another category costs a look at its stream's name.
    private SqliteStatement ByCategories => field ??= _connection.Prepare(
            $"""
            SELECT {Columns} FROM events NOT INDEXED
            WHERE position > ?1 AND position <= ?2 AND instr(?4, '/' || substr(stream, 1, instr(stream, '/'))) > 0
            ORDER BY position LIMIT +?3
            """);

    private SqliteStatement ByCategory => field ??= _connection.Prepare(
            $"""
            SELECT {Columns} FROM streams CROSS JOIN events INDEXED BY events_stream ON stream_id = id
            WHERE name >= ?1 AND name < ?3 AND (name > ?1 OR version > ?2) AND position <= ?4
            ORDER BY name, version LIMIT +?5
            """);

    // The store is NULL for all stores. A stream's id is the position at which it began.
    private SqliteStatement Waking => field ??= _connection.Prepare(
            """
            SELECT stream, due, owner, leased_until FROM wake_ups
            WHERE stream > ?1 AND stream < ?2
              AND (?4 IS NULL OR ?4 = (SELECT store FROM events WHERE position = (SELECT id FROM streams WHERE name = wake_ups.stream)))
            ORDER BY stream LIMIT +?3
            """);

    private SqliteStatement Began => field ??= _connection.Prepare(
            """
            SELECT stream, position FROM events INDEXED BY events_store
            WHERE version = 1 AND store IS ?1 AND position > ?2 AND position <= ?3 AND stream >= ?4 AND stream < ?5
            ORDER BY position LIMIT +?6
            """);

    private SqliteStatement Snapshot => field ??= _connection.Prepare("SELECT state, state_version, version, hash FROM snapshots WHERE stream = ?1");

    private SqliteStatement State => field ??= _connection.Prepare("SELECT tag, state FROM states WHERE name = ?1 AND key = ?2");

    private SqliteStatement Head => field ??= _connection.Prepare("SELECT position, running FROM head");

    public long ReadStream(StreamName stream, long afterVersion, int limit, List<RecordedEvent> page)
    {
        ByStream.BindText(1, stream.Value);
        ByStream.Bind(2, afterVersion);
        ByStream.Bind(3, limit);
        long id = 0;
        try
        {
            while (ByStream.Step())
            {
                page.Add(ReadEvent(ByStream));
                id = ByStream.Int64(15);
            }
        }
        finally
        {
            ByStream.Reset();
        }

        return id;
    }

    public void ReadAll(long afterPosition, long upToPosition, string? categories, int limit, List<RecordedEvent> page)
    {
        var statement = categories is null ? ByPosition : ByCategories;
        statement.Bind(1, afterPosition);
        statement.Bind(2, upToPosition);
        statement.Bind(3, limit);
        if (categories is not null)
        {
            statement.BindText(4, categories);
        }

        ReadEvents(statement, page);
    }

    public void ReadStreams(
        string category, string afterStream, long afterVersion, long upToPosition, int limit, List<RecordedEvent> page)
    {
        ByCategory.BindText(1, afterStream);
        ByCategory.Bind(2, afterVersion);
        ByCategory.BindText(3, category + "0");
        ByCategory.Bind(4, upToPosition);
        ByCategory.Bind(5, limit);
        ReadEvents(ByCategory, page);
    }

    public IReadOnlyList<WakeUpLease> ListWakeUps(string category, string store, string afterKey, int limit)
    {
        Waking.BindText(1, $"{category}/{afterKey}");
        Waking.BindText(2, category + "0");
        Waking.Bind(3, limit);
        Waking.BindText(4, store);
        return Read(Waking, row => new WakeUpLease(
            StreamName.Parse(row.Text(0)), new DateTimeOffset(row.Int64(1), TimeSpan.Zero), Text(row, 2),
            new DateTimeOffset(row.Int64(3), TimeSpan.Zero)));
    }

    public IReadOnlyList<StreamListing> ListStreams(string store, string category, long afterPosition, long upToPosition, int limit)
    {
        Began.BindText(1, store);
        Began.Bind(2, afterPosition);
        Began.Bind(3, upToPosition);
        // '0' is the character behind '/': everything between the two begins with the category and a slash.
        Began.BindText(4, category + "/");
        Began.BindText(5, category + "0");
        Began.Bind(6, limit);
        return Read(Began, static row => new StreamListing(StreamName.Parse(row.Text(0)), row.Int64(1)));
    }

    public SnapshotRecord? ReadSnapshot(StreamName stream)
    {
        Snapshot.BindText(1, stream.Value);
        try
        {
            return Snapshot.Step()
                ? new SnapshotRecord(
                    Snapshot.Bytes(0).ToArray(), (int)Snapshot.Int64(1), Snapshot.Int64(2), Snapshot.Bytes(3).ToArray())
                : null;
        }
        finally
        {
            Snapshot.Reset();
        }
    }

    public StateRecord? ReadState(string name, string key)
    {
        State.BindText(1, name);
        State.BindText(2, key);
        try
        {
            return State.Step() ? new StateRecord(State.Int64(0), State.Bytes(1).ToArray()) : null;
        }
        finally
        {
            State.Reset();
        }
    }

    /// <summary>How far the database says it reaches.</summary>
    public JournalMark ReadMark()
    {
        try
        {
            Head.Step();
            return new JournalMark(Head.Int64(0), Head.Bytes(1).ToArray());
        }
        finally
        {
            Head.Reset();
        }
    }

    public void Dispose() => _connection.Dispose();

    private static List<T> Read<T>(SqliteStatement statement, Func<SqliteStatement, T> row)
    {
        var rows = new List<T>();
        try
        {
            while (statement.Step())
            {
                rows.Add(row(statement));
            }
        }
        finally
        {
            statement.Reset();
        }

        return rows;
    }

    private void ReadEvents(SqliteStatement statement, List<RecordedEvent> page)
    {
        try
        {
            while (statement.Step())
            {
                page.Add(ReadEvent(statement));
            }
        }
        finally
        {
            // A statement that stops between two rows keeps its view of the database, and the log behind it, until it is reset.
            statement.Reset();
        }
    }

    private RecordedEvent ReadEvent(SqliteStatement row) => new(
        row.Int64(0),
        StreamName.Parse(Text(row, 1)),
        row.Int64(2),
        Text(row, 3),
        (int)row.Int64(4),
        new DateTimeOffset(row.Int64(5), TimeSpan.Zero),
        new EventContext(
            new DateTimeOffset(row.Int64(6), TimeSpan.Zero), Text(row, 7), Text(row, 8), Text(row, 9), Text(row, 10), Text(row, 11),
            Text(row, 12)),
        row.Bytes(13).ToArray(),
        row.Bytes(14).ToArray());

    private string Text(SqliteStatement row, int column)
    {
        var bytes = row.Bytes(column);
        if (bytes.IsEmpty)
        {
            return "";
        }

        Span<char> text = stackalloc char[256];
        if (bytes.Length <= text.Length)
        {
            text = text[..Encoding.UTF8.GetChars(bytes, text)];
            if (text.SequenceEqual(_seen[column]))
            {
                return _seen[column];
            }
        }

        return _seen[column] = Encoding.UTF8.GetString(bytes);
    }
}
