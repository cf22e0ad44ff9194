using System.Collections.Concurrent;

namespace Pos.Journal.Sqlite;

/// <summary>Connections for reading, kept open between reads: opening one costs more than most reads.</summary>
internal sealed class SqliteReaders(string path, int kept) : IDisposable
{
    private readonly ConcurrentStack<SqliteReader> free = [];
    private int room = kept;
    private volatile bool closed;

    /// <summary>Runs a read on a connection of its own.</summary>
    /// <exception cref="JournalUnavailableException">The database cannot be read now.</exception>
    /// <exception cref="JournalCorruptException">The database is damaged.</exception>
    public T Read<T>(Func<SqliteReader, T> read)
    {
        if (closed)
            throw new JournalUnavailableException("The journal is closed.");
        SqliteReader? reader = null;
        try
        {
            if (free.TryPop(out reader))
                Interlocked.Increment(ref room);
            else
                reader = new SqliteReader(SqliteConnection.Open(path, reader: true));
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
            throw new JournalCorruptException($"The journal holds what was never written: {damaged.Message}", damaged);
        }
    }

    public void Dispose()
    {
        closed = true;
        while (free.TryPop(out var reader))
            reader.Dispose();
    }

    private void GiveBack(SqliteReader reader)
    {
        if (closed || Interlocked.Decrement(ref room) < 0)
        {
            Interlocked.Increment(ref room);
            reader.Dispose();
            return;
        }

        free.Push(reader);
        // Closing may have emptied the stack between the look and the return.
        if (closed && free.TryPop(out var late))
            late.Dispose();
    }
}
