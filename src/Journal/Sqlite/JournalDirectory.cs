using System.Globalization;
using System.Runtime.InteropServices;

namespace Pos.Journal.Sqlite;

/// <summary>
/// The folder of a journal, locked by one process. The operating system releases the lock when the process dies, however it dies.
/// </summary>
internal sealed partial class JournalDirectory : IDisposable
{
    // The errors of a file that another process holds: EAGAIN of Linux, of macOS, ERROR_SHARING_VIOLATION.
    private static readonly int[] Held = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _held;

    private JournalDirectory(string path, FileStream held)
    {
        Path = path;
        _held = held;
    }

    public string Path { get; }

    public string Database => System.IO.Path.Combine(Path, "journal.db");

    public string Head => System.IO.Path.Combine(Path, "journal.head");

    /// <summary>Creates the folder if need be and takes the lock.</summary>
    /// <exception cref="JournalInUseException">Another process, or this one, has it open.</exception>
    /// <exception cref="JournalUnavailableException">It cannot be made, or not be written.</exception>
    public static JournalDirectory Hold(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        var holder = System.IO.Path.Combine(path, "journal.pid");
        FileStream? held = null;
        try
        {
            PrivateFiles.CreateFolder(path);
            held = PrivateFiles.Open(System.IO.Path.Combine(path, "journal.lock"), FileShare.None);
            PrivateFiles.Create(holder);
            File.WriteAllText(holder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            var directory = new JournalDirectory(path, held);
            // SQLite gives its log and its index the rights of the database.
            PrivateFiles.Create(directory.Database);
            PrivateFiles.CloseFile(directory.Database + "-wal");
            PrivateFiles.CloseFile(directory.Database + "-shm");
            return directory;
        }
        catch (IOException denied) when (held is null && Held.Contains(denied.HResult))
        {
            throw new JournalInUseException(path, ReadPid(holder), denied);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            held?.Dispose();
            throw new JournalUnavailableException($"The journal's folder '{path}' cannot be written: {denied.Message}", denied);
        }
    }

    /// <summary>Flushes the folder, so that new file names survive a loss of power. Windows does that by itself.</summary>
    public void Flush()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var folder = OpenFolder(Path, 0);
        if (folder < 0)
        {
            throw new IOException($"'{Path}' cannot be opened for flushing (errno {Marshal.GetLastPInvokeError()}).");
        }

        var flushed = FlushFolder(folder);
        var error = Marshal.GetLastPInvokeError();
        _ = CloseFolder(folder);
        if (flushed != 0)
        {
            throw new IOException($"'{Path}' cannot be flushed (errno {error}).");
        }
    }

    public void Dispose()
    {
        File.Delete(System.IO.Path.Combine(Path, "journal.pid"));
        _held.Dispose();
    }

    private static int? ReadPid(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushFolder(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseFolder(int descriptor);
}
