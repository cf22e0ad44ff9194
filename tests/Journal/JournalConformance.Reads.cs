using System.Text;
using Pos.Journal;

namespace Pos.Tests;

public abstract partial class JournalConformance
{
    [Fact]
    public async Task a_reader_beside_the_writers_sees_every_position_once_and_in_order()
    {
        var rig = Rig();
        var journal = rig.Start();
        var sessions = new List<JournalSession>();
        for (var s = 0; s < 8; s++)
        {
            sessions.Add(await Open(journal, new StreamName("stock", $"london/{s}")));
        }

        var seen = new List<RecordedEvent>();
        for (var round = 0; round < 60; round++)
        {
            var appends = sessions.Select(s => Append(rig, s, $"{round}", "b")).ToList();
            seen.AddRange(await All(journal, seen.Count));
            if (round % 7 == 0)
            {
                await rig.Settle(appends[^1]);
            }
        }

        foreach (var session in sessions)
        {
            Assert.Equal(AppendResult.Durable, await rig.Settle(session.Pending));
        }

        seen.AddRange(await All(journal, seen.Count));
        Assert.Equal(Enumerable.Range(1, 8 * 60 * 2).Select(i => (long)i), seen.Select(e => e.Position));
        Assert.Equal(seen.Select(e => e.Hash.ToArray()), (await AssertWhole(journal)).Select(e => e.Hash.ToArray()));
    }

    [Fact]
    public async Task reading_resumes_behind_a_position_and_behind_a_version()
    {
        var rig = Rig();
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        for (var i = 1; i <= 700; i++)
        {
            _ = Append(rig, session, $"{i}", "x");
        }

        Assert.Equal(AppendResult.Durable, await rig.Settle(session.Pending));
        Assert.Equal(1_400 - 123, (await All(journal, 123)).Count);
        Assert.Equal(124, (await All(journal, 123))[0].Position);
        Assert.Empty(await All(journal, 1_400));
        var some = new List<RecordedEvent>();
        await foreach (var recorded in journal.ReadStream(Stock, 10, 1_000, None))
        {
            some.Add(recorded);
        }

        Assert.Equal(Enumerable.Range(11, 1_000).Select(i => (long)i), some.Select(e => e.Version));
    }

    [Fact]
    public async Task streams_are_listed_by_store_and_category_in_the_order_they_began()
    {
        var rig = Rig();
        var journal = rig.Start();
        foreach (var (stream, store) in new[]
        {
            ("order/3", "london"), ("stock/london/1", "london"), ("order/1", "london"), ("orders/9", "london"), ("order/7", "paris"),
            ("order/2", "london"), ("product/1", ""),
        })
        {
            var session = await Open(journal, StreamName.Parse(stream));
            session.TryAppend([new NewEvent("x", 1, default), new NewEvent("y", 1, default)], Context(rig, store), WakeUpChange.Keep, out var result);
            Assert.Equal(AppendResult.Durable, await rig.Settle(result));
        }

        var page = await journal.ListStreams("london", "order", 0, 2, None);
        Assert.Equal([new StreamListing(StreamName.Parse("order/3"), 1), new StreamListing(StreamName.Parse("order/1"), 5)], page);
        var next = await journal.ListStreams("london", "order", page[^1].Position, 2, None);
        Assert.Equal([new StreamListing(StreamName.Parse("order/2"), 11)], next);
        Assert.Equal("product/1", Assert.Single(await journal.ListStreams("", "product", 0, 10, None)).Stream.Value);
    }

    [Fact]
    public async Task a_snapshot_restores_and_only_later_events_are_folded()
    {
        var (rig, journal) = await WithSnapshot(stateVersion: 1, at: 3);
        var fold = new Recorder();
        var session = await Open(journal, Stock, fold);
        Assert.Equal(("state", 3L), (fold.Restored, fold.RestoredVersion));
        Assert.Equal(["4", "5"], fold.Payloads);
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, "6")));
        await AssertWhole(journal);
    }

    [Fact]
    public async Task a_snapshot_of_another_state_version_is_ignored()
    {
        var (_, journal) = await WithSnapshot(stateVersion: 1, at: 3);
        var fold = new Recorder(stateVersion: 2);
        await Open(journal, Stock, fold);
        Assert.Null(fold.Restored);
        Assert.Equal(["1", "2", "3", "4", "5"], fold.Payloads);
    }

    [Fact]
    public async Task an_older_snapshot_never_replaces_a_newer_one()
    {
        var (rig, journal) = await WithSnapshot(stateVersion: 1, at: 3);
        var session = await Open(journal, Stock);
        await Save(rig, session, "older", 1, 2);
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, "6")));
        var fold = new Recorder();
        await Open(journal, Stock, fold);
        Assert.Equal(("state", 3L), (fold.Restored, fold.RestoredVersion));
    }

    [Fact]
    public async Task a_snapshot_ahead_of_what_is_durable_is_not_saved()
    {
        var (rig, journal) = await WithSnapshot(stateVersion: 1, at: 6);
        var fold = new Recorder();
        var session = await Open(journal, Stock, fold);
        Assert.Null(fold.Restored);
        Assert.Equal(5, session.Version);
        rig.Hold();
        _ = Append(rig, session, "6");
        await Save(rig, session, "undurable", 1, 6);
        rig.Release();
        Assert.Equal(AppendResult.Durable, await rig.Settle(session.Pending));
        fold = new Recorder();
        await Open(journal, Stock, fold);
        Assert.Null(fold.Restored);
    }

    /// <summary>A stream of five events with a snapshot asked for at a version.</summary>
    private async Task<(Rigs.JournalRig Rig, IJournal Journal)> WithSnapshot(int stateVersion, long at)
    {
        var rig = Rig();
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, "1", "2", "3", "4")));
        await Save(rig, session, "state", stateVersion, at);
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, "5")));
        return (rig, journal);
    }

    private static async Task Save(Rigs.JournalRig rig, JournalSession session, string state, int stateVersion, long version)
    {
        session.SaveSnapshot(() => Encoding.UTF8.GetBytes(state), stateVersion, version);
        // They are written out one after the other: when the next one is, this one is on its way.
        var isOnItsWay = false;
        session.SaveSnapshot(
            () =>
            {
                Volatile.Write(ref isOnItsWay, true);
                throw new InvalidOperationException("A state that cannot be written harms nobody.");
            },
            1, 1);
        await rig.Until(() => Volatile.Read(ref isOnItsWay));
    }
}
