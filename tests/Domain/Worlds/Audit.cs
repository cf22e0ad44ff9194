using Pos.Grains;
using Pos.Journal;

namespace Pos.Tests;

/// <summary>Reads a world's journal and finds what must never be there.</summary>
internal static class Audit
{
    /// <summary>Every stock item's balance, once nothing is owed: no hold may be left, and each has had one end.</summary>
    public static async Task<Dictionary<string, StockState>> Settled(World world)
    {
        var stock = new Dictionary<string, StockState>(StringComparer.Ordinal);
        var ends = new HashSet<(StreamName Stream, HoldId Hold)>();
        var orders = new Dictionary<StreamName, OrderProgress>();
        var returns = new Dictionary<StreamName, ReturnProgress>();
        await foreach (var recorded in world.Silo.Journal.ReadAll(0, CancellationToken.None))
        {
            switch (recorded.Stream.Category)
            {
                case StockJournal.Category:
                    var happened = StockJournal.Codec.Read(recorded);
                    var before = stock.GetValueOrDefault(recorded.Stream.Key, Stock.Initial);
                    CheckEnds(ends, recorded.Stream, happened);
                    CheckOversell(before, happened);
                    stock[recorded.Stream.Key] = Stock.Evolve(before, happened);
                    break;
                case OrderJournal.Category:
                    var order = orders.GetValueOrDefault(recorded.Stream, Order.Initial);
                    var next = OrderJournal.Codec.Read(recorded);
                    Assert.True(
                        !order.Settled || next is OrderEvent.ReturnAccepted or OrderEvent.ReturnHandedOver or OrderEvent.RetryAsked,
                        $"{recorded.Stream} goes on after its end");
                    orders[recorded.Stream] = Order.Evolve(order, next);
                    break;
                case ReturnJournal.Category:
                    var back = returns.GetValueOrDefault(recorded.Stream, Return.Initial);
                    Assert.NotEqual(ReturnState.Completed, back.State);
                    returns[recorded.Stream] = Return.Evolve(back, ReturnJournal.Codec.Read(recorded));
                    break;
            }
        }

        Assert.All(orders, order => Assert.True(order.Value is { Settled: true, ToHandOver: null }, $"{order.Key} is not settled: {order.Value.State}"));
        Assert.All(returns, back => Assert.Equal(ReturnState.Completed, back.Value.State));
        Assert.All(stock, item => Assert.Equal((0, 0L), (item.Value.LiveHolds, item.Value.Held)));
        return stock;
    }

    private static void CheckEnds(HashSet<(StreamName Stream, HoldId Hold)> ends, StreamName stream, StockEvent happened)
    {
        HoldId? ended = happened switch
        {
            StockEvent.Committed e => e.Hold,
            StockEvent.Released e => e.Hold,
            StockEvent.Expired e => e.Hold,
            _ => null,
        };
        if (ended is { } hold)
        {
            Assert.True(ends.Add((stream, hold)), $"{stream}: the hold {hold} ends twice");
        }
    }

    private static void CheckOversell(StockState before, StockEvent happened)
    {
        if (happened is StockEvent.Reserved reserved && before.Policy == StockPolicy.Deny)
        {
            Assert.True(before.Available >= reserved.Quantity, $"{reserved} with {before.Available} available");
            Assert.DoesNotContain(reserved.Hold, before.Holds.Keys);
        }
    }
}
