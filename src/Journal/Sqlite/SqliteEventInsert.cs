using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pos.Journal.Sqlite;

/// <summary>
/// The one statement that runs for each event. Its texts are bound where they lie in the append's buffer: copies of them, and calls through
/// the binding, would cost as much as the insert itself.
/// </summary>
internal sealed unsafe partial class SqliteEventInsert(SqliteConnection connection)
{
    // SQLITE_STATIC: the bytes stay where they are until the statement has run.
    private const nint Static = 0;

    private readonly SqliteStatement _statement = connection.Prepare(
        "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)");

    /// <summary>Inserts the event that stands, followed by its hash, at the beginning of these bytes.</summary>
    /// <returns>SQLITE_DONE, or the code of a broken constraint.</returns>
    /// <exception cref="SqliteException">Any other failure.</exception>
    public int Insert(long position, long streamId, ReadOnlySpan<byte> encoded, out ReadOnlySpan<byte> stream, out int consumed)
    {
        var e = new EncodedEvent(encoded);
        fixed (byte* pinned = encoded)
        {
            var into = _statement.Pointer;
            stream = e.Bytes();
            var result = BindInt64(into, 1, position) | BindText(into, 2, stream) | BindInt64(into, 3, e.Int64())
                | BindText(into, 4, e.Bytes()) | BindInt64(into, 5, e.Int32()) | BindInt64(into, 6, e.Int64()) | BindInt64(into, 7, e.Int64());
            for (var column = 8; column <= 13; column++)
            {
                result |= BindText(into, column, e.Bytes());
            }

            result |= BindBlob(into, 14, e.Bytes());
            consumed = e.Consumed;
            result |= BindBlob(into, 15, encoded.Slice(consumed, ChainHash.Size)) | BindInt64(into, 16, streamId);
            if (result != 0)
            {
                throw connection.Error(result);
            }

            return _statement.StepOrConstraint();
        }
    }

    // Empty text becomes NULL, which takes no room in a row.
    private static int BindText(nint into, int parameter, ReadOnlySpan<byte> pinned) => pinned.IsEmpty
        ? BindNull(into, parameter)
        : BindText(into, parameter, Pointer(pinned), pinned.Length, Static);

    private static int BindBlob(nint into, int parameter, ReadOnlySpan<byte> pinned) => pinned.IsEmpty
        ? BindZeroBlob(into, parameter, 0)
        : BindBlob(into, parameter, Pointer(pinned), pinned.Length, Static);

    private static byte* Pointer(ReadOnlySpan<byte> pinned) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_bind_int64"), SuppressGCTransition]
    private static partial int BindInt64(nint statement, int parameter, long value);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_bind_null"), SuppressGCTransition]
    private static partial int BindNull(nint statement, int parameter);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_bind_zeroblob"), SuppressGCTransition]
    private static partial int BindZeroBlob(nint statement, int parameter, int count);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_bind_text"), SuppressGCTransition]
    private static partial int BindText(nint statement, int parameter, byte* text, int count, nint destructor);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_bind_blob"), SuppressGCTransition]
    private static partial int BindBlob(nint statement, int parameter, byte* bytes, int count, nint destructor);
}
