using System.Collections.Concurrent;

namespace Pos.Journal.Sqlite;

/// <summary>A pool of connections that read: opening one costs more than most reads.</summary>
internal sealed class SqliteReaders(string path, int kept) : IJournalReads, IDisposable
{
    private readonly ConcurrentStack<SqliteReader> _free = [];
    private int _room = kept;
    private volatile bool _closed;

    public ValueTask<SnapshotRecord?> ReadSnapshot(StreamName stream, CancellationToken cancellationToken) =>
        Read(r => r.ReadSnapshot(stream), cancellationToken);

    public ValueTask<long> ReadStream(
        StreamName stream, long afterVersion, int limit, List<RecordedEvent> page, CancellationToken cancellationToken) =>
        Read(r => r.ReadStream(stream, afterVersion, limit, page), cancellationToken);

    public ValueTask ReadAll(
        long afterPosition, long upToPosition, string? categories, int limit, List<RecordedEvent> page, CancellationToken cancellationToken) =>
        Read(r => r.ReadAll(afterPosition, upToPosition, categories, limit, page), cancellationToken);

    public ValueTask ReadStreams(
        string category, string afterStream, long afterVersion, long upToPosition, int limit, List<RecordedEvent> page,
        CancellationToken cancellationToken) =>
        Read(r => r.ReadStreams(category, afterStream, afterVersion, upToPosition, limit, page), cancellationToken);

    public ValueTask<IReadOnlyList<WakeUpLease>> ListWakeUps(
        string category, string store, string afterKey, int limit, CancellationToken cancellationToken) =>
        Read(r => r.ListWakeUps(category, store, afterKey, limit), cancellationToken);

    public ValueTask<IReadOnlyList<StreamListing>> ListStreams(
        string store, string category, long afterPosition, long upToPosition, int limit, CancellationToken cancellationToken) =>
        Read(r => r.ListStreams(store, category, afterPosition, upToPosition, limit), cancellationToken);

    /// <summary>Runs a read on a connection of its own.</summary>
    /// <exception cref="JournalUnavailableException">The database cannot be read now.</exception>
    /// <exception cref="JournalCorruptException">The database is damaged.</exception>
    public T Read<T>(Func<SqliteReader, T> read)
    {
        if (_closed)
        {
            throw new JournalUnavailableException("The journal is closed.");
        }

        SqliteReader? reader = null;
        try
        {
            if (_free.TryPop(out reader))
            {
                Interlocked.Increment(ref _room);
            }
            else
            {
                reader = new SqliteReader(SqliteConnection.Open(path, reader: true));
            }

            var result = read(reader);
            GiveBack(reader);
            return result;
        }
        catch (SqliteException failed)
        {
            reader?.Dispose();
            throw failed.Translate("The journal cannot be read");
        }
        catch (FormatException damaged)
        {
            reader?.Dispose();
            throw new JournalCorruptException($"The journal holds something that was never written: {damaged.Message}", damaged);
        }
    }

    public void Dispose()
    {
        _closed = true;
        while (_free.TryPop(out var reader))
        {
            reader.Dispose();
        }
    }

    private ValueTask<T> Read<T>(Func<SqliteReader, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(read));
    }

    private ValueTask Read(Action<SqliteReader> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Read(r =>
        {
            read(r);
            return true;
        });
        return ValueTask.CompletedTask;
    }

    private void GiveBack(SqliteReader reader)
    {
        if (_closed || Interlocked.Decrement(ref _room) < 0)
        {
            Interlocked.Increment(ref _room);
            reader.Dispose();
            return;
        }

        _free.Push(reader);
        // Dispose may have emptied the stack between the look at 'closed' and the push.
        if (_closed && _free.TryPop(out var late))
        {
            late.Dispose();
        }
    }
}
