using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Pos.Journal.Sqlite;

/// <summary>Binds the managed SQLite interface to the library the operating system brings along.</summary>
internal static class SystemSqlite
{
    // STRICT tables came with this one.
    private const int VersionMin = 3_037_000;

    private static readonly Lazy<bool> Loaded = new(Load);

    /// <summary>Loads the library once.</summary>
    /// <exception cref="InvalidOperationException">It is missing or too old; the message names the package to install.</exception>
    public static void Ensure() => _ = Loaded.Value;

    private static bool Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        NativeLibrary.SetDllImportResolver(typeof(SystemSqlite).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        // Counting allocated memory takes a process-wide lock at each allocation, and nobody reads the count.
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
        var version = raw.sqlite3_libversion_number();
        return version >= VersionMin
            ? true
            : throw new InvalidOperationException($"The system's SQLite is {raw.sqlite3_libversion().utf8_to_string()}; 3.37 or newer is needed. {Hint()}");
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != "e_sqlite3")
            return IntPtr.Zero;
        foreach (var candidate in Candidates())
        {
            if (NativeLibrary.TryLoad(candidate, assembly, null, out var handle))
                return handle;
        }

        throw new InvalidOperationException($"SQLite's library was not found on this system. {Hint()}");
    }

    private static string[] Candidates() =>
        OperatingSystem.IsWindows() ? ["winsqlite3.dll", "sqlite3.dll"]
        : OperatingSystem.IsMacOS() ? ["libsqlite3.dylib", "/usr/lib/libsqlite3.dylib"]
        : ["libsqlite3.so.0", "libsqlite3.so"];

    private static string Hint() =>
        OperatingSystem.IsWindows() ? "Windows 10 and later bring winsqlite3.dll; older ones need sqlite3.dll beside the program."
        : OperatingSystem.IsMacOS() ? "macOS brings it; a newer one comes with 'brew install sqlite'."
        : "Install it: 'apt install libsqlite3-0' (Debian, Ubuntu), 'dnf install sqlite-libs' (Fedora, RHEL), 'apk add sqlite-libs' (Alpine).";
}
