using SQLitePCL;

namespace Pos.Journal.Sqlite;

/// <summary>SQLite answered with an error.</summary>
internal sealed class SqliteException(int code, string message) : Exception($"{message} (SQLite {code})")
{
    /// <summary>The extended result code.</summary>
    public int Code => code;

    /// <summary>Whether the file itself is not what it should be.</summary>
    public bool IsCorrupt => (code & 0xff) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>As the contract tells it to callers.</summary>
    public Exception Translate(string what) =>
        IsCorrupt ? new JournalCorruptException($"{what}: {Message}", this) : new JournalUnavailableException($"{what}: {Message}", this);
}
