using System.Net;
using System.Text.Json.Nodes;

namespace Pos.Tests;

public sealed class OrderTests(OpenShop open) : IClassFixture<OpenShop>
{
    private Shop Shop => open.Shop;

    [Fact]
    public async Task a_sale_is_confirmed_with_its_location_and_settles()
    {
        await Shop.Product("tea", price: 255, stock: 10);
        var answer = await Shop.Post(
            "/orders",
            """
            {"store":"london","till":"till-2","lines":[{"sku":"tea","quantity":2},{"sku":"tea","quantity":1,"override":{"unitPrice":{"amount":100,"currency":"GBP"},"reason":"dented"}}],
             "cash":{"amount":1000,"currency":"GBP"},"occurredAt":"2026-01-31T13:00:00+01:00"}
            """);
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        var order = (string)answer["id"]!;
        Assert.Equal($"/api/v1/orders/{order}", answer.Headers.Location?.OriginalString);
        Assert.Equal("CONFIRMED", (string?)answer["state"]);
        Assert.Equal(610, (long)answer["total"]["gross"]!["amount"]!);
        Assert.Equal("""{"amount":390,"currency":"GBP"}""", answer["cash"]["change"]!.ToJsonString());
        Assert.Equal("2026-01-31T12:00:00Z", (string?)answer["occurredAt"]);
        Assert.Equal("dented", (string?)answer["lines"][1]!["overrideReason"]);

        var settled = await Shop.Settled(order);
        Assert.Equal($"\"{settled["version"]}\"", settled.Headers.ETag?.ToString());
        var stock = await Shop.Stock("tea");
        Assert.Equal((7, 0, 7), ((int)stock["onHand"]!, (int)stock["held"]!, (int)stock["available"]!));

        var history = await Shop.Get($"/orders/{order}/history");
        Assert.Equal(
            ["order.placed", "order.stock-reserved", "order.cash-taken", "order.settled"],
            history["transitions"].AsArray().Select(entry => (string)entry!["event"]!).Distinct());
    }

    [Fact]
    public async Task the_next_sale_has_the_price_and_the_tax_that_were_just_set()
    {
        await using var host = await PosHost.Start();
        var shop = await Shop.Open(host);
        const string Tax = """{"name":"York","district":"","kind":"shop","currency":"GBP","timeZone":"Europe/London","taxInclusive":true,"taxRates":{"standard":RATE},"tills":["till-1"]}""";
        await shop.Put("/stores/york", Tax.Replace("RATE", "1000", StringComparison.Ordinal));
        await shop.Product("leek", price: 100);
        Assert.Equal(HttpStatusCode.OK, (await shop.Post("/stores/york/stock/leek/receipts", """{"quantity":20}""")).Status);
        for (var change = 1; change <= 10; change++)
        {
            var (price, rate) = (100 + change, 1_000 + (change * 100));
            await shop.Product("leek", price: price);
            await shop.Put("/stores/york", Tax.Replace("RATE", $"{rate}", StringComparison.Ordinal));
            var sold = await shop.Post(
                "/orders", """{"store":"york","till":"till-1","lines":[{"sku":"leek","quantity":1}],"cash":{"amount":1000,"currency":"GBP"} }""");
            Assert.True(sold.Status == HttpStatusCode.Created, sold.Text);
            Assert.Equal((price, rate), ((int)sold["total"]["gross"]!["amount"]!, (int)sold["lines"][0]!["taxRateBasisPoints"]!));
        }
    }

    [Fact]
    public async Task a_sale_beyond_the_stock_is_cancelled_and_says_what_is_available_now()
    {
        await Shop.Product("rare", stock: 3);
        await Shop.Product("plenty", stock: 100);
        var key = Shop.NewKey();
        var body = """{"store":"london","till":"till-1","lines":[{"sku":"plenty","quantity":5},{"sku":"rare","quantity":4}],"cash":{"amount":100000,"currency":"GBP"}}""";
        var answer = await Shop.Post("/orders", body, key);
        Shop.IsProblem(answer, 409, "insufficient-stock");
        var order = (string)answer["order"]!;
        Assert.Equal($"/api/v1/orders/{order}", answer.Headers.Location?.OriginalString);
        Assert.Equal("""[{"line":2,"sku":"rare","requested":4,"available":3}]""", answer["shortages"].ToJsonString());

        var settled = await Shop.Settled(order);
        Assert.Equal("CANCELLED", (string?)settled["state"]);
        Assert.Equal("insufficient-stock", (string?)settled["cancellation"]["code"]);
        Assert.Equal(100, (int)(await Shop.Stock("plenty"))["available"]!);
        Assert.Equal(3, (int)(await Shop.Stock("rare"))["available"]!);
        Shop.IsProblem(await Shop.Post("/orders", body, key), 409, "insufficient-stock");
    }

    [Fact]
    public async Task who_prefers_not_to_wait_gets_202_and_a_location_at_once()
    {
        await Shop.Product("async", stock: 1);
        var key = Shop.NewKey();
        var answer = await Shop.Sell("async", key: key, prefer: "wait=10, respond-async");
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal(["respond-async"], answer.Headers.GetValues("Preference-Applied"));
        Assert.NotNull(answer.Headers.RetryAfter);
        var order = (string)answer["id"]!;
        Assert.Equal($"/api/v1/orders/{order}", answer.Headers.Location?.OriginalString);
        var ended = await Shop.Settled(order);
        Assert.Equal("CONFIRMED", (string?)ended["state"]);

        var again = await Shop.Sell("async", key: key, prefer: "respond-async");
        Assert.Equal(HttpStatusCode.Created, again.Status);
        Assert.Equal(order, (string?)again["id"]);
    }

