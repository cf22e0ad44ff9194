namespace Pos.Journal;

/// <summary>
/// Makes files and folders that nobody but the process's own user may read: they hold what a shop sold, to whom it paid and who did what. Windows
/// has rights of another kind, which come with the folder.
/// </summary>
internal static class PrivateFiles
{
    private const UnixFileMode OfFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OfFolder = OfFile | UnixFileMode.UserExecute;

    private static readonly string[] Ours = ["journal.", "provider-ledger."];

    /// <summary>Creates a folder, or closes one to others that holds nothing but what is ours. Any other folder is somebody else's to decide on.</summary>
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

    /// <summary>Creates an empty file where there is none, before somebody opens it who knows nothing of rights.</summary>
    public static void Create(string path)
    {
        if (!File.Exists(path))
        {
            Open(path, FileShare.None).Dispose();
        }

        CloseFile(path);
    }

    /// <summary>Takes the rights of others from a file that an earlier release made, or that was copied here. Does nothing where there is none.</summary>
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
            // Another user owns it and lets us write: what it shows to whom is theirs to say.
        }
    }
}
