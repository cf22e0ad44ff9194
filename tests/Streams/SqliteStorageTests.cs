using System.Globalization;
using Orleans.Runtime;
using Orleans.Storage;
using Pos.Journal;
using Pos.Journal.Sqlite;

namespace Pos.Tests;

/// <summary>The states in the journal's own SQLite file.</summary>
public sealed class SqliteStorageTests : StorageConformance
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pos-states-").FullName;

    private protected override Dictionary<string, string?> Settings => new() { ["Journal:Path"] = _folder };

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task what_was_stored_is_there_after_a_crash()
    {
        var grain = GrainId.Create("sales", "berlin");
        var state = await Read(grain);
        state.State.Position = 42;
        await Storage.WriteStateAsync("seen", grain, state);

        // The files as kill -9 leaves them: nothing was closed, and the write-ahead log was not moved into the database.
        var image = Directory.CreateTempSubdirectory("pos-states-image-").FullName;
        foreach (var file in Directory.GetFiles(_folder).Where(static file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(image, Path.GetFileName(file)));
        }

        using (var instruments = new JournalInstruments())
        using (var journal = SqliteJournal.Open(new SqliteJournalOptions { Path = image }, TimeProvider.System, instruments))
        {
            var found = await journal.ReadState("seen", grain.ToString(), CancellationToken.None);
            Assert.Equal(state.ETag, found!.Value.Tag.ToString(CultureInfo.InvariantCulture));
        }

        Directory.Delete(image, recursive: true);
    }
}