    [Fact]
    public async Task a_confirmed_order_is_not_cancelled_and_the_refusal_names_returns()
    {
        await Shop.Product("sold", stock: 1);
        var order = (string)(await Shop.Sell("sold"))["id"]!;
        var answer = await Shop.Post($"/orders/{order}/cancel", """{"reason":"changed my mind"}""");
        Shop.IsProblem(answer, 409, "illegal-transition");
        Assert.Contains("return", (string)answer["detail"]!, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task cancelling_a_cancelled_order_changes_nothing()
    {
        await Shop.Product("none-left");
        var order = (string)(await Shop.Sell("none-left"))["order"]!;
        var before = await Shop.Settled(order);
        var answer = await Shop.Post($"/orders/{order}/cancel", """{"reason":"too late"}""");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal((long)before["version"], (long)answer["version"]);
        Shop.IsProblem(await Shop.Post($"/orders/{order}/cancel", """{"reason":" "}"""), 422, "invalid-value");
        Shop.IsProblem(await Shop.Post($"/orders/{order}/cancel", $$"""{"reason":"{{new string('x', 201)}}"}"""), 422, "invalid-value");
    }

    [Fact]
    public async Task a_store_lists_its_orders_page_by_page_in_order()
    {
        await Shop.Put(
            "/stores/leeds",
            """{"name":"Leeds","district":"","kind":"shop","currency":"GBP","timeZone":"Europe/London","taxInclusive":false,"taxRates":{"standard":2000},"tills":["till-1"]}""");
        await Shop.Product("wrap", kind: "service");
        List<string> placed = [];
        for (var i = 0; i < 7; i++)
        {
            var answer = await Shop.Post("/orders", Shop.Order("wrap").Replace("london", "leeds", StringComparison.Ordinal));
            Assert.Equal(HttpStatusCode.Created, answer.Status);
            placed.Add((string)answer["id"]!);
        }

        Assert.Equal(placed, (await Shop.All("/orders?store=leeds", limit: 3)).Select(order => (string)order["id"]!));
        Assert.Equal(placed, (await Shop.All("/orders?store=leeds", limit: 7)).Select(order => (string)order["id"]!));
        Assert.Equal(["leeds"], (await Shop.All("/stores", limit: 1)).Select(store => (string)store["id"]!).Except(["london"]));
        Assert.Contains("wrap", (await Shop.All("/products", limit: 2)).Select(product => (string)product["sku"]!));
        Assert.Empty(await Shop.All("/stores/leeds/stock", limit: 10));
    }

    [Fact]
    public async Task an_order_of_nothing_to_pay_is_legal()
    {
        await Shop.Product("gift", price: 0, stock: 1);
        var answer = await Shop.Post("/orders", Shop.Order("gift", cash: 0));
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal(0, (long)answer["total"]["gross"]!["amount"]!);
    }

    [Fact]
    public async Task texts_come_back_as_they_went_in()
    {
        await Shop.Put(
            "/products/th%C3%A9%20vert",
            """{"name":"Thé \"vert\" <£5> 'frais' 茶","description":"line\nbreak","category":"","price":{"amount":1,"currency":"GBP"},"taxClass":"standard","kind":"goods","active":true}""");
        var product = await Shop.Get("/products/th%C3%A9%20vert");
        Assert.Equal("thé vert", (string?)product["sku"]);
        Assert.Equal("Thé \"vert\" <£5> 'frais' 茶", (string?)product["name"]);
        Assert.Equal("line\nbreak", (string?)product["description"]);
        Assert.Contains("'frais'", product.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_return_restocks_refunds_and_is_listed()
    {
        await Shop.Product("back", price: 300, stock: 5);
        var body = """
            {"store":"london","till":"till-1","lines":[{"sku":"back","quantity":2,"disposition":"restock"},{"sku":"back","quantity":1,"disposition":"write-off","unitPrice":{"amount":100,"currency":"GBP"}}],
             "reason":"does not fit","occurredAt":"2026-01-31T12:00:00Z"}
            """;
        var key = Shop.NewKey();
        var answer = await Shop.Post("/returns", body, key);
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        var id = (string)answer["id"]!;
        Assert.Equal($"/api/v1/returns/{id}", answer.Headers.Location?.OriginalString);
        Assert.Equal("COMPLETED", (string?)answer["state"]);
        Assert.Equal(700, (long)answer["refund"]["gross"]!["amount"]!);
        Assert.Equal(7, (int)(await Shop.Stock("back"))["onHand"]!);

        var again = await Shop.Post("/returns", body, key);
        Assert.Equal(id, (string?)again["id"]);
        Assert.Equal(7, (int)(await Shop.Stock("back"))["onHand"]!);
        Shop.IsProblem(await Shop.Post("/returns", body.Replace("does not fit", "torn", StringComparison.Ordinal), key), 422, "idempotency-key-reused");
        Assert.Contains(id, (await Shop.All("/returns?store=london", limit: 1)).Select(view => (string)view["id"]!));
        Assert.Equal(id, (string?)(await Shop.Get($"/returns/{id}"))["id"]);
    }
}
