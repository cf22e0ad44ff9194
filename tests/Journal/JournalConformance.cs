using System.Text;
using Pos.Journal;
using Pos.Tests.Rigs;
using Pos.Tests.Simulated.Journal;

namespace Pos.Tests;

/// <summary>What every journal promises. Inherited once for each store.</summary>
public abstract partial class JournalConformance : IDisposable
{
    private protected static readonly StreamName Stock = new("stock", "london/85123A");
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly List<JournalRig> _rigs = [];

    protected abstract JournalRig NewRig(JournalOptions limits);

    private protected JournalRig Rig(JournalOptions? limits = null)
    {
        var rig = NewRig(limits ?? new JournalOptions());
        _rigs.Add(rig);
        return rig;
    }

    public void Dispose()
    {
        _rigs.ForEach(static r => r.Dispose());
        GC.SuppressFinalize(this);
    }

    private protected static EventContext Context(JournalRig rig, string store = "london") =>
        new(rig.Clock.GetUtcNow().AddHours(-1), store, "till-7", "anna", "order-1", "cmd-1", "00-trace");

    private protected static Task<AppendResult> Append(JournalRig rig, JournalSession session, params string[] payloads) =>
        Append(rig, session, WakeUpChange.Keep, payloads);

    private protected static Task<AppendResult> Append(JournalRig rig, JournalSession session, WakeUpChange wakeUp, params string[] payloads)
    {
        var events = payloads.Select(p => new NewEvent("stock.counted", 2, Encoding.UTF8.GetBytes(p))).ToArray();
        Assert.True(session.TryAppend(events, Context(rig), wakeUp, out var result));
        return result;
    }

    private protected static async Task<JournalSession> Open(IJournal journal, StreamName stream, Recorder? fold = null) =>
        await journal.Open(stream, fold ?? new Recorder(), None);

    private protected static async Task<List<RecordedEvent>> All(IJournal journal, long after = 0)
    {
        var all = new List<RecordedEvent>();
        await foreach (var recorded in journal.ReadAll(after, None))
        {
            all.Add(recorded);
        }

        return all;
    }

    /// <summary>Every stream reads 1…n with an intact chain, positions have no gap: true after anything that may happen.</summary>
    private protected static async Task<List<RecordedEvent>> AssertWhole(IJournal journal)
    {
        var all = await All(journal);
        Assert.Equal(Enumerable.Range(1, all.Count).Select(i => (long)i), all.Select(e => e.Position));
        foreach (var stream in all.GroupBy(e => e.Stream))
        {
            var (version, hash) = (0L, ChainHash.Start.ToArray());
            foreach (var recorded in stream)
            {
                Assert.Equal(++version, recorded.Version);
                hash = ChainHash.Compute(hash, recorded);
                Assert.Equal(hash, recorded.Hash.ToArray());
            }
        }

        Assert.Equal(all.Count, journal.Head);
        return all;
    }

    private protected static IEnumerable<string> Payloads(IEnumerable<RecordedEvent> events) =>
        events.Select(e => Encoding.UTF8.GetString(e.Payload.Span));

