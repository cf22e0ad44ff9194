using System.Net;

namespace Pos.Tests;

public sealed class BuyersTests(OpenShop open) : IClassFixture<OpenShop>
{
    [Fact]
    public async Task a_thousand_buyers_of_a_hundred_units_are_a_hundred_sales()
    {
        var shop = open.Shop;
        await shop.Product("console", stock: 100);
        var answers = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => shop.Sell("console")));

        var sold = answers.Where(answer => answer.Status == HttpStatusCode.Created).ToList();
        Assert.Equal(100, sold.Count);
        Assert.All(sold, answer => Assert.Equal("CONFIRMED", (string?)answer["state"]));
        var refused = answers.Where(answer => answer.Status == HttpStatusCode.Conflict).ToList();
        Assert.Equal(900, refused.Count);
        Assert.All(refused, answer => Shop.IsProblem(answer, 409, "insufficient-stock"));

        foreach (var order in sold.Select(answer => (string)answer["id"]!).Concat(refused.Select(answer => (string)answer["order"]!)))
        {
            await shop.Settled(order);
        }

        var stock = await shop.Stock("console");
        Assert.Equal((0, 0, 0, 0), ((int)stock["onHand"]!, (int)stock["held"]!, (int)stock["available"]!, (int)stock["liveHolds"]!));
        var orders = await shop.All("/orders?store=london", limit: 100);
        Assert.Equal(1_000, orders.Count);
        Assert.Equal(100, orders.Count(order => (string?)order["state"] == "CONFIRMED"));
        Assert.Equal(900, orders.Count(order => (string?)order["state"] == "CANCELLED"));
    }
}
