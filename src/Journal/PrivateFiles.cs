namespace Pos.Journal;

/// <summary>
/// Makes files and folders that only the process's own user may read: they hold a shop's sales, refunds and staff. On Windows the rights come
/// with the folder, and nothing is done.
/// </summary>
internal static class PrivateFiles
{
    private const UnixFileMode OfFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OfFolder = OfFile | UnixFileMode.UserExecute;

    private static readonly string[] Ours = ["journal.", "provider-ledger."];

    /// <summary>
    /// Creates a folder, or closes an existing one to other users if it holds nothing but files of ours. The rights of any other folder are for
    /// its owner to decide.
    /// </summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path, OfFolder);
        }
        else if (File.GetUnixFileMode(path) is var mode && (mode & ~OfFolder) != 0 && !IsShared(mode)
            && Directory.EnumerateFileSystemEntries(path).All(IsOurs))
        {
            Close(path, OfFolder);
        }
    }

    /// <summary>Opens a file, or creates one.</summary>
    public static FileStream Open(string path, FileShare share, int bufferSize = 4_096)
    {
        CloseFile(path);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share, BufferSize = bufferSize };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OfFile;
        }

        return new FileStream(path, options);
    }

    /// <summary>Creates an empty file where there is none, before a library opens it that knows nothing of rights.</summary>
    public static void Create(string path)
    {
        if (!File.Exists(path))
        {
            Open(path, FileShare.None).Dispose();
        }

        CloseFile(path);
    }

    /// <summary>Takes the rights of other users from a file that an earlier release made, or that was copied here. Does nothing where there is no file.</summary>
    public static void CloseFile(string path)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & ~OfFile) != 0)
        {
            Close(path, OfFile);
        }
    }

    private static bool IsOurs(string entry) => Ours.Any(begin => Path.GetFileName(entry).StartsWith(begin, StringComparison.Ordinal));

    // A folder for everybody, as /tmp, or one whose group was set on purpose, as a volume of Kubernetes.
    private static bool IsShared(UnixFileMode mode) => (mode & (UnixFileMode.StickyBit | UnixFileMode.SetGroup | UnixFileMode.SetUser)) != 0;

    private static void Close(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        try
        {
            File.SetUnixFileMode(path, mode);
        }
        catch (UnauthorizedAccessException)
        {
            // Another user owns the file or folder and lets us write: its rights are for that user to decide.
        }
    }
}
