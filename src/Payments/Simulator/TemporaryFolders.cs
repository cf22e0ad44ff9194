namespace Pos.Payments.Simulator;

/// <summary>Folders that a restart of the machine or a cleaner may empty: a book about money does not belong there.</summary>
internal static class TemporaryFolders
{
    private static readonly StringComparison AsNamesAre = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>The temporary folder that a path lies in, whatever links lead there; null when it lies in none.</summary>
    public static string? Around(string path)
    {
        var file = Real(path);
        return All().FirstOrDefault(folder => IsIn(file, Real(folder)));
    }

    private static IEnumerable<string> All() => OperatingSystem.IsWindows() ? [Path.GetTempPath()] : [Path.GetTempPath(), "/tmp", "/var/tmp", "/dev/shm"];

    private static bool IsIn(string file, string folder) =>
        file.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, AsNamesAre);

    // Follows links: /data may be a link to /tmp, and /tmp one to /private/tmp.
    private static string Real(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var root = Path.GetPathRoot(full)!;
        var real = root;
        foreach (var name in full[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, name);
            real = Followed(real);
        }

        return real;
    }

    private static string Followed(string path)
    {
        try
        {
            FileSystemInfo found = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
            return found.LinkTarget is null ? path : Real(found.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Links in a circle, or a folder without access: opening the ledger will report the error.
            return path;
        }
    }
}
