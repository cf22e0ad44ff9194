using System.Net;

namespace Pos.Tests;

public sealed class IdempotencyTests(OpenShop open) : IClassFixture<OpenShop>
{
    private Shop Shop => open.Shop;

    [Fact]
    public async Task a_hundred_concurrent_requests_with_one_key_are_one_order()
    {
        await Shop.Product("tea", stock: 100);
        var key = Shop.NewKey();
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Shop.Sell("tea", 3, key)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        var order = Assert.Single(answers.Select(answer => (string)answer["id"]!).Distinct());
        await Shop.Settled(order);
        var stock = await Shop.Stock("tea");
        Assert.Equal((97, 0), ((int)stock["onHand"]!, (int)stock["liveHolds"]!));
        Assert.Single(await Shop.All("/orders?store=london", limit: 100), view => (string)view["lines"]![0]!["sku"]! == "tea");
    }

    [Fact]
    public async Task a_repeat_shows_the_same_order_however_its_json_is_written()
    {
        await Shop.Product("cake", stock: 10);
        var key = Shop.NewKey();
        var first = await Shop.Post("/orders", Shop.Order("cake"), key);
        var head = await Shop.QuietHead();
        await Shop.Settled((string)first["id"]!);
        var again = await Shop.Post(
            "/orders",
            """
            { "cash":  {"currency":"GBP", "amount":100000}, "occurredAt": null,
              "lines": [ {"quantity":1, "sku":"c\u0061ke", "override":null} ], "till":"till-1", "store":"london" }
            """,
            key);
        Assert.Equal(HttpStatusCode.Created, again.Status);
        Assert.Equal((string?)first["id"], (string?)again["id"]);
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.True(head > 0);
        Assert.Equal(9, (int)(await Shop.Stock("cake"))["onHand"]!);
    }

    [Fact]
    public async Task another_body_under_the_same_key_is_refused()
    {
        await Shop.Product("bun", stock: 10);
        var key = Shop.NewKey();
        var order = (string)(await Shop.Sell("bun", 1, key))["id"]!;
        await Shop.Settled(order);
        var head = await Shop.QuietHead();
        Shop.IsProblem(await Shop.Sell("bun", 2, key), 422, "idempotency-key-reused");
        Assert.Equal(head, open.Host.Journal.Head);
    }

    [Fact]
    public async Task a_key_belongs_to_its_till_and_its_route()
    {
        await Shop.Product("pie", stock: 10);
        var key = Shop.NewKey();
        var first = await Shop.Post("/orders", Shop.Order("pie"), key);
        var other = await Shop.Post("/orders", Shop.Order("pie").Replace("till-1", "till-2", StringComparison.Ordinal), key);
        Assert.Equal(HttpStatusCode.Created, other.Status);
        Assert.NotEqual((string?)first["id"], (string?)other["id"]);
        var received = await Shop.Post("/stores/london/stock/pie/receipts", """{"quantity":5}""", key);
        Assert.Equal(HttpStatusCode.OK, received.Status);
    }

    [Fact]
    public async Task a_receipt_counts_once()
    {
        await Shop.Product("jam");
        var key = Shop.NewKey();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Shop.Post("/stores/london/stock/jam/receipts", """{"quantity":5}""", key)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(5, (int)(await Shop.Stock("jam"))["onHand"]!);
        Shop.IsProblem(await Shop.Post("/stores/london/stock/jam/receipts", """{"quantity":6}""", key), 422, "idempotency-key-reused");
    }
}
