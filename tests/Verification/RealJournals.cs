using Pos.Journal;
using Pos.Journal.Sqlite;
using Pos.Verification;

namespace Pos.Tests;

/// <summary>The verifier on the files of a real journal.</summary>
public sealed class RealJournals : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pos-verify-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task a_journal_is_compared_with_its_own_mark_and_with_its_head_file()
    {
        var report = await WriteAndVerify();

        Assert.True(report.Ok);
        Assert.Equal(2, report.Events);
        Assert.Equal(6, report.Invariants.Single(i => i.Name == "head").Checked);
    }

    [Fact]
    public async Task a_letter_changed_in_the_file_is_found()
    {
        await WriteAndVerify();
        var database = Path.Combine(_folder, "journal.db");
        var bytes = await File.ReadAllBytesAsync(database);
        var at = bytes.AsSpan().IndexOf("Enamel mug"u8);
        Assert.True(at > 0, "the payload stands in the file as it was written");
        bytes[at + 7] = (byte)'r';
        await File.WriteAllBytesAsync(database, bytes);

        using var instruments = new JournalInstruments();
        using var journal = Open(instruments);
        var report = await Verifier.Run(journal, null, CancellationToken.None);

        var broken = Assert.Single(report.Invariants, i => i.Violations > 0);
        Assert.Equal("chain-hash", broken.Name);
        Assert.Equal("product/MUG@1", broken.First.Single().Where);
    }

    private SqliteJournal Open(JournalInstruments instruments) =>
        SqliteJournal.Open(new SqliteJournalOptions { Path = _folder }, TimeProvider.System, instruments);

    private async Task<VerificationReport> WriteAndVerify()
    {
        using var instruments = new JournalInstruments();
        using var journal = Open(instruments);
        await journal.Append("product/MUG", RealAppends.Product);
        await journal.Append("store/london", """{"name":"London","currency":"GBP","timeZone":"Europe/London","taxInclusive":true,"tills":["till-1"]}""", "store.defined");
        return await Verifier.Run(journal, null, CancellationToken.None);
    }
}
