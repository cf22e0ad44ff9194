using Pos.Journal;
using Pos.Tests.Simulated.Journal;

namespace Pos.Tests;

/// <summary>What a journal promises beside that several processes write.</summary>
public abstract class SeveralProcessesConformance : JournalConformance
{
    [Fact]
    public async Task two_openers_write_side_by_side_and_each_reads_what_the_other_wrote()
    {
        var rig = Rig();
        var (here, there) = (rig.Start(), rig.Start());
        var results = new List<Task<AppendResult>>();
        for (var s = 0; s < 20; s++)
        {
            var session = await Open(s % 2 == 0 ? here : there, new StreamName("stock", $"london/{s}"));
            for (var i = 0; i < 25; i++)
            {
                results.Add(Append(rig, session, $"{s}.{i}", "and"));
            }
        }

        foreach (var result in results)
        {
            Assert.Equal(AppendResult.Durable, await rig.Settle(result));
        }

        await rig.Until(() => here.Head == 1_000 && there.Head == 1_000);
        Assert.Equal(Payloads(await AssertWhole(here)), Payloads(await AssertWhole(there)));
    }

    [Fact]
    public async Task of_two_openers_that_write_one_version_one_wins_and_the_others_neighbours_are_spared()
    {
        var rig = Rig();
        var (here, there) = (rig.Start(), rig.Start());
        var (mine, yours) = (await Open(here, Stock), await Open(there, Stock));
        var neighbour = await Open(there, new StreamName("stock", "paris/1"));
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, mine, "mine", "too")));
        rig.Hold();
        var before = Append(rig, neighbour, "before");
        var stale = Append(rig, yours, WakeUpChange.Set(rig.Clock.GetUtcNow()), "stale");
        // Its version is free, but not behind what it was decided on.
        var (third, behind) = (Append(rig, yours, "stale"), Append(rig, yours, "behind"));
        var after = Append(rig, neighbour, "after");
        rig.Release();
        Assert.Equal(AppendResult.Conflict, await rig.Settle(stale));
        Assert.Equal(AppendResult.Poisoned, await rig.Settle(third));
        Assert.Equal(AppendResult.Poisoned, await rig.Settle(behind));
        Assert.Equal(AppendResult.Durable, await rig.Settle(before));
        Assert.Equal(AppendResult.Durable, await rig.Settle(after));
        Assert.Empty(await rig.Settle(there.ClaimWakeUps("me", TimeSpan.FromMinutes(1), 10, CancellationToken.None).AsTask()));
        Assert.Equal(["mine", "too", "before", "after"], Payloads(await AssertWhole(there)));
    }

    [Fact]
    public async Task a_stream_opened_elsewhere_has_all_that_was_acknowledged_here()
    {
        var rig = Rig();
        var (here, there) = (rig.Start(), rig.Start());
        for (var i = 1; i <= 50; i++)
        {
            var session = await Open(i % 2 == 0 ? here : there, Stock);
            Assert.Equal(i - 1, session.Version);
            Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, $"{i}")));
        }
    }

    [Fact]
    public async Task a_wake_up_is_claimed_by_one_of_two()
    {
        var rig = Rig();
        var (here, there) = (rig.Start(), rig.Start());
        for (var i = 0; i < 40; i++)
        {
            var session = await Open(here, new StreamName("stock", $"london/{i}"));
            Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, WakeUpChange.Set(rig.Clock.GetUtcNow()), "a")));
        }

        var claims = new[] { here, there, here, there }.Select(j => j.ClaimWakeUps("x", TimeSpan.FromMinutes(1), 15, CancellationToken.None).AsTask());
        var claimed = (await rig.Settle(Task.WhenAll(claims))).SelectMany(c => c).Select(c => c.Stream).ToList();
        Assert.Equal(40, claimed.Count);
        Assert.Equal(40, claimed.Distinct().Count());
    }
}
