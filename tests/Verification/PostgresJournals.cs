using Pos.Journal;
using Pos.Journal.Postgres;
using Pos.Tests.Rigs;
using Pos.Verification;

namespace Pos.Tests;

/// <summary>The verifier on a journal in a real PostgreSQL server.</summary>
public sealed class PostgresJournals(PostgresServer server) : IClassFixture<PostgresServer>, IDisposable
{
    private PostgresJournalOptions Options =>
        new() { ConnectionString = server.ConnectionString(_database), ConnectTimeout = TimeSpan.FromSeconds(20), CommandTimeout = TimeSpan.FromSeconds(20) };

    private readonly string _database = server.CreateDatabase();
    private readonly JournalInstruments _instruments = new();

    public void Dispose() => _instruments.Dispose();

    [Fact]
    public async Task a_journal_is_verified_as_it_is_at_one_moment_while_a_silo_goes_on_writing()
    {
        using var journal = Open();
        using var enough = new CancellationTokenSource();
        var written = 0;
        var writing = Task.Run(async () =>
        {
            for (; !enough.IsCancellationRequested; Interlocked.Increment(ref written))
            {
                await journal.Append($"product/{written}", RealAppends.Product);
            }
        });
        for (var round = 0; round < 5; round++)
        {
            var before = Volatile.Read(ref written);
            while (Volatile.Read(ref written) < before + 50 && !writing.IsCompleted)
            {
                await Task.Yield();
            }

            foreach (var report in new[] { await Verifier.Run(journal, null, CancellationToken.None), await Verify() })
            {
                Assert.True(report.Ok, Violations(report));
                Assert.True(report.Events >= before + 50);
                Assert.Equal(report.Events, report.Head);
            }
        }

        await enough.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task a_letter_changed_in_the_database_is_found_by_the_chain()
    {
        await Write();
        server.Execute(
            _database,
            "UPDATE pos_journal.events SET record = overlay(record PLACING 'r' FROM position('Enamel'::bytea IN record)) WHERE position = 2");
        Assert.Equal(("chain-hash", "product/MUG@1"), Only(await Verify()));
    }

    [Fact]
    public async Task a_hash_changed_in_the_database_is_found_by_the_chain_and_by_the_head()
    {
        await Write();
        server.Execute(_database, "UPDATE pos_journal.events SET record = set_byte(record, length(record) - 1, 1 # get_byte(record, length(record) - 1)) WHERE position = 2");
        var report = await Verify();
        Assert.Equal(["chain-hash", "head"], report.Invariants.Where(i => i.Violations > 0).Select(i => i.Name).Order());
    }

    [Theory]
    [InlineData(2, "head")]
    [InlineData(3, "versions-contiguous")]
    [InlineData(5, "head")]
    public async Task a_position_that_is_missing_is_found(int position, string by)
    {
        await Write();
        server.Execute(_database, $"DELETE FROM pos_journal.events WHERE position = {position}");
        var report = await Verify();
        Assert.False(report.Ok);
        Assert.Contains(report.Invariants, i => i.Name == by && i.Violations > 0);
        if (position == 5)
        {
            Assert.Contains("ends at position 4, but position 5", Assert.Throws<JournalCorruptException>(Open).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task a_row_that_is_no_event_is_named_by_its_position()
    {
        await Write();
        server.Execute(_database, "UPDATE pos_journal.events SET record = 'what a program wrote that is none of ours' WHERE position = 2");
        var report = await Verify();
        Assert.Equal("The event at position 2 cannot be read.", report.Invariants.Single(i => i.Violations > 0).First.Single().What);
        using var journal = Open();
        Assert.False((await Verifier.Run(journal, null, CancellationToken.None)).Ok);
    }

    [Fact]
    public async Task a_payload_that_is_no_json_is_a_violation_and_the_reading_goes_on()
    {
        using (var journal = Open())
        {
            await journal.Append("stock/london/000001", "xxxx");
            await journal.Append("product/MUG", RealAppends.Product);
        }

        var report = await Verify();
        Assert.Equal(2, report.Events);
        Assert.Contains(report.Invariants, i => i.Name == "events-readable" && i.First.Single().Where == "stock/london/000001@1");
    }

    private static string Violations(VerificationReport report) =>
        string.Join('\n', report.Invariants.SelectMany(i => i.First.Select(v => $"{i.Name} {v.Where}: {v.What}")));

    private static (string Invariant, string Where) Only(VerificationReport report)
    {
        var broken = Assert.Single(report.Invariants, i => i.Violations > 0);
        return (broken.Name, broken.First.Single().Where);
    }

    private Task<VerificationReport> Verify() =>
        Verifier.Run(Options, null, CancellationToken.None);

    private PostgresJournal Open() =>
        PostgresJournal.Open(Options, TimeProvider.System, _instruments);

    private async Task Write()
    {
        using var journal = Open();
        await journal.Append(Shop.Mug, Received("r1", 10), "stock.received");
        await journal.Append("product/MUG", RealAppends.Product);
        await journal.Append(Shop.Mug, Received("r2", 11), "stock.received");
        await journal.Append(Shop.Mug, Received("r3", 12), "stock.received");
        await journal.Append("product/PLATE", RealAppends.Product);
        var report = await Verifier.Run(journal, null, CancellationToken.None);
        Assert.True(report.Ok, Violations(report));
    }

    private static string Received(string id, int balance) =>
        $"{{{Shop.Operation(id)},'quantity':{(balance == 10 ? 10 : 1)},'balance':{balance},'note':''}}".Replace('\'', '"');
}
