using Pos.Tests.Simulated.Journal;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>Returns as tills see them.</summary>
public sealed class ReturnGrainTests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_return_restocks_what_can_be_sold_again_and_refunds_everything() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug", "cup");
        var back = Accepted(await shop.TakeBack(
            ReturnNumber(1), LongEnough, ("mug", 2, Disposition.Restock), ("cup", 1, Disposition.WriteOff), ("post", 1, Disposition.Restock)));
        Assert.Equal((ReturnStatus.Completed, Gbp(4 * 255)), (back.State, back.Refund.Gross));
        Assert.Equal(12, (await shop.Stock("mug").Get())!.OnHand);
        Assert.Equal(10, (await shop.Stock("cup").Get())!.OnHand);
        var again = Accepted(await shop.TakeBack(ReturnNumber(1), LongEnough, ("mug", 2, Disposition.Restock)));
        Assert.Equal(back.Version, again.Version);
    });

    [Theory]
    [InlineData(SimulatedPoint.Write, SimulatedFault.CrashLosing)]
    [InlineData(SimulatedPoint.Sync, SimulatedFault.CrashKeeping)]
    [InlineData(SimulatedPoint.Acknowledge, SimulatedFault.CrashKeeping)]
    [InlineData(SimulatedPoint.Write, SimulatedFault.Fail)]
    [InlineData(SimulatedPoint.Reply, SimulatedFault.Fail)]
    public void A_blow_at_any_write_of_a_return_changes_nothing_in_its_outcome(SimulatedPoint point, SimulatedFault fault)
    {
        for (var write = 1; write <= 8; write++)
        {
            var at = write;
            World.Run(write, async world =>
            {
                await world.Persist(async shop =>
                {
                    await shop.Open(10, "mug", "cup");
                    return shop;
                });
                var writes = 0;
                world.Faults = here => here == point && ++writes == at ? fault : SimulatedFault.None;
                world.Silo.Journal.Crashed += world.Restart;
                var back = await world.Persist(shop => shop.TakeBack(
                    ReturnNumber(1), LongEnough, ("mug", 2, Disposition.Restock), ("mug", 1, Disposition.Restock), ("cup", 1, Disposition.Restock)));
                await world.Pass(TimeSpan.FromMinutes(2));
                Assert.Equal((ReturnStatus.Completed, Gbp(4 * 255)), (Accepted(back).State, Accepted(back).Refund.Gross));
                var stock = await Audit.Settled(world);
                Assert.Equal((13, 11), (stock["london/mug"].OnHand, stock["london/cup"].OnHand));
            });
        }
    }

    [Fact]
    public void A_refused_return_leaves_no_trace() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        var before = world.Silo.Journal.Head;
        Assert.Equal(
            RejectionCode.UnknownProduct,
            (await shop.TakeBack(ReturnNumber(1), LongEnough, ("jug", 1, Disposition.Restock))).Rejection?.Code);
        Assert.Equal(before, world.Silo.Journal.Head);
        Assert.Null(await shop.Return(ReturnNumber(1)).Get());
    });
}
