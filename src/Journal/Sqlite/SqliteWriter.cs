using System.Diagnostics;
using System.Text;
using Pos.Journal.Writing;
using SQLitePCL;

namespace Pos.Journal.Sqlite;

/// <summary>
/// The one connection that writes and checkpoints, with its statements. SQLite before 3.51.3 can corrupt its log when two connections do.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    // sqlite3.h: SQLITE_DBSTATUS_CACHE_WRITE, pages written since the last look.
    private const int PagesWritten = 9;

    private readonly SqliteConnection connection;
    private readonly SqliteStatement begin;
    private readonly SqliteStatement commit;
    private readonly SqliteEventInsert insert;
    private readonly SqliteStatement beginStream;
    private readonly SqliteStatement removeFrom;
    private readonly SqliteStatement setHead;
    private readonly SqliteStatement readHead;
    private readonly SqliteStatement readHash;
    private readonly SqliteStatement saveSnapshot;
    private readonly SqliteWakeUps wakeUps;
    private readonly byte[] running = new byte[ChainHash.Size];
    private long position;
    private bool mustReload = true;
    private int pagesInLog;

    public SqliteWriter(SqliteConnection connection)
    {
        this.connection = connection;
        begin = connection.Prepare("BEGIN IMMEDIATE");
        commit = connection.Prepare("COMMIT");
        insert = new SqliteEventInsert(connection);
        beginStream = connection.Prepare("INSERT INTO streams (name, id) VALUES (?1, ?2)");
        removeFrom = connection.Prepare("DELETE FROM events WHERE position >= ?1");
        setHead = connection.Prepare("UPDATE head SET position = ?1, running = ?2");
        readHead = connection.Prepare("SELECT position, running FROM head");
        readHash = connection.Prepare("SELECT hash FROM events WHERE stream_id = (SELECT id FROM streams WHERE name = ?1) AND version = ?2");
        saveSnapshot = connection.Prepare(
            """
            INSERT INTO snapshots (stream, version, state_version, hash, state)
            SELECT ?1, ?2, ?3, hash, ?4 FROM events WHERE stream_id = (SELECT id FROM streams WHERE name = ?1) AND version = ?2
            ON CONFLICT (stream) DO UPDATE
            SET version = excluded.version, state_version = excluded.state_version, hash = excluded.hash, state = excluded.state
            WHERE excluded.version >= snapshots.version OR excluded.state_version <> snapshots.state_version
            """);
        wakeUps = new SqliteWakeUps(connection);
    }

    /// <summary>Off only in the benchmark that shows the cost of hashing.</summary>
    public bool Hashing { get; set; } = true;

    /// <summary>As <see cref="IJournalStore.Commit"/> says.</summary>
    public CommitOutcome Commit(Batch batch)
    {
        var committing = false;
        try
        {
            Begin();
            var before = position;
            foreach (var operation in batch.Operations)
                Write(operation);
            if (position != before)
                WriteHead();
            committing = true;
            commit.Step();
            batch.Mark = new JournalMark(position, running.ToArray());
            return CommitOutcome.Committed;
        }
        catch (SqliteException failed)
        {
            batch.Failure = failed;
            mustReload = true;
            if (committing)
                return CommitOutcome.Unknown;
            TryRollBack();
            return CommitOutcome.NothingStored;
        }
    }

    /// <summary>
    /// As <see cref="IJournalStore.LookUp"/> says. A failed commit may have left its pages in the log, where a restart after a crash would
    /// find them. The next commit overwrites these pages or follows them, so the answer is final only behind a commit. One is made first.
    /// </summary>
    public void LookUp(Batch batch)
    {
        TryRollBack();
        connection.Execute("BEGIN IMMEDIATE");
        connection.Execute("UPDATE head SET fences = fences + 1");
        connection.Execute("COMMIT");
        Reload();
        foreach (var operation in batch.Operations)
        {
            if (operation is Append { Ends: AppendResult.Durable } append)
                append.Ends = LookUp(append);
        }

        batch.Mark = new JournalMark(position, running.ToArray());
    }

    /// <summary>Moves the log into the database when it has grown long enough.</summary>
    public void Checkpoint(int pagesMax)
    {
        connection.Check(raw.sqlite3_db_status(connection.Handle, PagesWritten, out var written, out _, 1));
        pagesInLog += written;
        if (pagesInLog < pagesMax)
            return;
        pagesInLog = 0;
        connection.Check(raw.sqlite3_wal_checkpoint_v2(connection.Handle, null, raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _));
    }

    /// <summary>Makes the disk look full, for tests. Only while nothing is being written.</summary>
    public void LimitPages(int pages) => connection.Execute($"PRAGMA max_page_count = {pages}");

    public void Dispose() => connection.Dispose();

    private void Begin()
    {
        if (!connection.IsAutocommit)
            connection.Execute("ROLLBACK");
        begin.Step();
        if (mustReload)
            Reload();
    }

    private void Reload()
    {
        readHead.Step();
        position = readHead.Int64(0);
        readHead.Bytes(1).CopyTo(running);
        readHead.Reset();
        mustReload = false;
    }

    private void TryRollBack()
    {
        try
        {
            if (!connection.IsAutocommit)
                connection.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // Nothing was committed either way; the next transaction begins by rolling back again.
        }
    }

    private void Write(WriteOperation operation)
    {
        switch (operation)
        {
            case Append append:
                if (append.MayBeWritten())
                    Write(append);
                return;
            case SnapshotWrite snapshot:
                Write(snapshot);
                break;
            case WakeUpClaim claim:
                wakeUps.Claim(claim);
                break;
            case WakeUpCompletion completion:
                wakeUps.Complete(completion);
                break;
            case WakeUpLeasesEnd ending:
                wakeUps.End(ending);
                break;
            default:
                throw new UnreachableException();
        }

        operation.Ends = AppendResult.Durable;
    }

    private void Write(Append append)
    {
        var encoded = append.Encoded;
        var at = Append.FirstEvent;
        var before = position;
        var stream = ReadOnlySpan<byte>.Empty;
        if (StreamId(append) is not { } streamId)
        {
            append.OnConflict();
            return;
        }

        for (var i = 0; i < append.Events; i++)
        {
            var code = insert.Insert(before + i + 1, streamId, encoded[at..], out stream, out var consumed);
            if (code != raw.SQLITE_DONE)
            {
                Refuse(append, code, before, i);
                return;
            }

            at += consumed + ChainHash.Size;
        }

        Debug.Assert(at == encoded.Length, "An append holds more bytes than its events.");
        Debug.Assert(stream.SequenceEqual(Encoding.UTF8.GetBytes(append.Session.Stream.Value)), "An event names another stream than its session.");
        position = before + append.Events;
        AdvanceRunning(append);
        wakeUps.Change(stream, append.WakeUp);
        append.Ends = AppendResult.Durable;
    }

    // Null: the append begins the stream, and the stream exists already.
    private long? StreamId(Append append)
    {
        var session = append.Session;
        if (append.FirstVersion > 1)
            return session.StreamId > 0 ? session.StreamId : throw new UnreachableException($"'{session.Stream}' has not begun.");
        beginStream.BindText(1, session.Stream.Value);
        beginStream.Bind(2, position + 1);
        // sqlite3.h: SQLITE_CONSTRAINT_PRIMARYKEY.
        var code = beginStream.StepOrConstraint();
        if (code == 1555)
            return null;
        if (code != raw.SQLITE_DONE)
            throw new SqliteException(code, $"'{session.Stream}' does not fit the tables");
        return session.StreamId = position + 1;
    }

    private void Refuse(Append append, int code, long before, int written)
    {
        // sqlite3.h: SQLITE_CONSTRAINT_UNIQUE. Another constraint would mean that somebody else wrote into the file.
        if (code != 2067)
            throw new SqliteException(code, $"'{append.Session.Stream}' version {append.FirstVersion} does not fit the tables");
        if (written > 0)
        {
            removeFrom.Bind(1, before + 1);
            removeFrom.Step();
        }

        append.OnConflict();
    }

    private void AdvanceRunning(Append append)
    {
        if (!Hashing)
            return;
        var encoded = append.Encoded;
        var at = Append.FirstEvent;
        for (var i = 0; i < append.Events; i++)
        {
            at += EncodedEvent.Measure(encoded[at..]);
            RunningHash.Advance(running, encoded.Slice(at, ChainHash.Size));
            at += ChainHash.Size;
        }
    }

    private void Write(SnapshotWrite snapshot)
    {
        saveSnapshot.BindText(1, snapshot.Stream.Value);
        saveSnapshot.Bind(2, snapshot.Version);
        saveSnapshot.Bind(3, snapshot.StateVersion);
        saveSnapshot.BindBlob(4, snapshot.State.Span);
        saveSnapshot.Step();
    }

    private void WriteHead()
    {
        setHead.Bind(1, position);
        setHead.BindBlob(2, running);
        setHead.Step();
    }

    private AppendResult LookUp(Append append)
    {
        readHash.BindText(1, append.Session.Stream.Value);
        readHash.Bind(2, append.LastVersion);
        var found = !readHash.Step() ? AppendResult.Failed
            : readHash.Bytes(0).SequenceEqual(append.LastHash) ? AppendResult.Durable : AppendResult.Conflict;
        readHash.Reset();
        return found;
    }
}
