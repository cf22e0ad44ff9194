using Orleans.Runtime;
using Pos.Grains;
using Pos.Journal;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>What an order may cost, counted in events, activations and steps.</summary>
public sealed class OrderCostTests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_thousand_lines_of_one_product_that_is_not_there_leave_nothing_in_its_stock() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(999, "mug");
        var (head, mug) = (world.Silo.Journal.Head, (await shop.Stock("mug").Get())!.Version);
        var order = Accepted(await shop.Sell(OrderNumber(1), LongEnough, [.. Enumerable.Repeat(("mug", 1), 1_000)]));
        Assert.Equal((OrderStatus.Cancelled, RejectionCode.InsufficientStock), (order.State, order.Cancellation!.Code));
        Assert.Equal(new Shortage(1, new Sku("mug"), 1_000, 999), Assert.Single(order.Cancellation.Shortages));
        await world.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(mug, (await shop.Stock("mug").Get())!.Version);
        Assert.Equal(["order.placed", "order.cancelled", "order.settled"], await Behind(world, head));
        Assert.Equal(999, (await Audit.Settled(world))["london/mug"].Available);
    });

    [Fact]
    public void A_thousand_products_of_which_none_is_there_leave_three_events() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        string[] skus = [.. Enumerable.Range(0, 1_000).Select(number => $"sku-{number}")];
        await shop.Open(0, skus);
        var head = world.Silo.Journal.Head;
        var order = Accepted(await shop.Sell(OrderNumber(1), LongEnough, [.. skus.Select(sku => (sku, 1))]));
        Assert.Equal((OrderStatus.Cancelled, 1_000), (order.State, order.Cancellation!.Shortages.Length));
        await world.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(["order.placed", "order.cancelled", "order.settled"], await Behind(world, head));
    });

    [Fact]
    public void Many_lines_of_one_product_are_held_taken_and_given_back_as_one() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(500, "mug", "cup");
        var head = world.Silo.Journal.Head;
        var lines = Enumerable.Repeat(("mug", 1), 500).Concat(Enumerable.Repeat(("cup", 2), 251));
        Assert.Equal(OrderStatus.Cancelled, Accepted(await shop.Sell(OrderNumber(1), LongEnough, [.. lines])).State);
        await world.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(["order.placed", "stock.reserved", "order.cancelled", "stock.released", "order.settled"], await Behind(world, head));

        head = world.Silo.Journal.Head;
        Assert.Equal(OrderStatus.Confirmed, Accepted(await shop.Sell(OrderNumber(2), LongEnough, [.. lines.SkipLast(1)])).State);
        await world.Pass(TimeSpan.FromSeconds(1));
        string[] events =
        [
            "order.placed", "stock.reserved", "stock.reserved", "order.stock-reserved", "order.cash-taken", "stock.committed", "stock.committed", "order.settled",
        ];
        Assert.Equal(events, await Behind(world, head));
        var stock = await Audit.Settled(world);
        Assert.Equal((0, 0), (stock["london/mug"].OnHand, stock["london/cup"].OnHand));
    });

    [Fact]
    public void A_refusal_after_a_request_without_an_answer_is_followed_by_a_release() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        var head = world.Silo.Journal.Head;
        var lost = 0;
        world.Silo.Calls.Answers = call => call.MethodName == nameof(IStockGrain.Reserve) && lost++ == 0 ? throw new TimeoutException("Lost.") : false;
        Assert.Equal(OrderStatus.Cancelled, Accepted(await shop.Sell(OrderNumber(1), LongEnough, ("mug", 11))).State);
        await world.Pass(TimeSpan.FromSeconds(5));
        // The tombstone: the request that got no answer may still be on its way.
        Assert.Equal(["order.placed", "order.cancelled", "stock.released", "order.settled"], await Behind(world, head));
        Assert.Equal(10, (await Audit.Settled(world))["london/mug"].Available);
    });

    [Fact]
    public void An_order_that_another_activation_takes_over_is_fenced_and_releases_what_was_refused() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        var head = world.Silo.Journal.Head;
        world.Silo.Calls.Answers = call => call.MethodName == nameof(IStockGrain.Reserve) ? throw new TimeoutException("Lost.") : false;
        Accepted(await shop.Sell(OrderNumber(1), TimeSpan.Zero, ("mug", 11)));
        world.Restart();
        await world.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(["order.placed", "order.retry-asked", "order.cancelled", "stock.released", "order.settled"], await Behind(world, head));
        Assert.Equal(10, (await Audit.Settled(world))["london/mug"].Available);
    });

    [Fact]
    public void Reading_an_order_costs_the_same_however_often_it_has_come_back()
    {
        // Both in one process, the best of several: the machine's speed is no part of the quotient.
        var (few, many) = (Reading(returns: 1), Reading(returns: 60));
        Assert.True(many < few * 8, $"{few} to read an order with one return of a thousand lines, {many} with sixty");
    }

    private static TimeSpan Reading(int returns)
    {
        const int Lines = 1_000;
        var placed = new OrderEvent.Placed(
            London, Till, new("k1", "f1", DateTimeOffset.UnixEpoch),
            [.. Enumerable.Range(1, Lines).Select(line => new OrderLine(line, new Sku($"sku-{line}"), "", ProductKind.Goods, 61, 1, 1, 0, 61, 0, 61))],
            true, Gbp(61 * Lines), Gbp(0), Gbp(61 * Lines), Gbp(61 * Lines), default, default);
        var state = Order.Evolve(Order.Evolve(Order.Initial, placed), new OrderEvent.CashTaken(Gbp(61 * Lines), Gbp(0)));
        for (var number = 1; number <= returns; number++)
        {
            state = Order.Evolve(state, new OrderEvent.ReturnAccepted(
                ReturnNumber(number), new("k1", "f1", default), Till, [.. Enumerable.Range(1, Lines).Select(line => new LineBack(line, 1, Disposition.Restock, 1, 0, 1))],
                Gbp(Lines), Gbp(0), Gbp(Lines), [], "", default, default));
        }

        var best = TimeSpan.MaxValue;
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var since = TimeProvider.System.GetTimestamp();
            var view = OrderViewing.View(OrderNumber(1), state, 1)!;
            var took = TimeProvider.System.GetElapsedTime(since);
            best = took < best ? took : best;
            Assert.All(view.Lines, line => Assert.Equal(returns, line.Returned));
        }

        return best;
    }

    private static async Task<List<string>> Behind(World world, long head)
    {
        List<string> types = [];
        await foreach (var recorded in world.Silo.Journal.ReadAll(head, CancellationToken.None))
        {
            types.Add(recorded.Type);
        }

        return types;
    }
}
