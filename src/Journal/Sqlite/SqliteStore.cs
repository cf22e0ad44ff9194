using System.Diagnostics;
using Pos.Journal.Writing;

namespace Pos.Journal.Sqlite;

/// <summary>The journal's folder as a store: one connection that writes, a pool of connections that read, a head file.</summary>
internal sealed class SqliteStore : IJournalStore
{
    private readonly HeadFile _head;
    private readonly int _checkpointPages;
    private long _confirmed;

    private SqliteStore(JournalDirectory directory, SqliteWriter writer, HeadFile head, SqliteJournalOptions options, JournalMark opened)
    {
        _head = head;
        _checkpointPages = options.CheckpointPages;
        Directory = directory;
        Writer = writer;
        Readers = new SqliteReaders(directory.Database, options.ReadersKept);
        Opened = opened;
        _confirmed = opened.Position;
    }

    public JournalMark Opened { get; }

    public IJournalReads Reads => Readers;

    public JournalDirectory Directory { get; }

    public SqliteReaders Readers { get; }

    public SqliteWriter Writer { get; }

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
                (after, limit, page) => reader.ReadAll(after, long.MaxValue, null, limit, page), reader.ReadMark(), found, options.RebuildHead,
                directory.Path);
            if (found is not { } known || known.Position != mark.Position || !known.Running.Span.SequenceEqual(mark.Running.Span))
            {
                head.Write(mark);
            }
            // The other slot too: the next start would believe an old mark there, of positions that are gone.
            if (options.RebuildHead)
            {
                head.Write(mark);
            }

            if (created)
            {
                directory.Flush();
            }

            return new SqliteStore(directory, new SqliteWriter(connection), head, options, mark);
        }
        catch (Exception failed)
        {
            head?.Dispose();
            connection?.Dispose();
            directory.Dispose();
            if (failed is SqliteException sqlite)
            {
                throw sqlite.Translate($"The journal in '{directory.Path}' cannot be opened");
            }

            throw;
        }
    }

    public CommitOutcome Commit(Batch batch) => Writer.Commit(batch);

    public void LookUp(Batch batch)
    {
        try
        {
            Writer.LookUp(batch);
        }
        catch (SqliteException failed)
        {
            throw new JournalUnavailableException("The outcome of a commit cannot be looked up.", failed);
        }
    }

    public void Confirm(JournalMark mark)
    {
        Debug.Assert(mark.Position >= _confirmed, "The head file is moved back.");
        if (mark.Position == _confirmed)
        {
            return;
        }

        try
        {
            _head.Write(mark);
            _confirmed = mark.Position;
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
            Writer.Checkpoint(_checkpointPages);
        }
        catch (SqliteException failed)
        {
            throw new JournalUnavailableException("The write-ahead log cannot be moved into the database.", failed);
        }
    }

    public void Dispose()
    {
        Readers.Dispose();
        Writer.Dispose();
        _head.Dispose();
        Directory.Dispose();
    }

    private static SqliteConnection OpenDatabase(string path)
    {
        var connection = SqliteConnection.Open(path, reader: false);
        try
        {
            SqliteSchema.Ensure(connection, path);
            SqliteStates.Ensure(connection);
            var mode = connection.Execute("PRAGMA journal_mode = WAL");
            if (mode != "wal")
            {
                throw new InvalidOperationException($"'{path}' cannot use a write-ahead log (it says '{mode}'): is the folder on a network disk?");
            }

            connection.Execute("PRAGMA synchronous = FULL");
            connection.Execute("PRAGMA wal_autocheckpoint = 0");
            // 8 MB holds the upper levels of the indexes and everything recent. More would slow down every commit, which walks over all pages in the cache.
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
