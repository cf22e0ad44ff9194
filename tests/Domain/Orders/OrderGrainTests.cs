using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>Orders as tills see them.</summary>
public sealed class OrderGrainTests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_sale_is_confirmed_and_then_settled() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug", "cup");
        var order = Accepted(await shop.Sell(OrderNumber(1), LongEnough, ("mug", 3), ("cup", 1), ("post", 1), ("mug", 2)));
        Assert.Equal(OrderState.Confirmed, order.State);
        Assert.Equal(Gbp(7 * 255), order.Total.Gross);
        await world.Pass(TimeSpan.FromSeconds(1));
        Assert.True((await shop.Order(OrderNumber(1)).Get())!.Settled);
        Assert.Equal((5, 0), ((await shop.Stock("mug").Get())!.OnHand, (await shop.Stock("mug").Get())!.Held));
        Assert.Equal(9, (await shop.Stock("cup").Get())!.Available);
    });
}
