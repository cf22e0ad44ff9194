using Orleans;
using Pos.Grains;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>What is owed stays owed whatever is said to it: nothing is settled by a refusal, and whoever runs the system sees why.</summary>
public sealed class OrderDutyTests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(10);

    /// <summary>What is refused, at whom, and the step that stays owed.</summary>
    public static TheoryData<string, string, string, string> Duties => new()
    {
        { "order", nameof(IStockGrain), nameof(IStockGrain.Commit), "commit" },
        { "cancelled order", nameof(IStockGrain), nameof(IStockGrain.Release), "release" },
        { "cancelled order", nameof(IPaymentGrain), nameof(IPaymentGrain.Undo), "release" },
        { "cancelled exchange", nameof(ICreditGrain), nameof(ICreditGrain.GiveBackCredit), "release" },
        { "exchange", nameof(ICreditGrain), nameof(ICreditGrain.KeepCredit), "commit" },
        { "order", nameof(IReturnGrain), nameof(IReturnGrain.Take), "hand-over" },
        { "return", nameof(IStockGrain), nameof(IStockGrain.Restock), "restock" },
        { "return", nameof(IPaymentGrain), nameof(IPaymentGrain.Refund), "restock" },
    };

    [Theory, MemberData(nameof(Duties))]
    public void A_refused_duty_stays_owed_with_its_reason_and_is_done_when_it_can_be(string whose, string at, string refused, string owes) =>
        World.Run(1, async world =>
        {
            var shop = new Shopkeeper(world.Silo.Grains, world.Time);
            await shop.Open(10, "mug");
            Accepted(await shop.Sell(OrderNumber(9), LongEnough, ("mug", 2)));
            Accepted(await shop.BringBack(OrderNumber(9), ReturnNumber(9), LongEnough, true, (1, 2, Disposition.Restock)));
            await world.Pass(TimeSpan.FromSeconds(5));

            var refusing = true;
            world.Silo.Calls.Answers = call =>
            {
                if (!refusing || call.InterfaceMethod.DeclaringType!.Name != at || call.MethodName != refused)
                {
                    return false;
                }

                call.Result = Refused(call.InterfaceMethod.ReturnType.GenericTypeArguments[0]);
                return true;
            };

            var declined = whose.StartsWith("cancelled", StringComparison.Ordinal);
            var exchange = whose.EndsWith("exchange", StringComparison.Ordinal) ? ReturnNumber(9) : (ReturnId?)null;
            var order = Accepted(await shop.Sell(
                OrderNumber(1), LongEnough, new TenderRequest(null, [new(declined ? "tok_decline_lost_card" : "tok_approve")], exchange), ("mug", 3)));
            Assert.Equal(declined ? OrderStatus.Cancelled : OrderStatus.Confirmed, order.State);
            ISagaGrain saga = shop.Order(OrderNumber(1));
            if (owes is "hand-over" or "restock")
            {
                await world.Pass(TimeSpan.FromSeconds(5));
                await shop.BringBack(OrderNumber(1), ReturnNumber(1), TimeSpan.Zero, false, (1, 1, Disposition.Restock));
                saga = owes == "restock" ? shop.Return(ReturnNumber(1)) : saga;
            }

            await world.Pass(TimeSpan.FromMinutes(5));
            var stuck = (await saga.Inspect(CancellationToken.None))!;
            Assert.Equal(owes, stuck.Owes);
            Assert.Equal("HoldNotOwned: The story wants it.", stuck.LastError);
            Assert.Contains("retry", stuck.Actions);
            Assert.NotNull(stuck.NextWakeUp);
            Assert.DoesNotContain(stuck.Steps, step => step.Event.EndsWith(owes == "restock" ? "completed" : "handed-over", StringComparison.Ordinal));
            Assert.Equal(owes == "hand-over" || owes == "restock", (await shop.Order(OrderNumber(1)).Get())!.Settled);

            // An activation that has forgotten what it was told asks anew.
            world.Restart();
            shop = new(world.Silo.Grains, world.Time);
            await world.Pass(TimeSpan.FromMinutes(2));
            // Refused when the order has spent it.
            await shop.Return(ReturnNumber(9)).PayOut(new(shop.Operation("out"), "nothing fits", LongEnough));
            await world.Pass(TimeSpan.FromMinutes(1));
            await Audit.Settled(world);
            await CardDesk.Compare(world);
        });

    /// <summary>The answer is remembered by nobody: when the refusals end, the next attempt does it.</summary>
    [Fact]
    public void When_the_refusals_end_an_operators_retry_settles_the_order() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        var refusing = true;
        world.Silo.Calls.Answers = call =>
        {
            if (refusing && call.MethodName == nameof(IStockGrain.Commit))
            {
                call.Result = Refused(typeof(Outcome<HoldView>));
                return true;
            }

            return false;
        };
        Assert.Equal(OrderStatus.Confirmed, Accepted(await shop.Sell(OrderNumber(1), LongEnough, ("mug", 3))).State);
        await world.Pass(TimeSpan.FromMinutes(2));
        Assert.False((await shop.Order(OrderNumber(1)).Get())!.Settled);
        refusing = false;
        Accepted(await shop.Order(OrderNumber(1)).Retry(shop.Operation("again")));
        await world.Pass(TimeSpan.FromSeconds(1));
        Assert.True((await shop.Order(OrderNumber(1)).Get())!.Settled);
        Assert.Equal(7, (await Audit.Settled(world))["london/mug"].OnHand);
    });

    [Fact]
    public void A_cart_tells_its_order_until_the_order_has_heard() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        var (refusing, calls) = (true, 0);
        world.Silo.Calls.Answers = call =>
        {
            if (call.InterfaceMethod.DeclaringType == typeof(IOrderGrain) && call.MethodName == nameof(IOrderGrain.Take))
            {
                calls++;
                call.Result = Refused(typeof(Outcome<OrderView>));
                return refusing;
            }

            return false;
        };
        var cart = world.Silo.Grains.GetGrain<ICartGrain>(OrderNumber(5).Value);
        Accepted(await cart.Open(new(shop.Operation("open"), London, Till)));
        Accepted(await cart.Add(new(shop.Operation("add"), new Sku("mug"), null, 3, null)));
        Assert.NotNull((await cart.CheckOut(new(shop.Operation("out"), Gbp(1_000), null, null, LongEnough))).Rejection);
        await world.Pass(TimeSpan.FromMinutes(2));
        var stuck = (await cart.Inspect(CancellationToken.None))!;
        Assert.Equal(("hand-over", "HoldNotOwned: The story wants it."), (stuck.Owes, stuck.LastError));
        Assert.True(calls > 10, $"{calls} calls");
        refusing = false;
        await world.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(7, (await Audit.Settled(world))["london/mug"].OnHand);
    });

    private static object Refused(Type outcome) =>
        Activator.CreateInstance(outcome, null, new Rejection(RejectionCode.HoldNotOwned, "The story wants it."))!;
}
