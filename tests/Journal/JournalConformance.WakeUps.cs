using Pos.Journal;
using Pos.Tests.Simulated.Journal;

namespace Pos.Tests;

public abstract partial class JournalConformance
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private static async Task<IReadOnlyList<WakeUpLease>> Claim(Rigs.JournalRig rig, IJournal journal, string owner = "me", int limit = 10) =>
        await rig.Settle(journal.ClaimWakeUps(owner, Lease, limit, None).AsTask());

    private static async Task Complete(Rigs.JournalRig rig, IJournal journal, WakeUpLease lease, DateTimeOffset? next = null)
    {
        await rig.Settle(Done());

        async Task<bool> Done()
        {
            await journal.CompleteWakeUp(lease, next, None);
            return true;
        }
    }

    [Fact]
    public async Task a_wake_up_is_claimed_when_due_and_not_before()
    {
        var rig = Rig();
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        var due = rig.Clock.GetUtcNow().AddMinutes(5);
        await rig.Settle(Append(rig, session, WakeUpChange.Set(due), "a"));
        Assert.Empty(await Claim(rig, journal));
        rig.Clock.Advance(TimeSpan.FromMinutes(5));
        var claimed = Assert.Single(await Claim(rig, journal));
        Assert.Equal(new WakeUpLease(Stock, due, "me", rig.Clock.GetUtcNow() + Lease), claimed);
    }

    [Fact]
    public async Task the_longest_due_come_first_and_no_more_than_asked_for()
    {
        var rig = Rig();
        var journal = rig.Start();
        foreach (var minute in new[] { 3, 1, 2 })
        {
            var session = await Open(journal, new StreamName("order", $"{minute}"));
            await rig.Settle(Append(rig, session, WakeUpChange.Set(rig.Clock.GetUtcNow().AddMinutes(-minute)), "a"));
        }

        Assert.Equal(["3", "2"], (await Claim(rig, journal, limit: 2)).Select(w => w.Stream.Key));
        Assert.Equal(["1"], (await Claim(rig, journal)).Select(w => w.Stream.Key));
    }

    [Fact]
    public async Task a_wake_up_stands_or_falls_with_its_events()
    {
        var rig = Rig();
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        rig.Hold();
        rig.Faults.Next(SimulatedPoint.Sync, SimulatedFault.Fail);
        var lost = Append(rig, session, WakeUpChange.Set(rig.Clock.GetUtcNow()), "lost");
        rig.Release();
        Assert.Equal(AppendResult.Failed, await rig.Settle(lost));
        Assert.Empty(await Claim(rig, journal));
        session = await Open(journal, Stock);
        await rig.Settle(Append(rig, session, WakeUpChange.Set(rig.Clock.GetUtcNow()), "kept"));
        await rig.Settle(Append(rig, session, WakeUpChange.Keep, "kept too"));
        Assert.Single(await Claim(rig, journal));
        await rig.Settle(Append(rig, session, WakeUpChange.Clear, "nothing due"));
        rig.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await Claim(rig, journal));
    }

    [Fact]
    public async Task a_lease_keeps_others_away_until_it_runs_out()
    {
        var rig = Rig();
        var journal = rig.Start();
        await rig.Settle(Append(rig, await Open(journal, Stock), WakeUpChange.Set(rig.Clock.GetUtcNow()), "a"));
        var mine = Assert.Single(await Claim(rig, journal, "me"));
        Assert.Empty(await Claim(rig, journal, "you"));
        rig.Clock.Advance(Lease);
        var yours = Assert.Single(await Claim(rig, journal, "you"));
        Assert.Equal((mine.Due, "you"), (yours.Due, yours.Owner));

        // The lease has passed on: whoever held it before ends nothing.
        await Complete(rig, journal, mine);
        rig.Clock.Advance(Lease);
        var again = Assert.Single(await Claim(rig, journal, "me"));
        await Complete(rig, journal, again);
        rig.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await Claim(rig, journal));
    }

    [Fact]
    public async Task completing_moves_the_wake_up_when_it_is_wanted_again()
    {
        var rig = Rig();
        var journal = rig.Start();
        await rig.Settle(Append(rig, await Open(journal, Stock), WakeUpChange.Set(rig.Clock.GetUtcNow()), "a"));
        var claimed = Assert.Single(await Claim(rig, journal));
        var next = rig.Clock.GetUtcNow().AddMinutes(1);
        await Complete(rig, journal, claimed, next);
        Assert.Empty(await Claim(rig, journal));
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(next, Assert.Single(await Claim(rig, journal)).Due);
    }

    [Fact]
    public async Task completing_does_nothing_when_the_stream_has_changed_its_wake_up_meanwhile()
    {
        var rig = Rig();
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        var due = rig.Clock.GetUtcNow();
        await rig.Settle(Append(rig, session, WakeUpChange.Set(due), "a"));
        var claimed = Assert.Single(await Claim(rig, journal));
        // Set to the very same instant: still a change, and still owed.
        await rig.Settle(Append(rig, session, WakeUpChange.Set(due), "b"));
        await Complete(rig, journal, claimed);
        Assert.Equal(due, Assert.Single(await Claim(rig, journal)).Due);
    }

    [Fact]
    public async Task the_leases_of_one_owner_end_together_and_nobody_elses()
    {
        var rig = Rig();
        var journal = rig.Start();
        await ThreeDue(rig, journal);
        Assert.Equal(["1", "2"], (await Claim(rig, journal, "dead", limit: 2)).Select(w => w.Stream.Key));
        Assert.Equal(["3"], (await Claim(rig, journal, "alive")).Select(w => w.Stream.Key));
        Assert.Equal(0, await rig.Settle(journal.EndLeases("nobody", None).AsTask()));
        Assert.Empty(await Claim(rig, journal));
        Assert.Equal(2, await rig.Settle(journal.EndLeases("dead", None).AsTask()));
        var again = await Claim(rig, journal, "alive");
        Assert.Equal(["1", "2"], again.Select(w => w.Stream.Key));
        Assert.All(again, lease => Assert.Equal(("alive", rig.Clock.GetUtcNow() + Lease), (lease.Owner, lease.LeasedUntil)));
        Assert.Equal(0, await rig.Settle(journal.EndLeases("dead", None).AsTask()));

        // What was claimed and is due still is nobody's any more: whoever held it completes nothing.
        Assert.Equal(3, await rig.Settle(journal.EndLeases("alive", None).AsTask()));
        await Complete(rig, journal, again[0]);
        Assert.Equal(3, (await Claim(rig, journal)).Count);
    }

    [Fact]
    public async Task leases_end_in_one_batch_with_everything_else()
    {
        var rig = Rig();
        var journal = rig.Start();
        await ThreeDue(rig, journal);
        Assert.Equal(2, (await Claim(rig, journal, "dead", limit: 2)).Count);
        var mine = Assert.Single(await Claim(rig, journal, "me"));
        var session = await Open(journal, Stock);
        rig.Hold();
        var appended = Append(rig, session, WakeUpChange.Set(rig.Clock.GetUtcNow()), "a");
        var ended = journal.EndLeases("dead", None).AsTask();
        var claimed = journal.ClaimWakeUps("alive", Lease, 10, None).AsTask();
        var completed = journal.CompleteWakeUp(mine, null, None).AsTask();
        rig.Release();
        Assert.Equal(AppendResult.Durable, await rig.Settle(appended));
        Assert.Equal(2, await rig.Settle(ended));
        Assert.Equal(["1", "2", Stock.Key], (await rig.Settle(claimed)).Select(w => w.Stream.Key));
        await completed;
        rig.Clock.Advance(Lease);
        Assert.Equal(3, (await Claim(rig, journal)).Count);
    }

    [Fact]
    public async Task leases_that_could_not_be_ended_run_out()
    {
        var rig = Rig();
        var journal = rig.Start();
        await ThreeDue(rig, journal);
        Assert.Equal(3, (await Claim(rig, journal, "dead")).Count);
        rig.Hold();
        rig.Faults.Next(SimulatedPoint.Sync, SimulatedFault.Fail);
        var ended = journal.EndLeases("dead", None).AsTask();
        rig.Release();
        await Assert.ThrowsAsync<JournalUnavailableException>(() => rig.Settle(ended));
        Assert.Empty(await Claim(rig, journal));
        rig.Clock.Advance(Lease);
        Assert.Equal(3, (await Claim(rig, journal)).Count);
    }

    private static async Task ThreeDue(Rigs.JournalRig rig, IJournal journal)
    {
        for (var i = 1; i <= 3; i++)
        {
            var session = await Open(journal, new StreamName("order", $"{i}"));
            await rig.Settle(Append(rig, session, WakeUpChange.Set(rig.Clock.GetUtcNow().AddMinutes(i - 4)), "a"));
        }
    }

    [Fact]
    public async Task wake_ups_and_leases_outlive_a_restart()
    {
        var rig = Rig();
        var journal = rig.Start();
        await rig.Settle(Append(rig, await Open(journal, Stock), WakeUpChange.Set(rig.Clock.GetUtcNow()), "a"));
        Assert.Single(await Claim(rig, journal));
        rig.Stop();
        journal = rig.Start();
        Assert.Empty(await Claim(rig, journal));
        rig.Clock.Advance(Lease);
        Assert.Single(await Claim(rig, journal));
    }
}
