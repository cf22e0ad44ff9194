using System.Collections.Concurrent;

namespace Pos.Journal.Sqlite;

/// <summary>Connections for reading, kept open between reads: opening one costs more than most reads.</summary>
internal sealed class SqliteReaders(string path, int kept) : IDisposable
{
    private readonly ConcurrentBag<SqliteReader> free = [];
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
            if (!free.TryTake(out reader))
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
        while (free.TryTake(out var reader))
            reader.Dispose();
    }

    private void GiveBack(SqliteReader reader)
    {
        if (closed || free.Count >= kept)
            reader.Dispose();
        else
            free.Add(reader);
        // Closing may have emptied the bag between the look and the return.
        if (closed && free.TryTake(out var late))
            late.Dispose();
    }
}
