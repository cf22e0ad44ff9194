using System.Net;
using System.Text;

namespace Pos.Tests;

/// <summary>Entity tags: what was read is what is changed, and what has not changed is not sent again.</summary>
public sealed class ConditionTests(OpenShop open) : IClassFixture<OpenShop>
{
    private readonly Shop _shop = open.Shop;

    [Fact]
    public async Task every_single_thing_has_its_version_as_a_tag_and_is_not_sent_twice()
    {
        await _shop.Product("oats", stock: 9);
        var order = (string)(await _shop.Sell("oats"))["id"]!;
        await _shop.Settled(order);
        var back = (string)(await _shop.Post(
            "/returns", """{"store":"london","till":"till-1","reason":"stale","lines":[{"sku":"oats","quantity":1,"disposition":"write-off"}]}"""))["id"]!;
        var hold = (string)(await _shop.Post("/stores/london/stock/oats/holds", """{"quantity":1,"expiresInSeconds":3600}"""))["id"]!;
        foreach (var path in (string[])["/stores/london", "/products/oats", "/stores/london/stock/oats", $"/stores/london/stock/oats/holds/{hold}", $"/orders/{order}", $"/returns/{back}"])
        {
            var answer = await _shop.Get(path);
            var tag = answer.Headers.ETag!;
            Assert.False(tag.IsWeak);
            Assert.Equal($"\"{answer["version"]}\"", tag.Tag);
            Assert.NotNull(answer["actions"].AsArray());
            foreach (var same in (string[])[tag.Tag, "W/" + tag.Tag, $"\"x\", {tag.Tag}", "*"])
            {
                var unchanged = await With("If-None-Match", same, HttpMethod.Get, path, null);
                Assert.Equal((HttpStatusCode.NotModified, "", tag.Tag), (unchanged.Status, unchanged.Text, unchanged.Headers.ETag?.Tag));
            }

            Assert.Equal(HttpStatusCode.OK, (await With("If-None-Match", "\"0\"", HttpMethod.Get, path, null)).Status);
        }
    }

    [Theory]
    [InlineData("PATCH", "/products/SKU", """{"name":"other"}""", "/products/SKU")]
    [InlineData("PUT", "/products/SKU", """{"name":"other","description":"","category":"","price":{"amount":1,"currency":"GBP"},"taxClass":"standard","kind":"goods","active":true}""", "/products/SKU")]
    [InlineData("POST", "/stores/london/stock/SKU/receipts", """{"quantity":1}""", "/stores/london/stock/SKU")]
    [InlineData("POST", "/stores/london/stock/SKU/adjustments", """{"delta":1,"reason":"found"}""", "/stores/london/stock/SKU")]
    [InlineData("POST", "/stores/london/stock/SKU/counts", """{"counted":3}""", "/stores/london/stock/SKU")]
    [InlineData("PUT", "/stores/london/stock/SKU/policy", """{"policy":"backorder"}""", "/stores/london/stock/SKU")]
    [InlineData("POST", "/stores/london/stock/SKU/holds", """{"quantity":1,"expiresInSeconds":3600}""", "/stores/london/stock/SKU")]
    public async Task what_has_changed_since_it_was_read_is_not_written_over(string verb, string path, string body, string read)
    {
        var sku = $"cond-{_shop.NewKey()}";
        await _shop.Product(sku, stock: 5);
        (path, read) = (path.Replace("SKU", sku, StringComparison.Ordinal), read.Replace("SKU", sku, StringComparison.Ordinal));
        var tag = (await _shop.Get(read)).Headers.ETag!.Tag;
        var head = await _shop.QuietHead();
        foreach (var stale in (string[])["\"999\"", "\"x\"", "W/" + tag])
        {
            Shop.IsProblem(await With("If-Match", stale, new HttpMethod(verb), path, body), 412, "version-mismatch");
        }

        foreach (var malformed in (string[])["3", "\"", "\"1\", \"2\"", ""])
        {
            Shop.IsProblem(await With("If-Match", malformed, new HttpMethod(verb), path, body), 400, "invalid-parameter");
        }

        Assert.Equal(head, open.Host.Journal.Head);
        var key = _shop.NewKey();
        Assert.True((await With("If-Match", tag, new HttpMethod(verb), path, body, key)).Status is HttpStatusCode.OK or HttpStatusCode.Created);
        Assert.NotEqual(tag, (await _shop.Get(read)).Headers.ETag!.Tag);

        // The key comes before the condition: a repetition shows what was done.
        var again = await With("If-Match", tag, new HttpMethod(verb), path, body, key);
        Assert.True(again.Status is HttpStatusCode.OK or HttpStatusCode.Created, again.Text);
    }

