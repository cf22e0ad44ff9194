using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>Orders as tills see them.</summary>
public sealed class OrderGrainTests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(10);

    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5];

    [Fact]
    public void A_sale_is_confirmed_and_then_settled() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug", "cup");
        var order = Accepted(await shop.Sell(OrderNumber(1), LongEnough, ("mug", 3), ("cup", 1), ("post", 1), ("mug", 2)));
        Assert.Equal(OrderStatus.Confirmed, order.State);
        Assert.Equal(Gbp(7 * 255), order.Total.Gross);
        await world.Pass(TimeSpan.FromSeconds(1));
        Assert.True((await shop.Order(OrderNumber(1)).Get())!.Settled);
        Assert.Equal((5, 0), ((await shop.Stock("mug").Get())!.OnHand, (await shop.Stock("mug").Get())!.Held));
        Assert.Equal(9, (await shop.Stock("cup").Get())!.Available);
    });

    [Fact]
    public void A_two_line_cash_order_costs_eight_events_and_its_history_shows_every_state() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug", "cup");
        var before = world.Silo.Journal.Head;
        Accepted(await shop.Sell(OrderNumber(1), LongEnough, ("mug", 3), ("cup", 1)));
        await world.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(8, world.Silo.Journal.Head - before);
        var history = (await shop.Order(OrderNumber(1)).History(CancellationToken.None))!;
        OrderStatus?[] states =
        [
            OrderStatus.Created, OrderStatus.StockVerified, OrderStatus.StockReserved, OrderStatus.PaymentSuccess, OrderStatus.Confirmed, null,
        ];
        Assert.Equal(states, history.Transitions.Select(transition => transition.State));
        Assert.Equal([1, 2, 2, 3, 3, 4], history.Transitions.Select(transition => transition.Version));
    });

    [Fact]
    public void What_is_not_there_is_refused_and_the_rest_of_the_order_given_back() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug", "cup");
        var order = Accepted(await shop.Sell(OrderNumber(1), LongEnough, ("mug", 3), ("cup", 11)));
        Assert.Equal((OrderStatus.Cancelled, RejectionCode.InsufficientStock), (order.State, order.Cancellation!.Code));
        Assert.Equal(new Shortage(2, new Sku("cup"), 11, 10), Assert.Single(order.Cancellation.Shortages));
        await world.Pass(TimeSpan.FromSeconds(1));
        var stock = await Audit.Settled(world);
        Assert.Equal((10, 10), (stock["london/mug"].Available, stock["london/cup"].Available));
    });

    [Theory, MemberData(nameof(Seeds))]
    public void A_hundred_concurrent_requests_with_one_key_are_one_order(int seed) => World.Run(seed, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(1_000, "mug");
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => shop.Sell(OrderNumber(1), LongEnough, ("mug", 3))));
        Assert.All(answers, answer => Assert.Equal(OrderStatus.Confirmed, Accepted(answer).State));
        await world.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(997, (await Audit.Settled(world))["london/mug"].OnHand);
        var listed = await shop.Directory(London.Value).List(DirectoryKind.Orders, 0, 100, CancellationToken.None);
        Assert.Equal(OrderNumber(1).Value, Assert.Single(listed.Ids));
    });

    [Fact]
    public void Another_body_under_the_same_key_is_refused() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        Accepted(await shop.Sell(OrderNumber(1), LongEnough, ("mug", 3)));
        var command = new PlaceOrder(
            shop.Operation(OrderNumber(1).Value, "other"), London, Till, [new(new Sku("mug"), 4)], Gbp(10_000), null, LongEnough);
        Assert.Equal(RejectionCode.OperationReused, (await shop.Order(OrderNumber(1)).Place(command)).Rejection?.Code);
    });

    [Theory, MemberData(nameof(Seeds))]
    public void A_thousand_buyers_of_a_hundred_pieces_get_exactly_those(int seed) => World.Run(seed, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(100, "mug");
        var answers = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(buyer => shop.Sell(OrderNumber(buyer), LongEnough, ("mug", 1))));
        Assert.Equal(100, answers.Count(answer => Accepted(answer).State == OrderStatus.Confirmed));
        Assert.Equal(900, answers.Count(answer => Accepted(answer).State == OrderStatus.Cancelled));
        await world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal((0, 0), ((await Audit.Settled(world))["london/mug"].OnHand, (await shop.Stock("mug").Get())!.LiveHolds));
    });

    [Fact]
    public void A_request_that_does_not_wait_is_answered_as_soon_as_the_order_is_durable() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        Assert.Equal(OrderStatus.Created, Accepted(await shop.Sell(OrderNumber(1), TimeSpan.Zero, ("mug", 3))).State);
        await world.Pass(TimeSpan.FromSeconds(1));
        Assert.True((await shop.Order(OrderNumber(1)).Get())!.Settled);
    });

    [Theory]
    [InlineData(nameof(IStockGrain.Reserve))]
    [InlineData(nameof(IStockGrain.Commit))]
    [InlineData(nameof(IStockGrain.Release))]
    public void An_effect_that_fails_is_repeated_until_it_is_done(string effect) => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug", "cup");
        var failures = 0;
        world.Silo.Calls.OnArrived = call =>
        {
            if (call.MethodName == effect && failures++ < 5)
            {
                throw new InvalidOperationException("The story wants it.");
            }
        };
        var enough = effect != nameof(IStockGrain.Release);
        var order = Accepted(await shop.Sell(OrderNumber(1), LongEnough, ("mug", 3), ("cup", enough ? 1 : 11)));
        Assert.Equal(enough ? OrderStatus.Confirmed : OrderStatus.Cancelled, order.State);
        // Long before the wake-up would.
        await world.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(enough ? 7 : 10, (await Audit.Settled(world))["london/mug"].OnHand);
        Assert.True(failures > 5, $"{failures} calls");
    });

    [Fact]
    public void A_refused_request_leaves_no_trace() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        var before = world.Silo.Journal.Head;
        Assert.Equal(RejectionCode.UnknownProduct, (await shop.Sell(OrderNumber(1), LongEnough, ("jug", 1))).Rejection?.Code);
        Assert.Equal(RejectionCode.InvalidQuantity, (await shop.Sell(OrderNumber(1), LongEnough, ("mug", 0))).Rejection?.Code);
        Assert.Equal(before, world.Silo.Journal.Head);
        Assert.Null(await shop.Order(OrderNumber(1)).Get());
        Assert.Null(await shop.Order(OrderNumber(1)).History(CancellationToken.None));
    });

    [Theory, MemberData(nameof(Seeds))]
    public void An_order_given_up_while_it_reserves_gives_everything_back_or_is_confirmed(int seed) => World.Run(seed, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug", "cup");
        var placed = shop.Sell(OrderNumber(1), LongEnough, ("mug", 3), ("cup", 1));
        Outcome<OrderView> cancelled;
        do
        {
            cancelled = await shop.Order(OrderNumber(1)).Cancel(new(shop.Operation("cancel"), "changed their mind"));
        }
        while (cancelled.Rejection?.Code == RejectionCode.UnknownOrder);
        var ended = Accepted(await placed);
        await world.Pass(TimeSpan.FromSeconds(5));
        var stock = await Audit.Settled(world);
        if (cancelled.Rejection is null)
        {
            Assert.Equal((OrderStatus.Cancelled, 10), (ended.State, stock["london/mug"].Available));
        }
        else
        {
            Assert.Equal((RejectionCode.IllegalTransition, OrderStatus.Confirmed), (cancelled.Rejection.Code, ended.State));
        }
    });
}
