using System.Runtime.Versioning;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Pos.Journal;
using Pos.Journal.Sqlite;

namespace Pos.Tests;

/// <summary>What a shop sold is its own: on Unix nobody but the server's user may read its files.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PrivateFilesTests : IDisposable
{
    private const UnixFileMode OfFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OfFolder = OfFile | UnixFileMode.UserExecute;
    private const UnixFileMode Open = (UnixFileMode)0b111_101_101;

    private readonly DirectoryInfo _above = Directory.CreateTempSubdirectory("pos-private-");
    private readonly JournalInstruments _instruments = new();

    private string Folder => Path.Combine(_above.FullName, "shop", "data");

    public void Dispose()
    {
        _instruments.Dispose();
        _above.Delete(recursive: true);
    }

    [SkippableOnWindowsFact]
    public async Task every_file_of_a_journal_is_its_users_alone()
    {
        await Run();
        Assert.Equal(OfFolder, File.GetUnixFileMode(Folder));

        // As an earlier release left them, or somebody who copied them.
        foreach (var file in Directory.GetFiles(Folder))
        {
            File.SetUnixFileMode(file, Open);
        }

        File.SetUnixFileMode(Folder, Open);
        await Run();
        Assert.Equal(OfFolder, File.GetUnixFileMode(Folder));
    }

    [SkippableOnWindowsFact]
    public async Task a_folder_that_holds_something_else_or_is_shared_on_purpose_stays_as_it_is()
    {
        Directory.CreateDirectory(Folder);
        File.SetUnixFileMode(Folder, Open);
        await File.WriteAllTextAsync(Path.Combine(Folder, "someone-elses.txt"), "x");
        await Run();
        Assert.Equal(Open, File.GetUnixFileMode(Folder));
        Assert.NotEqual(OfFile, File.GetUnixFileMode(Path.Combine(Folder, "someone-elses.txt")));
        File.Delete(Path.Combine(Folder, "someone-elses.txt"));

        File.SetUnixFileMode(Folder, Open | UnixFileMode.SetGroup);
        await Run();
        Assert.Equal(Open | UnixFileMode.SetGroup, File.GetUnixFileMode(Folder));
    }

    private async Task Run()
    {
        using var journal = SqliteJournal.Open(new() { Path = Folder }, TimeProvider.System, _instruments, NullLogger<SqliteJournal>.Instance);
        var session = await journal.Open(StreamName.Parse("stock/a"), new Recorder(), CancellationToken.None);
        session.TryAppend([new NewEvent("x", 1, Encoding.UTF8.GetBytes("{}"))], new EventContext(DateTimeOffset.UnixEpoch), WakeUpChange.Keep, out var result);
        Assert.Equal(AppendResult.Durable, await result);
        var files = Directory.GetFiles(Folder, "journal.*").Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(["journal.db", "journal.db-shm", "journal.db-wal", "journal.head", "journal.lock", "journal.pid"], files);
        Assert.All(files, file => Assert.Equal((file, OfFile), (file, File.GetUnixFileMode(Path.Combine(Folder, file!)))));
    }
}

/// <summary>For what only Unix has.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SkippableOnWindowsFactAttribute : FactAttribute
{
    public SkippableOnWindowsFactAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows has no modes of files." : null;
}
