using System.Text;

namespace Pos.Journal.Sqlite;

/// <summary>A connection that only reads, with its statements. Used by one caller at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    private const string Columns =
        "position, stream, version, type, type_version, recorded_at, occurred_at, store, till, actor, correlation, causation, traceparent, payload, hash";

    private readonly SqliteConnection connection;
    private readonly SqliteStatement byStream;
    private readonly SqliteStatement byPosition;
    private readonly SqliteStatement byCategories;
    private readonly SqliteStatement byCategory;
    private readonly SqliteStatement waking;
    private readonly SqliteStatement began;
    private readonly SqliteStatement snapshot;
    private readonly SqliteStatement head;

    // Neighbouring events mostly share their texts.
    private readonly string[] seen = new string[16];

    public SqliteReader(SqliteConnection connection)
    {
        this.connection = connection;
        byStream = connection.Prepare($"SELECT {Columns}, stream_id FROM events WHERE stream_id = (SELECT id FROM streams WHERE name = ?1) AND version > ?2 ORDER BY version LIMIT ?3");
        byPosition = connection.Prepare($"SELECT {Columns} FROM events WHERE position > ?1 AND position <= ?2 ORDER BY position LIMIT ?3");
        // By position alone: what is passed over costs a look at its stream's name.
        byCategories = connection.Prepare(
            $"""
            SELECT {Columns} FROM events NOT INDEXED
            WHERE position > ?1 AND position <= ?2 AND instr(?3, '/' || substr(stream, 1, instr(stream, '/'))) > 0
            ORDER BY position LIMIT ?4
            """);
        byCategory = connection.Prepare(
            $"""
            SELECT {Columns} FROM streams CROSS JOIN events INDEXED BY events_stream ON stream_id = id
            WHERE name >= ?1 AND name < ?3 AND (name > ?1 OR version > ?2) AND position <= ?4
            ORDER BY name, version LIMIT ?5
            """);
        // NULL for every store. A stream's id is the position it began at.
        waking = connection.Prepare(
            """
            SELECT stream, due, owner, leased_until FROM wake_ups
            WHERE stream > ?1 AND stream < ?2
              AND (?4 IS NULL OR ?4 = (SELECT store FROM events WHERE position = (SELECT id FROM streams WHERE name = wake_ups.stream)))
            ORDER BY stream LIMIT ?3
            """);
        began = connection.Prepare(
            """
            SELECT stream, position FROM events INDEXED BY events_store
            WHERE version = 1 AND store IS ?1 AND position > ?2 AND position <= ?3 AND stream >= ?4 AND stream < ?5
            ORDER BY position LIMIT ?6
            """);
        snapshot = connection.Prepare("SELECT state, state_version, version, hash FROM snapshots WHERE stream = ?1");
        head = connection.Prepare("SELECT position, running FROM head");
        Array.Fill(seen, "");
    }

    public long ReadStream(StreamName stream, long afterVersion, int limit, List<RecordedEvent> page)
    {
        byStream.BindText(1, stream.Value);
        byStream.Bind(2, afterVersion);
        byStream.Bind(3, limit);
        long id = 0;
        try
        {
            while (byStream.Step())
            {
                page.Add(ReadEvent(byStream));
                id = byStream.Int64(15);
            }
        }
        finally
        {
            byStream.Reset();
        }

        return id;
    }

    public void ReadAll(long afterPosition, long upToPosition, int limit, List<RecordedEvent> page)
    {
        byPosition.Bind(1, afterPosition);
        byPosition.Bind(2, upToPosition);
        byPosition.Bind(3, limit);
        ReadEvents(byPosition, page);
    }

    public void ReadAll(long afterPosition, long upToPosition, string categories, int limit, List<RecordedEvent> page)
    {
        byCategories.Bind(1, afterPosition);
        byCategories.Bind(2, upToPosition);
        byCategories.BindText(3, categories);
        byCategories.Bind(4, limit);
        ReadEvents(byCategories, page);
    }

    public void ReadStreams(
        string category, string afterStream, long afterVersion, long upToPosition, int limit, List<RecordedEvent> page)
    {
        byCategory.BindText(1, afterStream);
        byCategory.Bind(2, afterVersion);
        byCategory.BindText(3, category + "0");
        byCategory.Bind(4, upToPosition);
        byCategory.Bind(5, limit);
        ReadEvents(byCategory, page);
    }

    public IReadOnlyList<WakeUpLease> ListWakeUps(string category, string store, string afterKey, int limit)
    {
        waking.BindText(1, $"{category}/{afterKey}");
        waking.BindText(2, category + "0");
        waking.Bind(3, limit);
        waking.BindText(4, store);
        var found = new List<WakeUpLease>();
        try
        {
            while (waking.Step())
            {
                found.Add(new WakeUpLease(
                    StreamName.Parse(waking.Text(0)), new DateTimeOffset(waking.Int64(1), TimeSpan.Zero), Text(waking, 2),
                    new DateTimeOffset(waking.Int64(3), TimeSpan.Zero)));
            }
        }
        finally
        {
            waking.Reset();
        }

        return found;
    }

    public IReadOnlyList<StreamListing> ListStreams(string store, string category, long afterPosition, long upToPosition, int limit)
    {
        began.BindText(1, store);
        began.Bind(2, afterPosition);
        began.Bind(3, upToPosition);
        // '0' is the character behind '/': everything between the two begins with the category and a slash.
        began.BindText(4, category + "/");
        began.BindText(5, category + "0");
        began.Bind(6, limit);
        var found = new List<StreamListing>();
        try
        {
            while (began.Step())
                found.Add(new StreamListing(StreamName.Parse(began.Text(0)), began.Int64(1)));
        }
        finally
        {
            began.Reset();
        }

        return found;
    }

    public GroupCommit.SnapshotRecord? ReadSnapshot(StreamName stream)
    {
        snapshot.BindText(1, stream.Value);
        try
        {
            return snapshot.Step()
                ? new GroupCommit.SnapshotRecord(
                    snapshot.Bytes(0).ToArray(), (int)snapshot.Int64(1), snapshot.Int64(2), snapshot.Bytes(3).ToArray())
                : null;
        }
        finally
        {
            snapshot.Reset();
        }
    }

    /// <summary>How far the database says it reaches.</summary>
    public JournalMark ReadMark()
    {
        try
        {
            head.Step();
            return new JournalMark(head.Int64(0), head.Bytes(1).ToArray());
        }
        finally
        {
            head.Reset();
        }
    }

    public void Dispose() => connection.Dispose();

    private void ReadEvents(SqliteStatement statement, List<RecordedEvent> page)
    {
        try
        {
            while (statement.Step())
                page.Add(ReadEvent(statement));
        }
        finally
        {
            // A statement left in the middle of its rows would hold its snapshot, and the log behind it, for ever.
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
            return "";
        Span<char> text = stackalloc char[256];
        if (bytes.Length <= text.Length)
        {
            text = text[..Encoding.UTF8.GetChars(bytes, text)];
            if (text.SequenceEqual(seen[column]))
                return seen[column];
        }

        return seen[column] = Encoding.UTF8.GetString(bytes);
    }
}
