using Orleans;
using Orleans.Runtime;
using Pos.Tests.Simulated.Journal;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>Whatever dies at whichever write of an order, its outcome is the same.</summary>
public sealed class OrderCrashTests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(10);

    // An order and its stock need at most 8 writes; those behind them are the dispatcher's.
    private const int WritesMax = 12;

    public enum Blow
    {
        CrashBeforeTheWrite,
        CrashAfterTheWriteIsThere,
        CrashBeforeAnyoneIsTold,
        TheWriteFails,
        TheReplyIsLost,
        OrderIsDeactivated,
        StockIsDeactivated,
    }

    public static TheoryData<Blow, bool> Blows
    {
        get
        {
            var all = new TheoryData<Blow, bool>();
            foreach (var blow in Enum.GetValues<Blow>())
            {
                all.Add(blow, true);
                all.Add(blow, false);
            }

            return all;
        }
    }

    [Theory, MemberData(nameof(Blows))]
    public void A_blow_at_any_write_of_an_order_changes_nothing_in_its_outcome(Blow blow, bool enough)
    {
        for (var write = 1; write <= WritesMax; write++)
        {
            var (at, struck) = (write, false);
            World.Run(write, async world =>
            {
                await world.Persist(shop => Opened(shop));
                Strike(world, blow, at, () => struck = true);
                var order = await world.Persist(shop => shop.Sell(OrderNumber(1), LongEnough, ("mug", 3), ("cup", enough ? 1 : 11)));
                await world.Pass(TimeSpan.FromMinutes(2));
                Assert.Equal(enough ? OrderStatus.Confirmed : OrderStatus.Cancelled, Accepted(order).State);
                var stock = await Audit.Settled(world);
                Assert.Equal(enough ? (7, 9) : (10, 10), (stock["london/mug"].OnHand, stock["london/cup"].OnHand));
            });
            Assert.True(struck, $"there was no write {write}");
        }
    }

    [Theory]
    [InlineData(Blow.CrashBeforeTheWrite)]
    [InlineData(Blow.CrashAfterTheWriteIsThere)]
    [InlineData(Blow.CrashBeforeAnyoneIsTold)]
    [InlineData(Blow.TheWriteFails)]
    [InlineData(Blow.TheReplyIsLost)]
    public void Nobody_has_to_ask_for_an_order_to_end_once_it_is_durable(Blow blow)
    {
        for (var write = 2; write <= 8; write++)
        {
            var at = write;
            World.Run(write, async world =>
            {
                await world.Persist(shop => Opened(shop));
                Strike(world, blow, at, () => { });
                var shop = new Shopkeeper(world.Silo.Grains, world.Time);
                Accepted(await shop.Sell(OrderNumber(1), TimeSpan.Zero, ("mug", 3), ("cup", 1)));
                await world.Pass(TimeSpan.FromMinutes(2));
                var stock = await Audit.Settled(world);
                Assert.Equal((7, 9), (stock["london/mug"].OnHand, stock["london/cup"].OnHand));
            });
        }
    }

    private static async Task<object> Opened(Shopkeeper shop)
    {
        await shop.Open(10, "mug", "cup");
        return shop;
    }

    /// <summary>Counts the order's writes and strikes at one of them.</summary>
    internal static void Strike(World world, Blow blow, int write, Action struck)
    {
        var writes = 0;
        var contexts = new Dictionary<string, IGrainContext>(StringComparer.Ordinal);
        world.Silo.Calls.OnArrived = call => contexts[call.InterfaceMethod.DeclaringType!.Name] = call.TargetContext;
        var point = blow switch
        {
            Blow.CrashAfterTheWriteIsThere => SimulatedPoint.Sync,
            Blow.CrashBeforeAnyoneIsTold => SimulatedPoint.Acknowledge,
            Blow.TheReplyIsLost => SimulatedPoint.Reply,
            _ => SimulatedPoint.Write,
        };
        world.Faults = at =>
        {
            if (at != point || ++writes != write)
            {
                return SimulatedFault.None;
            }

            struck();
            switch (blow)
            {
                case Blow.TheWriteFails or Blow.TheReplyIsLost:
                    return SimulatedFault.Fail;
                case Blow.OrderIsDeactivated or Blow.StockIsDeactivated:
                    contexts.GetValueOrDefault(blow == Blow.OrderIsDeactivated ? nameof(IOrderGrain) : nameof(IStockGrain))?
                        .Deactivate(new(DeactivationReasonCode.ApplicationRequested, "The story wants it."));
                    return SimulatedFault.None;
                default:
                    return blow == Blow.CrashBeforeTheWrite ? SimulatedFault.CrashLosing : SimulatedFault.CrashKeeping;
            }
        };
        world.Silo.Journal.Crashed += world.Restart;
    }
}
