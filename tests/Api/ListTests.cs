using System.Net;

namespace Pos.Tests;

/// <summary>Lists and their cursors.</summary>
public sealed class ListTests(OpenShop open) : IClassFixture<OpenShop>
{
    private readonly Shop _shop = open.Shop;

    [Fact]
    public async Task a_cursor_is_good_for_the_list_it_came_from_only()
    {
        await _shop.Put(
            "/stores/leeds",
            """
            {"name":"Leeds","district":"Headingley","kind":"shop","currency":"GBP","timeZone":"Europe/London","taxInclusive":true,
             "taxRates":{"standard":2000},"tills":["till-1"]}
            """);
        foreach (var sku in (string[])["list-a", "list-b"])
        {
            await _shop.Product(sku, stock: 5);
            await _shop.Sell(sku);
            await _shop.Post($"/stores/{Shop.Store}/stock/{sku}/receipts", """{"quantity":1}""");
            await _shop.Post(
                "/returns", $$"""{"store":"london","till":"till-1","reason":"stale","lines":[{"sku":"{{sku}}","quantity":1,"disposition":"write-off"}]}""");
        }

        await _shop.Post("/carts", """{"store":"london","till":"till-1"}""");
        await _shop.Post("/carts", """{"store":"london","till":"till-2"}""");
        string[] lists =
        [
            "/stores?", "/products?", "/orders?store=london&", "/orders?store=leeds&", "/returns?store=london&", "/returns?store=leeds&", "/stores/london/stock?",
            "/stores/leeds/stock?", "/stores/london/stock/list-a/ledger?", "/stores/london/stock/list-b/ledger?", "/products/search?", "/sagas?",
            "/carts?store=london&", "/carts?store=london&state=OPEN&", "/carts?store=leeds&",
        ];
        foreach (var from in lists)
        {
            var first = await _shop.Get(from + "limit=1");
            Assert.Equal(HttpStatusCode.OK, first.Status);
            if ((string?)first.Json["nextCursor"] is not { } cursor)
            {
                continue;
            }

            foreach (var to in lists)
            {
                var next = await _shop.Get($"{to}limit=1&cursor={cursor}");
                if (to == from)
                {
                    Assert.Equal(HttpStatusCode.OK, next.Status);
                    Assert.NotEqual(first["items"].ToJsonString(), next["items"].ToJsonString());
                }
                else
                {
                    Shop.IsProblem(next, 400, "invalid-parameter");
                    Assert.Contains("cursor", (string)next["detail"]!, StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public async Task a_cursor_is_good_for_whoever_it_was_given_to_only_and_tells_them_nothing()
    {
        await _shop.Product("opaque-a", stock: 5);
        await _shop.Product("opaque-b", stock: 5);
        await _shop.Sell("opaque-a");
        await _shop.Sell("opaque-b");
        var carts = new[] { await _shop.Post("/carts", """{"store":"london","till":"till-1"}"""), await _shop.Post("/carts", """{"store":"london","till":"till-2"}""") };
        foreach (var list in (string[])["/products?", "/orders?store=london&", "/stores/london/stock?", "/products/search?q=opaque&", "/carts?store=london&"])
        {
            var page = await As(Keys.Manager, list + "limit=1");
            Assert.True(page.Status == HttpStatusCode.OK && (bool)page["hasMore"], page.Text);
            var cursor = (string)page["nextCursor"]!;
            Assert.Equal(HttpStatusCode.OK, (await As(Keys.Manager, $"{list}limit=1&cursor={cursor}")).Status);
            Shop.IsProblem(await As(Keys.Cashier, $"{list}limit=1&cursor={cursor}"), 400, "invalid-parameter");
            var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(cursor);
            var text = System.Text.Encoding.Latin1.GetString(bytes) + Convert.ToHexStringLower(bytes);
            Assert.DoesNotContain("opaque", text, StringComparison.Ordinal);
            Assert.All(carts, cart => Assert.DoesNotContain((string)cart["id"]!, text, StringComparison.Ordinal));
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] ^= 1;
                Shop.IsProblem(await As(Keys.Manager, $"{list}limit=1&cursor={System.Buffers.Text.Base64Url.EncodeToString(bytes)}"), 400, "invalid-parameter");
                bytes[i] ^= 1;
            }
        }
    }

    [Fact]
    public async Task a_list_goes_on_in_another_process_and_after_a_restart_and_a_key_of_its_own_makes_it_independent_of_the_callers_keys()
    {
        var before = await Cursor(open.Host);
        await using var again = await PosHost.Start();
        await using var changed = await PosHost.Start(settings: Keys.Setting(6, "somebody-new", "reader", "london"));
        Assert.Equal(HttpStatusCode.OK, (await again.Http.GetAsync(new Uri($"/api/v1/products?cursor={before}", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await changed.Http.GetAsync(new Uri($"/api/v1/products?cursor={before}", UriKind.Relative))).StatusCode);

        KeyValuePair<string, string?> secret = new("Api:CursorKey", new string('s', 32));
        await using var own = await PosHost.Start(settings: [secret]);
        await using var ownChanged = await PosHost.Start(settings: [secret, .. Keys.Setting(6, "somebody-new", "reader", "london")]);
        var cursor = await Cursor(own);
        Assert.Equal(HttpStatusCode.OK, (await ownChanged.Http.GetAsync(new Uri($"/api/v1/products?cursor={cursor}", UriKind.Relative))).StatusCode);

        static async Task<string> Cursor(PosHost host)
        {
            var shop = await Shop.Open(host);
            await shop.Product("restart-a");
            await shop.Product("restart-b");
            return (string)(await shop.Get("/products?limit=1"))["nextCursor"]!;
        }
    }

    /// <summary>Neither empty pages nor cursors tell how much there is elsewhere.</summary>
    [Fact]
    public async Task lists_show_nothing_of_other_stores_not_even_that_there_is_something()
    {
        var details = (await _shop.Get("/stores/london")).Json.AsObject();
        foreach (var member in (string[])["id", "version", "actions", "cashRounding", "embeddedBarcodes"])
        {
            details.Remove(member);
        }

        for (var i = 0; i < 30; i++)
        {
            await _shop.Put($"/stores/other-{i}", details.ToJsonString());
        }

        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => _shop.Post("/carts", $$"""{"store":"other-{{i % 3}}","till":"till-1"}""")));
        var mine = (string)(await _shop.Post("/carts", """{"store":"london","till":"till-1"}"""))["id"]!;
        var page = await As(Keys.Manager, "/carts?store=london&limit=100");
        Assert.Contains(page["items"].AsArray(), cart => (string?)cart!["id"] == mine);
        Assert.All(page["items"].AsArray(), cart => Assert.Equal("london", (string?)cart!["store"]));
        Assert.False((bool)page["hasMore"]);
        var stores = await As(Keys.Manager, "/stores?limit=1");
        Assert.Equal("london", (string?)Assert.Single(stores["items"].AsArray())!["id"]);
        Assert.False((bool)stores["hasMore"]);
        var none = await As(Keys.ManagerOfParis, "/stores?limit=1");
        Assert.Empty(none["items"].AsArray());
        Assert.False((bool)none["hasMore"]);
    }

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAA")]
    [InlineData("%00")]
    [InlineData("")]
    [InlineData("________________")]
    public async Task what_is_no_cursor_is_refused(string cursor)
    {
        foreach (var list in (string[])["/orders?store=london&", "/carts?store=london&", "/products?", "/stores?", "/stores/london/stock?"])
        {
            Shop.IsProblem(await _shop.Get($"{list}cursor={cursor}"), 400, "invalid-parameter");
        }
    }

    private Task<Answer> As(string key, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1" + path);
        request.Headers.Authorization = new("Bearer", key);
        return _shop.Send(request);
    }
}