    [Fact]
    public async Task an_appended_event_reads_back_as_it_was()
    {
        var rig = Rig();
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        Assert.Equal(0, session.Version);
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, "één", "two")));
        Assert.Equal((2L, 2L, 2L), (session.Version, session.DurableVersion, journal.Head));

        var fold = new Recorder();
        await Open(journal, Stock, fold);
        Assert.Equal(["één", "two"], fold.Payloads);
        var first = fold.Events[0];
        Assert.Equal((1L, Stock, 1L, "stock.counted", 2), (first.Position, first.Stream, first.Version, first.Type, first.TypeVersion));
        Assert.Equal(rig.Clock.GetUtcNow(), first.RecordedAt);
        Assert.Equal(Context(rig), first.Context);
        Assert.Equal(first, (await All(journal))[0] with { Payload = first.Payload, Hash = first.Hash });
    }

    [Fact]
    public async Task a_stream_that_is_begun_unread_is_stored_only_when_it_did_not_exist()
    {
        var rig = Rig();
        var journal = rig.Start();
        var first = journal.Begin(Stock);
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, first, "one")));

        var late = journal.Begin(Stock);
        Assert.Equal(AppendResult.Conflict, await rig.Settle(Append(rig, late, WakeUpChange.Set(rig.Clock.GetUtcNow()), "another", "and more")));
        Assert.True(late.IsPoisoned);
        Assert.Empty(await journal.ListWakeUps("stock", "", "", 10, None));

        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, first, "two")));
        Assert.Equal(["one", "two"], Payloads(await AssertWhole(journal)));
    }

    [Fact]
    public async Task of_two_sessions_that_begin_one_stream_at_once_one_is_stored_whole()
    {
        var rig = Rig();
        var journal = rig.Start();
        var (left, right) = (Append(rig, journal.Begin(Stock), "l1", "l2"), Append(rig, journal.Begin(Stock), "r1"));
        AppendResult[] ends = [await rig.Settle(left), await rig.Settle(right)];
        Assert.Equal([AppendResult.Durable, AppendResult.Conflict], ends.Order());
        Assert.Equal(ends[0] == AppendResult.Durable ? ["l1", "l2"] : ["r1"], Payloads(await AssertWhole(journal)));
    }

    [Fact]
    public async Task an_empty_context_and_an_empty_payload_read_back_empty()
    {
        var rig = Rig();
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        session.TryAppend([new NewEvent("x", 1, default)], new EventContext(rig.Clock.GetUtcNow()), WakeUpChange.Keep, out var result);
        Assert.Equal(AppendResult.Durable, await rig.Settle(result));
        var recorded = Assert.Single(await AssertWhole(journal));
        Assert.Equal(new EventContext(rig.Clock.GetUtcNow()), recorded.Context);
        Assert.Equal(0, recorded.Payload.Length);
    }

    [Fact]
    public async Task concurrent_appends_leave_no_gap_in_versions_or_positions()
    {
        var rig = Rig();
        var journal = rig.Start();
        var results = new List<Task<AppendResult>>();
        for (var s = 0; s < 40; s++)
        {
            var session = await Open(journal, new StreamName("stock", $"london/{s}"));
            for (var i = 0; i < 25; i++)
            {
                results.Add(Append(rig, session, $"{s}.{i}", "and"));
            }
        }

        foreach (var result in results)
        {
            Assert.Equal(AppendResult.Durable, await rig.Settle(result));
        }

        var all = await AssertWhole(journal);
        Assert.Equal(40 * 25 * 2, all.Count);
    }

    [Fact]
    public async Task a_conflict_fails_the_append_and_everything_queued_behind_it_in_its_session()
    {
        var rig = Rig();
        var journal = rig.Start();
        var (winner, loser) = (await Open(journal, Stock), await Open(journal, Stock));
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, winner, "won")));
        rig.Hold();
        var (a, b, c) = (Append(rig, loser, "a"), Append(rig, loser, "b"), Append(rig, loser, "c"));
        rig.Release();
        Assert.Equal(AppendResult.Conflict, await rig.Settle(a));
        Assert.Equal(AppendResult.Poisoned, await rig.Settle(b));
        Assert.Equal(AppendResult.Poisoned, await rig.Settle(c));
        Assert.True(loser.IsPoisoned);
        Assert.Equal(AppendResult.Poisoned, await rig.Settle(loser.Pending));
        Assert.True(loser.TryAppend([new NewEvent("x", 1, default)], Context(rig), WakeUpChange.Keep, out var late));
        Assert.Equal(AppendResult.Poisoned, await late);
        Assert.Equal(["won"], Payloads(await AssertWhole(journal)));
    }

    [Fact]
    public async Task an_append_that_was_rolled_back_fails_everything_queued_behind_it()
    {
        var rig = Rig(new JournalOptions { BatchEventsMax = 1 });
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        rig.Hold();
        var (a, b) = (Append(rig, session, "a"), Append(rig, session, "b"));
        rig.Faults.Next(SimulatedPoint.Write, SimulatedFault.Full);
        rig.Release();
        Assert.Equal(AppendResult.Failed, await rig.Settle(a));
        Assert.Equal(AppendResult.Poisoned, await rig.Settle(b));
        Assert.Equal((true, 0L), (session.IsPoisoned, session.DurableVersion));
        Assert.Empty(await AssertWhole(journal));
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, await Open(journal, Stock), "after")));
    }

    [Fact]
    public async Task two_appends_of_one_session_in_a_batch_that_is_rolled_back_both_fail()
    {
        var rig = Rig();
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        rig.Hold();
        var (a, b) = (Append(rig, session, "a"), Append(rig, session, "b"));
        rig.Faults.Next(SimulatedPoint.Write, SimulatedFault.Fail);
        rig.Release();
        Assert.Equal(AppendResult.Failed, await rig.Settle(a));
        Assert.Equal(AppendResult.Poisoned, await rig.Settle(b));
        Assert.Empty(await AssertWhole(journal));
    }

    [Fact]
    public async Task a_new_session_while_the_old_queue_drains_loses_and_wins_after_reopening()
    {
        var rig = Rig();
        var journal = rig.Start();
        var old = await Open(journal, Stock);
        rig.Hold();
        var (a, b) = (Append(rig, old, "a"), Append(rig, old, "b"));
        var young = await Open(journal, Stock);
        var stale = Append(rig, young, "stale");
        rig.Release();
        Assert.Equal(AppendResult.Durable, await rig.Settle(a));
        Assert.Equal(AppendResult.Durable, await rig.Settle(b));
        Assert.Equal(AppendResult.Conflict, await rig.Settle(stale));
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, await Open(journal, Stock), "c")));
        Assert.Equal(["a", "b", "c"], Payloads(await AssertWhole(journal)));
    }

    [Fact]
    public async Task a_conflict_inside_a_batch_spares_the_others()
    {
        var rig = Rig();
        var journal = rig.Start();
        var winner = await Open(journal, Stock);
        var loser = await Open(journal, Stock);
        var other = await Open(journal, new StreamName("stock", "paris/1"));
        rig.Hold();
        var first = Append(rig, other, "p1");
        var won = Append(rig, winner, "won");
        var lost = Append(rig, loser, WakeUpChange.Set(rig.Clock.GetUtcNow()), "lost", "too");
        var behind = Append(rig, loser, "behind");
        var last = Append(rig, other, "p2");
        rig.Release();
        Assert.Equal(AppendResult.Durable, await rig.Settle(first));
        Assert.Equal(AppendResult.Durable, await rig.Settle(won));
        Assert.Equal(AppendResult.Conflict, await rig.Settle(lost));
        Assert.Equal(AppendResult.Poisoned, await rig.Settle(behind));
        Assert.Equal(AppendResult.Durable, await rig.Settle(last));
        Assert.Equal(["p1", "won", "p2"], Payloads(await AssertWhole(journal)));
        Assert.Empty(await rig.Settle(journal.ClaimWakeUps("me", TimeSpan.FromMinutes(1), 10, None).AsTask()));
    }

    [Fact]
    public async Task a_full_queue_refuses_and_leaves_the_session_unharmed()
    {
        var rig = Rig(new JournalOptions { BatchEventsMax = 1, QueueEventsMax = 4 });
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        rig.Hold();
        var admitted = new List<Task<AppendResult>>();
        while (session.TryAppend([new NewEvent("x", 1, "{}"u8.ToArray())], Context(rig), WakeUpChange.Keep, out var result))
        {
            admitted.Add(result);
        }

        Assert.InRange(admitted.Count, 4, 5);
        Assert.False(session.IsPoisoned);
        Assert.Equal(admitted.Count, session.Version);
        rig.Release();
        foreach (var result in admitted)
        {
            Assert.Equal(AppendResult.Durable, await rig.Settle(result));
        }

        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, "after")));
        Assert.Equal(admitted.Count + 1, (await AssertWhole(journal)).Count);
    }

    [Fact]
    public async Task an_append_larger_than_a_batch_or_the_queue_travels_alone()
    {
        var rig = Rig(new JournalOptions { BatchEventsMax = 2, QueueEventsMax = 3 });
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, "1", "2", "3", "4", "5", "6")));
        Assert.Equal(6, (await AssertWhole(journal)).Count);
    }

    [Fact]
    public async Task closing_writes_what_is_queued_and_fails_what_comes_later()
    {
        var rig = Rig();
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        var other = await Open(journal, new StreamName("stock", "paris/1"));
        var queued = Append(rig, session, "a", "b");
        rig.Stop();
        Assert.Equal(AppendResult.Durable, await queued);
        Assert.Equal(AppendResult.Failed, await Append(rig, other, "late"));
        Assert.True(other.IsPoisoned);
        // Whoever folds up to the durable version must not take in the event that failed.
        Assert.Equal((1, 0), (other.Version, other.DurableVersion));
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await Open(journal, Stock));
        await Assert.ThrowsAsync<JournalUnavailableException>(
            async () => await journal.ClaimWakeUps("me", TimeSpan.FromMinutes(1), 10, None));
        Assert.Equal(["a", "b"], Payloads(await AssertWhole(rig.Start())));
    }
}
