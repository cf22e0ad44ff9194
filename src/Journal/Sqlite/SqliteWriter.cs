using System.Diagnostics;
using System.Text;
using Pos.Journal.States;
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

    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteEventInsert _insert;
    private readonly SqliteStatement _beginStream;
    private readonly SqliteStatement _removeFrom;
    private readonly SqliteStatement _setHead;
    private readonly SqliteStatement _readHead;
    private readonly SqliteStatement _readHash;
    private readonly SqliteStatement _saveSnapshot;
    private readonly SqliteWakeUps _wakeUps;
    private readonly SqliteStates _states;
    private readonly byte[] _running = new byte[ChainHash.Size];
    private long _position;
    private bool _mustReload = true;
    private int _pagesInLog;

    public SqliteWriter(SqliteConnection connection)
    {
        _connection = connection;
        _begin = connection.Prepare("BEGIN IMMEDIATE");
        _commit = connection.Prepare("COMMIT");
        _insert = new SqliteEventInsert(connection);
        _beginStream = connection.Prepare("INSERT INTO streams (name, id) VALUES (?1, ?2)");
        _removeFrom = connection.Prepare("DELETE FROM events WHERE position >= ?1");
        _setHead = connection.Prepare("UPDATE head SET position = ?1, running = ?2");
        _readHead = connection.Prepare("SELECT position, running FROM head");
        _readHash = connection.Prepare("SELECT hash FROM events WHERE stream_id = (SELECT id FROM streams WHERE name = ?1) AND version = ?2");
        _saveSnapshot = connection.Prepare(
            """
            INSERT INTO snapshots (stream, version, state_version, hash, state)
            SELECT ?1, ?2, ?3, hash, ?4 FROM events WHERE stream_id = (SELECT id FROM streams WHERE name = ?1) AND version = ?2
            ON CONFLICT (stream) DO UPDATE
            SET version = excluded.version, state_version = excluded.state_version, hash = excluded.hash, state = excluded.state
            WHERE excluded.version >= snapshots.version OR excluded.state_version <> snapshots.state_version
            """);
        _wakeUps = new SqliteWakeUps(connection);
        _states = new SqliteStates(connection);
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
            var before = _position;
            foreach (var operation in batch.Operations)
            {
                Write(operation);
            }

            if (_position != before)
            {
                WriteHead();
            }

            committing = true;
            _commit.Step();
            batch.Mark = new JournalMark(_position, _running.ToArray());
            return CommitOutcome.Committed;
        }
        catch (SqliteException failed)
        {
            batch.Failure = failed;
            _mustReload = true;
            if (committing)
            {
                return CommitOutcome.Unknown;
            }

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
        _connection.Execute("BEGIN IMMEDIATE");
        _connection.Execute("UPDATE head SET fences = fences + 1");
        _connection.Execute("COMMIT");
        Reload();
        foreach (var operation in batch.Operations)
        {
            if (operation is Append { Ends: AppendResult.Durable } append)
            {
                append.Ends = LookUp(append);
            }
        }

        batch.Mark = new JournalMark(_position, _running.ToArray());
    }

    /// <summary>Moves the log into the database when it has grown long enough.</summary>
    public void Checkpoint(int pagesMax)
    {
        _connection.Check(raw.sqlite3_db_status(_connection.Handle, PagesWritten, out var written, out _, 1));
        _pagesInLog += written;
        if (_pagesInLog < pagesMax)
        {
            return;
        }

        _pagesInLog = 0;
        _connection.Check(raw.sqlite3_wal_checkpoint_v2(_connection.Handle, null, raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _));
    }

    /// <summary>Makes the disk look full, for tests. Only while nothing is being written.</summary>
    public void LimitPages(int pages) => _connection.Execute($"PRAGMA max_page_count = {pages}");

    public void Dispose() => _connection.Dispose();

    private void Begin()
    {
        if (!_connection.IsAutocommit)
        {
            _connection.Execute("ROLLBACK");
        }

        _begin.Step();
        if (_mustReload)
        {
            Reload();
        }
    }

    private void Reload()
    {
        _readHead.Step();
        _position = _readHead.Int64(0);
        _readHead.Bytes(1).CopyTo(_running);
        _readHead.Reset();
        _mustReload = false;
    }

    private void TryRollBack()
    {
        try
        {
            if (!_connection.IsAutocommit)
            {
                _connection.Execute("ROLLBACK");
            }
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
                {
                    Write(append);
                }

                return;
            case SnapshotWrite snapshot:
                Write(snapshot);
                break;
            case WakeUpClaim claim:
                _wakeUps.Claim(claim);
                break;
            case WakeUpCompletion completion:
                _wakeUps.Complete(completion);
                break;
            case WakeUpLeasesEnd ending:
                _wakeUps.End(ending);
                break;
            case StateWrite state:
                _states.Write(state);
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
        var before = _position;
        var stream = ReadOnlySpan<byte>.Empty;
        if (StreamId(append) is not { } streamId)
        {
            append.OnConflict();
            return;
        }

        for (var i = 0; i < append.Events; i++)
        {
            var code = _insert.Insert(before + i + 1, streamId, encoded[at..], out stream, out var consumed);
            if (code != raw.SQLITE_DONE)
            {
                Refuse(append, code, before, i);
                return;
            }

            at += consumed + ChainHash.Size;
        }

        Debug.Assert(at == encoded.Length, "An append holds more bytes than its events.");
        Debug.Assert(stream.SequenceEqual(Encoding.UTF8.GetBytes(append.Session.Stream.Value)), "An event names another stream than its session.");
        _position = before + append.Events;
        AdvanceRunning(append);
        _wakeUps.Change(stream, append.WakeUp);
        append.Ends = AppendResult.Durable;
    }

    // Null: the append begins the stream, and the stream exists already.
    private long? StreamId(Append append)
    {
        var session = append.Session;
        if (append.FirstVersion > 1)
        {
            return session.StreamId > 0 ? session.StreamId : throw new UnreachableException($"'{session.Stream}' has not begun.");
        }

        _beginStream.BindText(1, session.Stream.Value);
        _beginStream.Bind(2, _position + 1);
        // sqlite3.h: SQLITE_CONSTRAINT_PRIMARYKEY.
        var code = _beginStream.StepOrConstraint();
        if (code == 1555)
        {
            return null;
        }

        if (code != raw.SQLITE_DONE)
        {
            throw new SqliteException(code, $"'{session.Stream}' does not fit the tables");
        }

        return session.StreamId = _position + 1;
    }

    private void Refuse(Append append, int code, long before, int written)
    {
        // sqlite3.h: SQLITE_CONSTRAINT_UNIQUE. Another constraint would mean that somebody else wrote into the file.
        if (code != 2067)
        {
            throw new SqliteException(code, $"'{append.Session.Stream}' version {append.FirstVersion} does not fit the tables");
        }

        if (written > 0)
        {
            _removeFrom.Bind(1, before + 1);
            _removeFrom.Step();
        }

        append.OnConflict();
    }

    private void AdvanceRunning(Append append)
    {
        if (!Hashing)
        {
            return;
        }

        var encoded = append.Encoded;
        var at = Append.FirstEvent;
        for (var i = 0; i < append.Events; i++)
        {
            at += EncodedEvent.Measure(encoded[at..]);
            RunningHash.Advance(_running, encoded.Slice(at, ChainHash.Size));
            at += ChainHash.Size;
        }
    }

    private void Write(SnapshotWrite snapshot)
    {
        _saveSnapshot.BindText(1, snapshot.Stream.Value);
        _saveSnapshot.Bind(2, snapshot.Version);
        _saveSnapshot.Bind(3, snapshot.StateVersion);
        _saveSnapshot.BindBlob(4, snapshot.State.Span);
        _saveSnapshot.Step();
    }

    private void WriteHead()
    {
        _setHead.Bind(1, _position);
        _setHead.BindBlob(2, _running);
        _setHead.Step();
    }

    private AppendResult LookUp(Append append)
    {
        _readHash.BindText(1, append.Session.Stream.Value);
        _readHash.Bind(2, append.LastVersion);
        var found = !_readHash.Step() ? AppendResult.Failed
            : _readHash.Bytes(0).SequenceEqual(append.LastHash) ? AppendResult.Durable : AppendResult.Conflict;
        _readHash.Reset();
        return found;
    }
}
