using Pos.Journal;

using Pos.Tests.Simulated.Journal;

namespace Pos.Tests;

public abstract partial class JournalConformance
{
    // Short where giving up is what is tested; everywhere else a busy machine must not turn a delay into an unknown fate.
    private static readonly TimeSpan Impatient = TimeSpan.FromMilliseconds(200);

    public static TheoryData<SimulatedPoint, SimulatedFault, bool> Crashes => new()
    {
        { SimulatedPoint.Write, SimulatedFault.CrashLosing, false },
        { SimulatedPoint.Sync, SimulatedFault.CrashLosing, false },
        { SimulatedPoint.Sync, SimulatedFault.CrashTearing, false },
        { SimulatedPoint.Sync, SimulatedFault.CrashKeeping, true },
        { SimulatedPoint.Reply, SimulatedFault.CrashKeeping, true },
        { SimulatedPoint.Head, SimulatedFault.CrashLosing, true },
        { SimulatedPoint.Head, SimulatedFault.CrashTearing, true },
        { SimulatedPoint.Head, SimulatedFault.CrashKeeping, true },
        { SimulatedPoint.Acknowledge, SimulatedFault.CrashKeeping, true },
    };

    [Theory]
    [MemberData(nameof(Crashes))]
    public async Task a_crash_between_any_two_steps_keeps_what_was_acknowledged_and_nothing_half(
        SimulatedPoint point, SimulatedFault fault, bool survives)
    {
        var rig = Rig(new JournalOptions { UnknownAfter = Impatient });
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, "before")));
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, "acknowledged")));
        rig.Hold();
        rig.Faults.Next(point, fault);
        var struck = Append(rig, session, WakeUpChange.Set(rig.Clock.GetUtcNow()), "in", "flight");
        rig.Release();
        await Struck(rig, struck);
        rig.Crash();

        var reborn = rig.Start();
        string[] expected = survives ? ["before", "acknowledged", "in", "flight"] : ["before", "acknowledged"];
        Assert.Equal(expected, Payloads(await AssertWhole(reborn)));
        var wakeUps = await rig.Settle(reborn.ClaimWakeUps("me", TimeSpan.FromMinutes(1), 10, None).AsTask());
        Assert.Equal(survives ? 1 : 0, wakeUps.Count);
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, await Open(reborn, Stock), "after")));
        Assert.Equal([.. expected, "after"], Payloads(await AssertWhole(reborn)));
        Assert.False(struck.IsCompletedSuccessfully && await struck == AppendResult.Durable);
    }

    private static async Task Struck(Rigs.JournalRig rig, Task<AppendResult> struck)
    {
        try
        {
            await rig.Settle(struck);
        }
        catch (InvalidOperationException)
        {
            // A dead simulated process tells nobody anything.
        }
    }

    [Fact]
    public async Task a_lost_commit_reply_is_looked_up_and_found_durable()
    {
        var rig = Rig();
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        rig.Hold();
        rig.Faults.Next(SimulatedPoint.Reply, SimulatedFault.Fail);
        rig.Faults.Next(SimulatedPoint.LookUp, SimulatedFault.Fail, SimulatedFault.Fail);
        var (a, b) = (Append(rig, session, "a"), Append(rig, session, "b"));
        rig.Release();
        Assert.Equal(AppendResult.Durable, await rig.Settle(a));
        Assert.Equal(AppendResult.Durable, await rig.Settle(b));
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, "c")));
        Assert.Equal(["a", "b", "c"], Payloads(await AssertWhole(journal)));
    }

    [Fact]
    public async Task a_commit_that_failed_is_looked_up_and_found_missing()
    {
        var rig = Rig();
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        var other = await Open(journal, new StreamName("stock", "paris/1"));
        rig.Hold();
        rig.Faults.Next(SimulatedPoint.Sync, SimulatedFault.Fail);
        var (a, b) = (Append(rig, session, "a"), Append(rig, session, "b"));
        rig.Release();
        Assert.Equal(AppendResult.Failed, await rig.Settle(a));
        Assert.Equal(AppendResult.Poisoned, await rig.Settle(b));
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, other, "p")));
        Assert.Equal(["p"], Payloads(await AssertWhole(journal)));
    }

    [Theory]
    [InlineData(SimulatedPoint.Reply, true)]
    [InlineData(SimulatedPoint.Sync, false)]
    public async Task an_append_that_cannot_be_looked_up_in_time_ends_unknown_and_reopening_tells(SimulatedPoint point, bool stored)
    {
        var rig = Rig(new JournalOptions { UnknownAfter = Impatient });
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        rig.Hold();
        rig.Faults.Next(point, SimulatedFault.Fail);
        rig.Faults.Always(SimulatedPoint.LookUp, SimulatedFault.Fail);
        var append = Append(rig, session, "a");
        rig.Release();
        Assert.Equal(AppendResult.Unknown, await rig.Settle(append));
        Assert.True(session.IsPoisoned);
        rig.Faults.Always(SimulatedPoint.LookUp, SimulatedFault.None);
        // The next commit of anybody confirms what stands before it.
        var other = await Open(journal, new StreamName("stock", "paris/1"));
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, other, "p")));
        Assert.Equal(stored ? ["a", "p"] : ["p"], Payloads(await AssertWhole(journal)));
        Assert.Equal(stored ? 1 : 0, (await Open(journal, Stock)).Version);
    }

    [Fact]
    public async Task nothing_is_acknowledged_or_read_before_a_failing_flush_works_again()
    {
        var rig = Rig();
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        rig.Hold();
        rig.Faults.Next(SimulatedPoint.Head, SimulatedFault.Fail, SimulatedFault.Fail);
        var a = Append(rig, session, "a");
        Assert.Empty(await All(journal));
        rig.Release();
        Assert.Equal(AppendResult.Durable, await rig.Settle(a));
        Assert.Equal(["a"], Payloads(await AssertWhole(journal)));
    }

    [Fact]
    public async Task a_flush_that_keeps_failing_ends_unknown_refuses_newcomers_and_recovers_by_itself()
    {
        var rig = Rig(new JournalOptions { BatchEventsMax = 1, UnknownAfter = Impatient });
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        var other = await Open(journal, new StreamName("stock", "paris/1"));
        rig.Hold();
        rig.Faults.Always(SimulatedPoint.Head, SimulatedFault.Fail);
        var appends = Enumerable.Range(0, 6).Select(i => Append(rig, session, $"{i}")).ToArray();
        rig.Release();
        var results = new List<AppendResult>();
        foreach (var append in appends)
        {
            results.Add(await rig.Settle(append));
        }

        Assert.Equal(AppendResult.Unknown, results[0]);
        Assert.DoesNotContain(AppendResult.Durable, results);
        Assert.Empty(await All(journal));
        await rig.Until(() => !other.TryAppend([new NewEvent("x", 1, default)], Context(rig), WakeUpChange.Keep, out _));

        rig.Faults.Always(SimulatedPoint.Head, SimulatedFault.None);
        await rig.Until(() => journal.Head > 0);
        await rig.Until(async () => await Reopened(journal, other.Stream) is { } reopened && (other = reopened).TryAppend(
            [new NewEvent("x", 1, default)], Context(rig), WakeUpChange.Keep, out _));
        Assert.Equal(AppendResult.Durable, await rig.Settle(other.Pending));
        var stored = (await AssertWhole(journal)).Count(e => e.Stream == Stock);
        Assert.Equal(stored, (await Open(journal, Stock)).Version);
        Assert.InRange(stored, results.TakeWhile(r => r == AppendResult.Unknown).Count(), 6);
    }

    /// <summary>Null as long as nobody knows what the stream holds.</summary>
    private static async Task<JournalSession?> Reopened(IJournal journal, StreamName stream)
    {
        try
        {
            return await Open(journal, stream);
        }
        catch (JournalUnavailableException)
        {
            return null;
        }
    }

    [Fact]
    public async Task a_missing_tail_is_noticed_at_start()
    {
        var rig = Rig();
        var session = await Open(rig.Start(), Stock);
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, "1", "2", "3", "4")));
        rig.Stop();
        rig.LoseTail(2);
        var refused = Assert.Throws<JournalCorruptException>(rig.Start);
        Assert.Contains("position 2", refused.Message, StringComparison.Ordinal);
        Assert.Contains("position 4", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_broken_chain_is_noticed_when_the_stream_is_opened()
    {
        var rig = Rig();
        var session = await Open(rig.Start(), Stock);
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, "1", "2", "3")));
        rig.Stop();
        rig.FlipBit(2);
        var journal = rig.Start();
        var broken = await Assert.ThrowsAsync<JournalCorruptException>(async () => await Open(journal, Stock));
        Assert.Contains("version 2", broken.Message, StringComparison.Ordinal);
        await Open(journal, new StreamName("stock", "paris/1"));
    }

    [Fact]
    public async Task a_newer_schema_is_refused_naming_both_versions()
    {
        var rig = Rig();
        await Open(rig.Start(), Stock);
        rig.Stop();
        rig.PretendNewerSchema();
        var refused = Assert.ThrowsAny<InvalidOperationException>(rig.Start);
        Assert.Contains("version 99", refused.Message, StringComparison.Ordinal);
        Assert.Matches("up to [0-9]+\\.", refused.Message);
    }

    [Fact]
    public async Task a_read_that_fails_opens_nothing_and_harms_nothing()
    {
        var rig = Rig();
        var journal = rig.Start();
        rig.Faults.Next(SimulatedPoint.Read, SimulatedFault.None, SimulatedFault.Fail);
        await Assert.ThrowsAsync<JournalUnavailableException>(async () =>
        {
            await Open(journal, Stock);
            await Open(journal, Stock);
        });
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, await Open(journal, Stock), "after")));
    }
}
