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

    /// <summary>What puts or takes away something, twice each: its address, the two bodies (none: DELETE), and where what stands is read.</summary>
    public static TheoryData<string, string, string, string> Replacements { get; } = new()
    {
        { "/products/put-a", Named("A"), Named("B"), "/products/put-a" },
        { "/stores/put-b", StoreNamed("A"), StoreNamed("B"), "/stores/put-b" },
        { "/stores/london/stock/put-c/policy", """{"policy":"backorder"}""", """{"policy":"deny"}""", "/stores/london/stock/put-c" },
    };

    [Theory]
    [MemberData(nameof(Replacements))]
    public async Task what_was_put_with_a_key_is_put_once_whatever_others_have_put_since(string path, string first, string second, string read)
    {
        await Shop.Product("put-c", stock: 1);
        var (key, other) = (Shop.NewKey(), Shop.NewKey());
        Accepted(await Shop.Send(HttpMethod.Put, path, first, key));
        Accepted(await Shop.Send(HttpMethod.Put, path, second, other));
        var stands = (await Shop.Get(read)).Text;
        var head = open.Host.Journal.Head;
        Accepted(await Shop.Send(HttpMethod.Put, path, first, key));
        Accepted(await Shop.Send(HttpMethod.Put, path.Replace("/p", "/%70", StringComparison.Ordinal), first, key));
        Accepted(await Shop.Send(HttpMethod.Put, path, second, other));
        Shop.IsProblem(await Shop.Send(HttpMethod.Put, path, second, key), 422, "idempotency-key-reused");
        Assert.Equal(stands, (await Shop.Get(read)).Text);
        Assert.Equal(head, open.Host.Journal.Head);

        // Without a key, and with another, it is another request.
        Accepted(await Shop.Send(HttpMethod.Put, path, first, null));
        Assert.NotEqual(stands, (await Shop.Get(read)).Text);
        Accepted(await As(path.Contains("policy", StringComparison.Ordinal) || path.Contains("products", StringComparison.Ordinal) ? Keys.ManagerOfAll : Keys.Operator, HttpMethod.Put, path, first, other + "x"));
        Assert.NotEqual(stands, (await Shop.Get(read)).Text);
    }

    [Theory]
    [MemberData(nameof(Replacements))]
    public async Task a_key_is_used_up_also_when_nothing_changed(string path, string first, string second, string read)
    {
        path = path.Replace("put-", "same-", StringComparison.Ordinal);
        read = read.Replace("put-", "same-", StringComparison.Ordinal);
        await Shop.Product("same-c", stock: 1);
        var key = Shop.NewKey();
        Accepted(await Shop.Send(HttpMethod.Put, path, first, null));
        Accepted(await Shop.Send(HttpMethod.Put, path, first, key));
        Accepted(await Shop.Send(HttpMethod.Put, path, second, null));
        var stands = (await Shop.Get(read)).Text;
        Accepted(await Shop.Send(HttpMethod.Put, path, first, key));
        Assert.Equal(stands, (await Shop.Get(read)).Text);
    }

    [Fact]
    public async Task a_barcode_is_given_and_taken_once_for_each_key()
    {
        const string Path = "/barcodes/BAR-1";
        await Shop.Product("bar-a");
        await Shop.Product("bar-b");
        var (give, take) = (Shop.NewKey(), Shop.NewKey());
        Accepted(await Shop.Send(HttpMethod.Put, Path, """{"sku":"bar-a"}""", give));
        Accepted(await Shop.Send(HttpMethod.Delete, Path, null, take));
        Accepted(await Shop.Send(HttpMethod.Put, Path, """{"sku":"bar-b"}""", null));
        var head = open.Host.Journal.Head;
        Accepted(await Shop.Send(HttpMethod.Put, Path, """{"sku":"bar-a"}""", give));
        Accepted(await Shop.Send(HttpMethod.Delete, Path, null, take));
        Shop.IsProblem(await Shop.Send(HttpMethod.Put, Path, """{"sku":"bar-b"}""", give), 422, "idempotency-key-reused");
        Assert.Equal(head, open.Host.Journal.Head);
        Assert.Equal("bar-b", (string?)(await Shop.Get(Path))["sku"]);

        // A free code that is taken again uses up the key too.
        var again = Shop.NewKey();
        Accepted(await Shop.Send(HttpMethod.Delete, Path, null, null));
        Accepted(await Shop.Send(HttpMethod.Delete, Path, null, again));
        Accepted(await Shop.Send(HttpMethod.Put, Path, """{"sku":"bar-a"}""", null));
        Accepted(await Shop.Send(HttpMethod.Delete, Path, null, again));
        Assert.Equal("bar-a", (string?)(await Shop.Get(Path))["sku"]);
    }

    [Fact]
    public async Task a_line_is_taken_out_once_for_each_key()
    {
        await Shop.Product("plum");
        var cart = $"/carts/{(await Shop.Post("/carts", """{"store":"london","till":"till-1"}"""))["id"]}";
        await Shop.Post(cart + "/lines", """{"sku":"plum"}""");
        var key = Shop.NewKey();
        Accepted(await Shop.Send(HttpMethod.Delete, cart + "/lines/1", null, key));
        Accepted(await Shop.Send(HttpMethod.Delete, cart + "/lines/1", null, key));
        Shop.IsProblem(await Shop.Send(HttpMethod.Delete, cart + "/lines/2", null, Shop.NewKey()), 422, "unknown-line");
    }

    /// <summary>Nobody can occupy a key that a colleague will use, or see what a colleague did under theirs.</summary>
    [Fact]
    public async Task a_key_belongs_to_its_caller()
    {
        await Shop.Product("fig", stock: 50);
        await Shop.Put("/stores/paris", StoreNamed("Paris"));
        const string Key = "till-1-0001";
        var item = "/stores/london/stock/fig";
        foreach (var (method, path, body, another) in new[]
        {
            (HttpMethod.Post, "/orders", Shop.Order("fig"), Shop.Order("fig", 2)),
            (HttpMethod.Post, "/carts", """{"store":"london","till":"till-1"}""", """{"store":"london","till":"till-1","from":null}"""),
            (HttpMethod.Post, "/returns", Return(1), Return(2)),
            (HttpMethod.Post, item + "/receipts", """{"quantity":1}""", """{"quantity":2}"""),
            (HttpMethod.Post, item + "/holds", """{"quantity":1,"expiresInSeconds":60}""", """{"quantity":2,"expiresInSeconds":60}"""),
        })
        {
            var mine = await As(Keys.Manager, method, path, body, Key);
            var colleagues = await As(Keys.ManagerOfAll, method, path, another, Key);
            var again = await As(Keys.Manager, method, path, body, Key);
            Accepted(mine);
            Accepted(colleagues);
            Accepted(again);
            if (mine.Json["id"] is { } id)
            {
                Assert.NotEqual((string?)id, (string?)colleagues["id"]);
                Assert.Equal((string?)id, (string?)again["id"]);
            }
        }

        static string Return(int quantity) =>
            $$"""{"store":"london","till":"till-1","reason":"x","lines":[{"sku":"fig","quantity":{{quantity}},"disposition":"restock"}]}""";
    }

    private static string Named(string name) =>
        $$"""{"name":"{{name}}","description":"","category":"","price":{"amount":250,"currency":"GBP"},"taxClass":"standard","kind":"goods","active":true}""";

    private static string StoreNamed(string name) =>
        $$"""{"name":"{{name}}","district":"","kind":"shop","currency":"GBP","timeZone":"Europe/London","taxInclusive":true,"taxRates":{"standard":2000},"tills":["till-1"]}""";

    private static void Accepted(Answer answer) => Assert.True((int)answer.Status is >= 200 and < 300, answer.Text);

    private Task<Answer> As(string caller, HttpMethod method, string path, string body, string key)
    {
        var request = new HttpRequestMessage(method, "/api/v1" + path) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", caller);
        request.Headers.Add("Idempotency-Key", key);
        return Shop.Send(request);
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
