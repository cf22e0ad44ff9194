using Orleans;
using Pos.Tests.Simulated.Journal;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>Wake-ups reach their grains whatever happens on the way.</summary>
public sealed class WakeUpDispatcherTests
{
    [Fact]
    public void An_outage_of_the_journal_delays_wake_ups_and_loses_none() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        await Hold(shop, world);
        world.Faults = at => at is SimulatedPoint.Write or SimulatedPoint.Read ? SimulatedFault.Fail : SimulatedFault.None;
        await world.Pass(TimeSpan.FromMinutes(10));
        world.Faults = _ => SimulatedFault.None;
        await world.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(10, (await Audit.Settled(world))["london/mug"].Available);
    });

    [Fact]
    public void A_wake_up_that_is_not_answered_comes_again() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        await Hold(shop, world);
        var failures = 0;
        world.Silo.Calls.OnArrived = call =>
        {
            if (call.MethodName == nameof(IWakeable.WakeUp) && failures++ < 2)
            {
                throw new InvalidOperationException("The story wants it.");
            }
        };
        await world.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal(3, failures);
        Assert.Equal(10, (await Audit.Settled(world))["london/mug"].Available);
    });

    [Fact]
    public void What_has_nothing_due_is_not_woken() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        Accepted(await shop.Sell(OrderNumber(1), TimeSpan.FromSeconds(10), ("mug", 1)));
        await world.Pass(TimeSpan.FromSeconds(1));
        var woken = new List<string>();
        world.Silo.Calls.OnArrived = call => woken.Add($"{call.TargetId} {call.MethodName}");
        await world.Pass(TimeSpan.FromMinutes(10));
        Assert.Empty(woken);
    });

    [Theory]
    [InlineData("silo-1", 10)]
    [InlineData("silo-7", 6)]
    public void What_a_dead_silo_had_claimed_is_called_by_another_within_two_seconds(string dead, int available) => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        await Hold(shop, world);
        var claimed = false;
        world.Silo.Calls.OnArrived = call =>
        {
            if (call.MethodName == nameof(IWakeable.WakeUp))
            {
                claimed = true;
                throw new InvalidOperationException("The story wants it.");
            }
        };
        while (!claimed)
        {
            await world.Pass(TimeSpan.FromMilliseconds(100));
        }

        // The other silo is told of some death; of this one, what was claimed is due at once, and of another it waits for its lease.
        world.Restart();
        world.Silo.Silos.Die(dead);
        await world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(available, (await new Shopkeeper(world.Silo.Grains, world.Time).Stock("mug").Get())!.Available);
    });

    [Fact]
    public void Taking_over_is_one_write_and_no_read_however_much_was_claimed() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug", "cup", "pot");
        await Hold(shop, world, "mug", "cup", "pot");
        var claimed = 0;
        world.Silo.Calls.OnArrived = call =>
        {
            if (call.MethodName == nameof(IWakeable.WakeUp))
            {
                claimed++;
                throw new InvalidOperationException("The story wants it.");
            }
        };
        while (claimed < 3)
        {
            await world.Pass(TimeSpan.FromMilliseconds(100));
        }

        world.Restart();
        await world.Pass(TimeSpan.FromMilliseconds(100));
        var points = new List<SimulatedPoint>();
        world.Faults = at =>
        {
            points.Add(at);
            return SimulatedFault.None;
        };
        // Before the next poll: whoever is claiming does not keep it waiting, and is not kept waiting.
        world.Silo.Silos.Die("silo-1");
        await world.Pass(TimeSpan.FromMilliseconds(200));
        Assert.Single(points, SimulatedPoint.Write);
        Assert.DoesNotContain(SimulatedPoint.Read, points);
        world.Faults = _ => SimulatedFault.None;
        await world.Pass(TimeSpan.FromSeconds(2));
        shop = new Shopkeeper(world.Silo.Grains, world.Time);
        foreach (var item in (string[])["mug", "cup", "pot"])
        {
            Assert.Equal(10, (await shop.Stock(item).Get())!.Available);
        }
    });

    [Fact]
    public void A_death_during_an_outage_of_the_journal_is_not_forgotten() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        await Hold(shop, world);
        await world.Pass(TimeSpan.FromSeconds(59));
        world.Silo.Calls.OnArrived = call =>
        {
            if (call.MethodName == nameof(IWakeable.WakeUp))
            {
                throw new InvalidOperationException("The story wants it.");
            }
        };
        await world.Pass(TimeSpan.FromSeconds(3));
        world.Restart();
        world.Faults = at => at is SimulatedPoint.Write or SimulatedPoint.Read ? SimulatedFault.Fail : SimulatedFault.None;
        world.Silo.Silos.Die("silo-1");
        await world.Pass(TimeSpan.FromSeconds(5));
        world.Faults = _ => SimulatedFault.None;
        await world.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(10, (await new Shopkeeper(world.Silo.Grains, world.Time).Stock("mug").Get())!.Available);
    });

    private static async Task Hold(Shopkeeper shop, World world, params string[] items)
    {
        var hold = new HoldId(OrderNumber(1).Value);
        foreach (var item in items is [] ? ["mug"] : items)
        {
            Accepted(await shop.Stock(item).Reserve(new(shop.Operation("h"), hold, "api", 4, world.Now + TimeSpan.FromMinutes(1))));
        }
    }
}