    [Fact]
    public async Task what_has_no_path_of_its_own_store_is_held_up_by_its_version_too()
    {
        var sku = $"cond-{_shop.NewKey()}";
        await _shop.Product(sku, stock: 5);
        var order = (string)(await _shop.Sell(sku, 2))["id"]!;
        await _shop.Settled(order);
        var cart = $"/carts/{(await _shop.Post("/carts", """{"store":"london","till":"till-1"}"""))["id"]}";
        await _shop.Post(cart + "/lines", $$"""{"sku":"{{sku}}"}""");
        var back = (string)(await _shop.Post(
            $"/orders/{order}/returns", """{"till":"till-1","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"stale","payout":"exchange"}"""))["id"]!;
        var head = await _shop.QuietHead();
        foreach (var (method, path, body) in new[]
        {
            (HttpMethod.Post, cart + "/lines", $$"""{"sku":"{{sku}}"}"""), (HttpMethod.Patch, cart + "/lines/1", """{"quantity":2}"""),
            (HttpMethod.Delete, cart + "/lines/1", null), (HttpMethod.Post, cart + "/park", """{"label":"x"}"""),
            (HttpMethod.Post, cart + "/cancel", """{"reason":"x"}"""), (HttpMethod.Post, cart + "/checkout", """{"cash":{"amount":1000,"currency":"GBP"}}"""),
            (HttpMethod.Post, $"/returns/{back}/pay-out", """{"reason":"x"}"""),
            (HttpMethod.Post, $"/orders/{order}/returns", """{"till":"till-1","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"stale"}"""),
        })
        {
            Shop.IsProblem(await With("If-Match", "\"999\"", method, path, body), 412, "version-mismatch");
        }

