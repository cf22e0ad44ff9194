using Pos.Tests.Simulated.Journal;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>Carts in a shop where things happen at once, and where silos die.</summary>
public sealed class CartGrainTests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(10);
    private static readonly CartId Id = new(OrderNumber(7).Value);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hundred_checkouts_at_once_are_one_order_whatever_their_keys(bool oneKey)
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            World.Run(seed, async world =>
            {
                var shop = new Shopkeeper(world.Silo.Grains, world.Time);
                await Filled(shop, world);
                var all = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => CheckOut(world, shop, oneKey ? "c" : $"c{n}")));
                Assert.All(all, order => Assert.Equal((OrderId.Of(Id), OrderStatus.Confirmed), (Accepted(order).Id, order.Value!.State)));
                await world.Pass(TimeSpan.FromMinutes(2));
                Assert.Equal(7, (await Audit.Settled(world))["london/mug"].OnHand);
            });
        }
    }

    [Theory]
    [InlineData(SimulatedPoint.Write)]
    [InlineData(SimulatedPoint.Sync)]
    [InlineData(SimulatedPoint.Acknowledge)]
    public void A_crash_at_any_write_of_a_checkout_changes_nothing_in_its_outcome(SimulatedPoint point)
    {
        for (var write = 1; write <= 8; write++)
        {
            var at = write;
            World.Run(write, async world =>
            {
                await world.Persist(async shop =>
                {
                    await Filled(shop, world);
                    return shop;
                });
                var writes = 0;
                world.Faults = step => step != point || ++writes != at ? SimulatedFault.None
                    : point == SimulatedPoint.Write ? SimulatedFault.CrashLosing : SimulatedFault.CrashKeeping;
                world.Silo.Journal.Crashed += world.Restart;
                var order = await world.Persist(shop => CheckOut(world, shop, "c"));
                Assert.Equal(OrderStatus.Confirmed, Accepted(order).State);
                await world.Pass(TimeSpan.FromMinutes(2));
                Assert.Equal(7, (await Audit.Settled(world))["london/mug"].OnHand);
            });
        }
    }

    [Fact]
    public void An_order_comes_of_a_durable_checkout_though_nobody_asks_again()
    {
        World.Run(3, async world =>
        {
            await world.Persist(async shop =>
            {
                await Filled(shop, world);
                return shop;
            });
            // The first write is the cart's; the silo dies before anyone is told.
            var writes = 0;
            world.Faults = step => step == SimulatedPoint.Acknowledge && ++writes == 1 ? SimulatedFault.CrashKeeping : SimulatedFault.None;
            world.Silo.Journal.Crashed += world.Restart;
            _ = CheckOut(world, new Shopkeeper(world.Silo.Grains, world.Time), "c");
            await world.Pass(TimeSpan.FromMinutes(3));
            Assert.Equal(7, (await Audit.Settled(world))["london/mug"].OnHand);
            Assert.Equal(CartStatus.CheckedOut, (await Cart(world).Get())!.State);
        });
    }

    [Fact]
    public void A_checkout_tells_its_order_once_and_the_order_its_return() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await Filled(shop, world);
        var told = 0;
        world.Silo.Calls.OnArrived = call => told += call.MethodName == nameof(IOrderGrain.Take) ? 1 : 0;
        var order = Accepted(await CheckOut(world, shop, "c"));
        await world.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(1, told);
        Accepted(await shop.Order(order.Id).Return(new(
            shop.Operation("r"), ReturnNumber(1), Till, [new(1, 1, Disposition.Restock)], "faulty", false, null, LongEnough)));
        await world.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(2, told);
    });

    [Fact]
    public void Cancel_and_checkout_at_once_have_one_winner()
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            World.Run(seed, async world =>
            {
                var shop = new Shopkeeper(world.Silo.Grains, world.Time);
                await Filled(shop, world);
                var (checkout, cancel) = (CheckOut(world, shop, "c"), Cart(world).Cancel(new(shop.Operation("x"), "changed their mind")));
                var (sold, given) = ((await checkout).Rejection is null, (await cancel).Rejection is null);
                Assert.True(sold != given, $"sold {sold}, given up {given}");
                await world.Pass(TimeSpan.FromMinutes(2));
                Assert.Equal(sold ? 7 : 10, (await Audit.Settled(world))["london/mug"].OnHand);
            });
        }
    }

    [Fact]
    public void A_cart_that_nobody_touches_for_a_day_is_given_up_without_a_call() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await Filled(shop, world);
        await world.Pass(TimeSpan.FromHours(20));
        Accepted(await Cart(world).Park(new(shop.Operation("p"), "blue coat")));
        await world.Pass(TimeSpan.FromHours(20));
        Assert.Equal(CartStatus.Parked, (await Cart(world).Get())!.State);
        await world.Pass(TimeSpan.FromHours(5));
        var given = (await Cart(world).Get())!;
        Assert.Equal((CartStatus.Cancelled, true), (given.State, given.Cancellation!.Abandoned));
    });

    [Fact]
    public void A_change_at_a_version_that_has_passed_is_refused() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await Filled(shop, world);
        var late = shop.Operation("late") with { IfVersion = 1 };
        Assert.Equal(RejectionCode.VersionMismatch, (await Cart(world).Change(new(late, 1, 5))).Rejection?.Code);
        Assert.Equal(5, Accepted(await Cart(world).Change(new(late with { IfVersion = 2 }, 1, 5))).Lines[0].Quantity);
        Assert.Equal(5, Accepted(await Cart(world).Change(new(late with { IfVersion = 2 }, 1, 5))).Lines[0].Quantity);
    });

    private static ICartGrain Cart(World world) => world.Silo.Grains.GetGrain<ICartGrain>(Id.Value);

    private static async Task Filled(Shopkeeper shop, World world)
    {
        await shop.Open(10, "mug");
        Accepted(await Cart(world).Open(new(shop.Operation("open"), London, Till)));
        Accepted(await Cart(world).Add(new(shop.Operation("add"), new Sku("mug"), null, 3)));
    }

    private static Task<Outcome<OrderView>> CheckOut(World world, Shopkeeper shop, string key) =>
        Cart(world).CheckOut(new(shop.Operation(key), Gbp(1_000), null, null, LongEnough));
}
