using Pos.Journal;

namespace Pos.Tests;

/// <summary>What stands around every event.</summary>
public sealed class EnvelopeTests
{
    [Fact]
    public async Task an_orders_events_share_one_business_time()
    {
        await using var host = await PosHost.Start();
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 1);
        var order = (string)(await shop.Sell("tea"))["id"]!;
        await shop.Settled(order);
        var events = await host.Journal.ReadStream(new StreamName("order", order), 0, 10, CancellationToken.None).ToListAsync();
        Assert.Equal(4, events.Count);
        Assert.Single(events.Select(recorded => recorded.Context.OccurredAt).Distinct());
    }
}