        Assert.Equal(head, open.Host.Journal.Head);
        var tag = (await _shop.Get(cart)).Headers.ETag!.Tag;
        Assert.Equal(HttpStatusCode.OK, (await With("If-Match", tag, HttpMethod.Patch, cart + "/lines/1", """{"quantity":2}""")).Status);
    }

    /// <summary>Whoever writes need not read to know the version.</summary>
    [Fact]
    public async Task every_write_answers_with_the_version_that_it_made()
    {
        var sku = $"tag-{_shop.NewKey()}";
        await _shop.Product(sku, stock: 50);
        await _shop.Put("/barcodes/FREE-" + sku, $$"""{"sku":"{{sku}}"}""");
        var item = $"/stores/london/stock/{sku}";
        var hold = (string)(await _shop.Post(item + "/holds", """{"quantity":1,"expiresInSeconds":3600}"""))["id"]!;
        var order = (string)(await _shop.Sell(sku))["id"]!;
        await _shop.Settled(order);
        var cart = $"/carts/{(await _shop.Post("/carts", """{"store":"london","till":"till-1"}"""))["id"]}";
        var parked = $"/carts/{(await _shop.Post("/carts", """{"store":"london","till":"till-2"}"""))["id"]}";
        var line = $$"""[{"sku":"{{sku}}","quantity":1,"disposition":"restock"}]""";
        var returned = """{"till":"till-1","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"stale","payout":"exchange"}""";
        (HttpMethod Method, string Path, string? Body, string? Read)[] writes =
        [
            (HttpMethod.Put, $"/products/{sku}", $$"""{"name":"new","description":"","category":"","price":{"amount":250,"currency":"GBP"},"taxClass":"standard","kind":"goods","active":true}""", $"/products/{sku}"),
            (HttpMethod.Patch, $"/products/{sku}", """{"name":"newer"}""", $"/products/{sku}"),
            (HttpMethod.Put, "/barcodes/FREE2-" + sku, $$"""{"sku":"{{sku}}"}""", "/barcodes/FREE2-" + sku),
            (HttpMethod.Delete, "/barcodes/FREE-" + sku, null, null),
            (HttpMethod.Post, item + "/receipts", """{"quantity":1}""", item),
            (HttpMethod.Post, item + "/adjustments", """{"delta":1,"reason":"found"}""", item),
            (HttpMethod.Post, item + "/counts", """{"counted":40}""", item),
            (HttpMethod.Put, item + "/policy", """{"policy":"backorder"}""", item),
            (HttpMethod.Post, item + "/holds", """{"quantity":1,"expiresInSeconds":3600}""", item),
            (HttpMethod.Post, $"{item}/holds/{hold}/pin", null, item),
            (HttpMethod.Post, $"{item}/holds/{hold}/release", null, item),
            (HttpMethod.Post, "/orders", Shop.Order(sku), null),
            (HttpMethod.Post, "/returns", $$"""{"store":"london","till":"till-1","reason":"stale","lines":{{line}}}""", null),
            (HttpMethod.Post, $"/orders/{order}/returns", returned, null),
            (HttpMethod.Post, "/carts", """{"store":"london","till":"till-1"}""", null),
            (HttpMethod.Post, cart + "/lines", $$"""{"sku":"{{sku}}"}""", cart),
            (HttpMethod.Post, cart + "/lines", $$"""{"sku":"{{sku}}"}""", cart),
            (HttpMethod.Patch, cart + "/lines/1", """{"quantity":3}""", cart),
            (HttpMethod.Delete, cart + "/lines/2", null, cart),
            (HttpMethod.Post, cart + "/refresh", null, cart),
            (HttpMethod.Post, cart + "/park", """{"label":"x"}""", cart),
            (HttpMethod.Post, cart + "/resume", """{"till":"till-2"}""", cart),
            (HttpMethod.Post, parked + "/cancel", """{"reason":"nobody there"}""", parked),
            (HttpMethod.Post, cart + "/checkout", """{"cash":{"amount":100000,"currency":"GBP"}}""", null),
        ];
        foreach (var (method, path, body, read) in writes)
        {
            var answer = await _shop.Send(method, path, body, method == HttpMethod.Delete ? null : _shop.NewKey());
            Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created, $"{method} {path}: {answer.Text}");
            Assert.Equal($"\"{answer["version"]}\"", answer.Headers.ETag?.Tag);
            if (read is not null)
            {
                Assert.Equal(answer.Headers.ETag, (await _shop.Get(read)).Headers.ETag);
            }
        }
    }

    [Fact]
    public async Task what_changes_nothing_leaves_no_event()
    {
        await _shop.Product("same", stock: 5);
        var head = await _shop.QuietHead();
        await _shop.Product("same");
        Assert.Equal(head, open.Host.Journal.Head);
    }

    [Fact]
    public async Task a_policy_that_stays_uses_up_its_key_so_that_its_repetition_changes_nothing_later()
    {
        await _shop.Product("again", stock: 5);
        var key = _shop.NewKey();
        const string Path = "/stores/london/stock/again/policy";
        await _shop.Send(HttpMethod.Put, Path, """{"policy":"deny"}""", key);
        await _shop.Put(Path, """{"policy":"backorder"}""");

        Assert.Equal(HttpStatusCode.OK, (await _shop.Send(HttpMethod.Put, Path, """{"policy":"deny"}""", key)).Status);
        Assert.Equal("backorder", (string?)(await _shop.Get("/stores/london/stock/again")).Json["policy"]);
    }

    private Task<Answer> With(string header, string value, HttpMethod method, string path, string? body, string? key = null)
    {
        var request = new HttpRequestMessage(method, "/api/v1" + path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation(header, value);
        request.Headers.Add("Idempotency-Key", key ?? _shop.NewKey());
        return _shop.Send(request);
    }
}
