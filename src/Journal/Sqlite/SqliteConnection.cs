using System.Text;
using SQLitePCL;

namespace Pos.Journal.Sqlite;

/// <summary>One connection, used by one thread at a time. There is no ADO.NET in between: it costs more than the inserts themselves.</summary>
internal sealed class SqliteConnection : IDisposable
{
    // sqlite3.h; the binding has no names for them.
    private const int NoCheckpointOnClose = 1006;
    internal const int StatusPreparedAgain = 5;
    private const int BusyMilliseconds = 1_000;

    private readonly List<SqliteStatement> _statements = [];

    private SqliteConnection(sqlite3 handle) => Handle = handle;

    public sqlite3 Handle { get; }

    /// <summary>Whether no transaction is open.</summary>
    public bool IsAutocommit => raw.sqlite3_get_autocommit(Handle) != 0;

    /// <summary>Rows that the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(Handle);

    /// <summary>How often SQLite has compiled statements of this connection anew, which costs as much as several reads. 0 unless the schema changed.</summary>
    public int PreparedAgain => _statements.Sum(static statement => statement.PreparedAgain);

    /// <summary>Opens a file. A reader can neither write nor checkpoint, not even as the last one to close.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static SqliteConnection Open(string path, bool reader)
    {
        BundledSqlite.Ensure();
        var flags = raw.SQLITE_OPEN_NOMUTEX | (reader ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        var code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var connection = new SqliteConnection(handle);
        try
        {
            connection.Check(code);
            raw.sqlite3_extended_result_codes(handle, 1);
            // Readers wait for each other while one of them reads the log's index anew, and for a tool with which somebody looks at the file.
            raw.sqlite3_busy_timeout(handle, BusyMilliseconds);
            if (reader)
            {
                connection.Check(raw.sqlite3_db_config(handle, NoCheckpointOnClose, 1, out _));
                connection.Execute("PRAGMA wal_autocheckpoint = 0");
                connection.Execute("PRAGMA query_only = 1");
                // A reader forgets its pages whenever something was committed since its last read, so few pages are worth keeping.
                connection.Execute("PRAGMA cache_size = -512");
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public SqliteStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(Handle, sql, out var statement));
        var prepared = new SqliteStatement(this, statement);
        _statements.Add(prepared);
        return prepared;
    }

    /// <summary>Runs one statement to its end and returns the first row's first column as text, or null.</summary>
    public string? Execute(string sql)
    {
        Check(raw.sqlite3_prepare_v2(Handle, sql, out var handle));
        using var statement = new SqliteStatement(this, handle);
        string? first = null;
        while (statement.Step())
        {
            first ??= statement.Text(0);
        }

        return first;
    }

    public long ExecuteInt64(string sql)
    {
        Check(raw.sqlite3_prepare_v2(Handle, sql, out var handle));
        using var statement = new SqliteStatement(this, handle);
        return statement.Step() ? statement.Int64(0) : 0;
    }

    public void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw Error(code);
        }
    }

    public SqliteException Error(int code)
    {
        var extended = raw.sqlite3_extended_errcode(Handle);
        return new SqliteException((extended & 0xff) == (code & 0xff) ? extended : code, raw.sqlite3_errmsg(Handle).utf8_to_string());
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
        {
            statement.Dispose();
        }

        Handle.Dispose();
    }
}

/// <summary>A prepared statement. Columns count from 0, parameters from 1, as in SQLite.</summary>
internal sealed class SqliteStatement(SqliteConnection connection, sqlite3_stmt handle) : IDisposable
{
    public void Bind(int parameter, long value) => connection.Check(raw.sqlite3_bind_int64(handle, parameter, value));

    /// <summary>Binds text that is already UTF-8. Empty becomes NULL, which takes no room in a row.</summary>
    public void BindText(int parameter, ReadOnlySpan<byte> utf8) => connection.Check(
        utf8.IsEmpty ? raw.sqlite3_bind_null(handle, parameter) : raw.sqlite3_bind_text(handle, parameter, utf8));

    public void BindText(int parameter, string text) => BindText(parameter, Encoding.UTF8.GetBytes(text));

    public void BindBlob(int parameter, ReadOnlySpan<byte> bytes) => connection.Check(
        bytes.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, parameter, 0) : raw.sqlite3_bind_blob(handle, parameter, bytes));

    /// <summary>True when there is a row; the statement is reset when there is none.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        if (code == raw.SQLITE_DONE)
        {
            raw.sqlite3_reset(handle);
            return false;
        }

        var error = connection.Error(code);
        raw.sqlite3_reset(handle);
        throw error;
    }

    /// <summary>Steps a statement that returns no rows: SQLITE_DONE, or the code of a broken constraint; anything else throws.</summary>
    public int StepOrConstraint()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_DONE)
        {
            raw.sqlite3_reset(handle);
            return code;
        }

        var error = connection.Error(code);
        raw.sqlite3_reset(handle);
        return (error.Code & 0xff) == raw.SQLITE_CONSTRAINT ? error.Code : throw error;
    }

    /// <summary>How often SQLite has compiled the statement anew.</summary>
    public int PreparedAgain => raw.sqlite3_stmt_status(handle, SqliteConnection.StatusPreparedAgain, 0);

    /// <summary>The statement itself, for bindings that must not copy. Valid while this lives.</summary>
    public IntPtr Pointer => handle.DangerousGetHandle();

    public void Reset() => raw.sqlite3_reset(handle);

    public long Int64(int column) => raw.sqlite3_column_int64(handle, column);

    /// <summary>The column's bytes; valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(handle, column);

    public string Text(int column)
    {
        var bytes = raw.sqlite3_column_blob(handle, column);
        return bytes.IsEmpty ? "" : Encoding.UTF8.GetString(bytes);
    }

    public void Dispose() => handle.Dispose();
}

/// <summary>SQLite answered with an error.</summary>
internal sealed class SqliteException(int code, string message) : Exception($"{message} (SQLite {code})")
{
    /// <summary>The extended result code.</summary>
    public int Code => code;

    /// <summary>Whether the file itself is damaged, or no database.</summary>
    public bool IsCorrupt => (code & 0xff) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>The exception of the journal's contract that says the same.</summary>
    public Exception Translate(string what) =>
        IsCorrupt ? new JournalCorruptException($"{what}: {Message}", this) : new JournalUnavailableException($"{what}: {Message}", this);
}

/// <summary>Binds the managed SQLite interface to the library that its package brings for every platform.</summary>
internal static class BundledSqlite
{
    private static readonly Lazy<bool> Loaded = new(Load);

    /// <summary>Loads the library once.</summary>
    public static void Ensure() => _ = Loaded.Value;

    private static bool Load()
    {
        Batteries_V2.Init();
        // Counting allocated memory takes a process-wide lock at each allocation, and nobody reads the count. Works only before the first use.
        return raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0) == raw.SQLITE_OK;
    }
}
