using Pos.Journal.Tail;

namespace Pos.Tests;

/// <summary>The one reader of the journal's past.</summary>
public sealed class JournalPagesTests : WithWorld
{
    [Fact]
    public async Task however_many_catch_up_the_journal_is_read_once()
    {
        string[] stores = ["amsterdam", "berlin", "cordoba", ""];
        for (var round = 0; round < 80; round++)
        {
            await World.Append(stores[round % stores.Length], 100);
        }

        var all = await World.All();
        using var pages = new JournalPages(World.Journal);
        var readers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async reader =>
        {
            var store = stores[reader % stores.Length];
            var seen = new List<long>();
            for (var at = 0L; at < World.Journal.Head;)
            {
                var page = await pages.Read(at, store, CancellationToken.None);
                Assert.True(page.UpTo > at);
                seen.AddRange(page.Events.Select(recorded => recorded.Position));
                at = page.UpTo;
            }

            return (store, seen);
        }));
        Assert.All(readers, reader => Assert.Equal(all[reader.store], reader.seen));
        Assert.Equal(World.Journal.Head / JournalPages.Positions, pages.Reads);
    }

    [Fact]
    public async Task pages_that_nobody_asks_for_make_room()
    {
        await World.Append("berlin", 10_000);
        using var pages = new JournalPages(World.Journal, bytesMax: 2_000_000);
        for (var at = 0L; at < World.Journal.Head;)
        {
            at = (await pages.Read(at, null, CancellationToken.None)).UpTo;
            Assert.InRange(pages.Bytes, 0, 2_000_000);
        }

        Assert.InRange(pages.Bytes, 1, 2_000_000);
    }

    [Fact]
    public async Task a_read_at_the_end_waits_for_the_next_event()
    {
        using var pages = new JournalPages(World.Journal);
        var waiting = pages.Read(0, "berlin", CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);
        await World.Append("berlin", 1);
        Assert.Single((await waiting).Events);
    }
}
