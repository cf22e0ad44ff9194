using SQLitePCL;

namespace Pos.Journal.Sqlite;

/// <summary>Binds the managed SQLite interface to the library that its package brings for every platform.</summary>
internal static class BundledSqlite
{
    private static readonly Lazy<bool> Loaded = new(Load);

    /// <summary>Loads the library once.</summary>
    public static void Ensure() => _ = Loaded.Value;

    private static bool Load()
    {
        Batteries_V2.Init();
        // Counting allocated memory takes a process-wide lock at each allocation, and nobody reads the count. Only before SQLite is first used.
        return raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0) == raw.SQLITE_OK;
    }
}
