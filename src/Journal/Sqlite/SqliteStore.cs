using Pos.Journal.Writing;

namespace Pos.Journal.Sqlite;

/// <summary>The journal's folder as a store: one writing connection, a head file, readers.</summary>
internal sealed class SqliteStore : IJournalStore
{
    private readonly JournalDirectory directory;
    private readonly SqliteWriter writer;
    private readonly SqliteReaders readers;
    private readonly HeadFile head;
    private readonly int checkpointPages;
    private long confirmed;

    private SqliteStore(JournalDirectory directory, SqliteWriter writer, HeadFile head, SqliteJournalOptions options, JournalMark opened)
    {
        this.directory = directory;
        this.writer = writer;
        this.head = head;
        checkpointPages = options.CheckpointPages;
        readers = new SqliteReaders(directory.Database, options.ReadersKept);
        Opened = opened;
        confirmed = opened.Position;
    }

    public JournalMark Opened { get; }

    /// <summary>The folder, for reading what the files say by themselves.</summary>
    public JournalDirectory Directory => directory;

    public SqliteReaders Readers => readers;

    /// <summary>Off only in the benchmark that shows what each costs.</summary>
    public bool HeadFileOn { get; set; } = true;

    public SqliteWriter Writer => writer;

    /// <summary>Takes the folder, opens or creates the files and checks that database and head file belong together.</summary>
    public static SqliteStore Open(SqliteJournalOptions options)
    {
        BundledSqlite.Ensure();
        var directory = JournalDirectory.Hold(options.Path);
        SqliteConnection? connection = null;
        HeadFile? head = null;
        try
        {
            connection = OpenDatabase(directory.Database);
            head = HeadFile.Open(directory.Head, out var found, out var created);
            using var reader = new SqliteReader(SqliteConnection.Open(directory.Database, reader: true));
            var mark = HeadCheck.Run(
                (after, limit, page) => reader.ReadAll(after, long.MaxValue, limit, page), reader.ReadMark(), found, options.RebuildHead,
                directory.Path);
            if (found is not { } known || known.Position != mark.Position || !known.Running.Span.SequenceEqual(mark.Running.Span))
                head.Write(mark);
            // The other slot too: what it says of positions that are gone would be believed at the next start.
            if (options.RebuildHead)
                head.Write(mark);
            if (created)
                directory.Flush();
            return new SqliteStore(directory, new SqliteWriter(connection), head, options, mark);
        }
        catch (Exception failed)
        {
            head?.Dispose();
            connection?.Dispose();
            directory.Dispose();
            if (failed is SqliteException sqlite)
                throw sqlite.Translate($"The journal in '{directory.Path}' cannot be opened");
            throw;
        }
    }

    public CommitOutcome Commit(Batch batch) => writer.Commit(batch);

    public void LookUp(Batch batch)
    {
        try
        {
            writer.LookUp(batch);
        }
        catch (SqliteException failed)
        {
            throw new JournalUnavailableException("The fate of a commit cannot be looked up.", failed);
        }
    }

    public void Confirm(JournalMark mark)
    {
        if (mark.Position == confirmed || !HeadFileOn)
            return;
        try
        {
            head.Write(mark);
            confirmed = mark.Position;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new JournalUnavailableException("The head file cannot be written.", failed);
        }
    }

    public void Maintain()
    {
        try
        {
            writer.Checkpoint(checkpointPages);
        }
        catch (SqliteException failed)
        {
            throw new JournalUnavailableException("The log cannot be moved into the database.", failed);
        }
    }

    public ValueTask<SnapshotRecord?> ReadSnapshot(StreamName stream, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(readers.Read(r => r.ReadSnapshot(stream)));
    }

    public ValueTask<long> ReadStream(
        StreamName stream, long afterVersion, int limit, List<RecordedEvent> page, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(readers.Read(r => r.ReadStream(stream, afterVersion, limit, page)));
    }

    public ValueTask ReadAll(
        long afterPosition, long upToPosition, int limit, List<RecordedEvent> page, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        readers.Read(r =>
        {
            r.ReadAll(afterPosition, upToPosition, limit, page);
            return true;
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask ReadAll(
        long afterPosition, long upToPosition, string categories, int limit, List<RecordedEvent> page, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        readers.Read(r =>
        {
            r.ReadAll(afterPosition, upToPosition, categories, limit, page);
            return true;
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask ReadStreams(
        string category, string afterStream, long afterVersion, long upToPosition, int limit, List<RecordedEvent> page,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        readers.Read(r =>
        {
            r.ReadStreams(category, afterStream, afterVersion, upToPosition, limit, page);
            return true;
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<WakeUpLease>> ListWakeUps(string category, string store, string afterKey, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(readers.Read(r => r.ListWakeUps(category, store, afterKey, limit)));
    }

    public ValueTask<IReadOnlyList<StreamListing>> ListStreams(
        string store, string category, long afterPosition, long upToPosition, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(readers.Read(r => r.ListStreams(store, category, afterPosition, upToPosition, limit)));
    }

    public void Dispose()
    {
        readers.Dispose();
        writer.Dispose();
        head.Dispose();
        directory.Dispose();
    }

    private static SqliteConnection OpenDatabase(string path)
    {
        var connection = SqliteConnection.Open(path, reader: false);
        try
        {
            SqliteSchema.Ensure(connection, path);
            var mode = connection.Execute("PRAGMA journal_mode = WAL");
            if (mode != "wal")
                throw new InvalidOperationException($"'{path}' cannot use a write-ahead log (it says '{mode}'): is it on a network disk?");
            connection.Execute("PRAGMA synchronous = FULL");
            connection.Execute("PRAGMA wal_autocheckpoint = 0");
            // 8 MB: the upper levels of the indexes and everything recent. A balanced tree makes SQLite walk over every page that it keeps, once a commit.
            connection.Execute("PRAGMA cache_size = -8192");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
