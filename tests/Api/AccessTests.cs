using System.Net;
using System.Text;
using Microsoft.Extensions.Options;

namespace Pos.Tests;

/// <summary>Who may do what, where, and what the journal says of it.</summary>
public sealed class AccessTests(OpenShop open) : IClassFixture<OpenShop>
{
    private readonly Shop _shop = open.Shop;

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer nobodys-key")]
    [InlineData("Basic YW4tb3BlcmF0b3I6")]
    [InlineData("an-operator")]
    public async Task nobody_comes_in_without_a_key(string? authorization)
    {
        var answer = await As(authorization, HttpMethod.Get, "/products", null);
        Shop.IsProblem(answer, 401, "unauthenticated");
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task nothing_is_read_of_a_request_that_may_not_be()
    {
        Shop.IsProblem(await As(null, HttpMethod.Post, "/orders", "{{{"), 401, "unauthenticated");
        Shop.IsProblem(await Ask(Keys.Reader, HttpMethod.Post, "/orders", "{{{"), 403, "forbidden");
        Shop.IsProblem(await Ask(Keys.Manager, HttpMethod.Put, "/stores/paris", "{{{"), 403, "forbidden");
        Shop.IsProblem(await Ask(Keys.Manager, HttpMethod.Put, "/products/tea", "{{{"), 403, "forbidden");
        Shop.IsProblem(await Ask(Keys.ManagerOfAll, HttpMethod.Put, "/products/tea", "{{{"), 400, "malformed-body");
    }

    [Fact]
    public async Task what_says_nothing_of_the_business_is_open()
    {
        using var client = new HttpClient { BaseAddress = open.Host.Http.BaseAddress };
        foreach (var path in (string[])["/health/live", "/health/ready", "/openapi/v1.json", "/index.html", "/problems/forbidden"])
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task another_stores_things_do_not_exist()
    {
        await _shop.Product("jam", stock: 9);
        var order = (string)(await _shop.Sell("jam"))["id"]!;
        var back = (string)(await _shop.Post("/returns", Return("jam")))["id"]!;
        await _shop.Settled(order);
        string[] paths =
        [
            "/stores/london", "/stores/london/stock", "/stores/london/stock/jam", "/stores/london/stock/jam/ledger",
            $"/orders/{order}", $"/orders/{order}/history", $"/returns/{back}", "/orders?store=london", "/returns?store=london",
        ];
        foreach (var path in paths)
        {
            Assert.Equal(HttpStatusCode.OK, (await Ask(Keys.Reader, HttpMethod.Get, path)).Status);
            var hidden = await Ask(Keys.ManagerOfParis, HttpMethod.Get, path);
            Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (hidden.Status, hidden.MediaType));
        }

        // Told apart from what does not exist by nothing.
        var none = "/orders/" + new string('0', 32);
        Assert.Equal(
            (await Ask(Keys.ManagerOfParis, HttpMethod.Get, none))["detail"].ToString().Replace(new string('0', 32), order, StringComparison.Ordinal),
            (string?)(await Ask(Keys.ManagerOfParis, HttpMethod.Get, $"/orders/{order}"))["detail"]);
        Assert.Empty((await Ask(Keys.ManagerOfParis, HttpMethod.Get, "/stores"))["items"].AsArray());
        Assert.Single((await Ask(Keys.Reader, HttpMethod.Get, "/stores"))["items"].AsArray());
    }

    [Fact]
    public async Task nothing_happens_in_another_store()
    {
        await _shop.Product("rice", stock: 9);
        var order = (string)(await _shop.Post("/orders", Shop.Order("rice"), prefer: "respond-async"))["id"]!;
        await _shop.Settled(order);
        var head = await _shop.QuietHead();
        Shop.IsProblem(await Ask(Keys.ManagerOfParis, HttpMethod.Post, "/orders", Shop.Order("rice")), 404, "unknown-store");
        Shop.IsProblem(await Ask(Keys.ManagerOfParis, HttpMethod.Post, "/returns", Return("rice")), 404, "unknown-store");
        Shop.IsProblem(await Ask(Keys.ManagerOfParis, HttpMethod.Post, $"/orders/{order}/cancel", """{"reason":"spite"}"""), 404, "unknown-order");
        Shop.IsProblem(
            await Ask(Keys.ManagerOfParis, HttpMethod.Post, $"/orders/{order}/returns", """{"till":"till-1","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"spite"}"""),
            404, "unknown-order");
        Shop.IsProblem(await Ask(Keys.ManagerOfParis, HttpMethod.Post, "/stores/london/stock/rice/counts", """{"counted":0}"""), 404, "unknown-store");
        Assert.Equal(head, open.Host.Journal.Head);
    }

    [Theory]
    [InlineData("/stores/london/stock/salt/adjustments", """{"delta":-1,"reason":"torn"}""", "stock.adjusted")]
    [InlineData("/stores/london/stock/salt/counts", """{"counted":7}""", "stock.counted")]
    [InlineData("/returns", """{"store":"london","till":"till-1","reason":"stale","lines":[{"sku":"salt","quantity":1,"disposition":"write-off"}]}""", "return.accepted")]
    [InlineData("/orders", """{"store":"london","till":"till-1","lines":[{"sku":"salt","quantity":1,"override":{"unitPrice":{"amount":1,"currency":"GBP"},"reason":"dented"}}],"cash":{"amount":100,"currency":"GBP"}}""", "order.placed")]
    public async Task a_cashier_needs_a_manager_for_this_and_the_journal_names_both(string path, string body, string happened)
    {
        await _shop.Product("salt", stock: 20);
        var head = await _shop.QuietHead();
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Post, path, body), 403, "approval-required");
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Post, path, body, approval: "nobodys-key"), 403, "approval-refused");
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Post, path, body, approval: Keys.Cashier), 403, "approval-refused");
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Post, path, body, approval: Keys.ManagerOfParis), 403, "approval-refused");
        Assert.Equal(head, open.Host.Journal.Head);

        foreach (var (approval, approver) in new[] { (Keys.Manager, Keys.Manager), (Keys.ManagerOfAll, Keys.ManagerOfAll), (Keys.Operator, Keys.Operator) })
        {
            await Succeeds(Keys.Cashier, approval, approver);
        }

        await Succeeds(Keys.Manager, null, Keys.Manager);

        async Task Succeeds(string key, string? approval, string approver)
        {
            var before = open.Host.Journal.Head;
            var answer = await Ask(key, HttpMethod.Post, path, body, approval);
            Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted, answer.Text);
            var recorded = await open.Host.Journal.ReadAll(before, CancellationToken.None).FirstAsync(recorded => recorded.Type == happened);
            Assert.Equal(Keys.Actor(key), recorded.Context.Actor);
            Assert.Contains($"\"approvedBy\":\"{Keys.Actor(approver)}\"", Encoding.UTF8.GetString(recorded.Payload.Span), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task another_price_in_a_cart_needs_a_manager_whom_the_order_names()
    {
        await _shop.Product("pepper", stock: 20);
        var cart = $"/carts/{(await Ask(Keys.Cashier, HttpMethod.Post, "/carts", """{"store":"london","till":"till-1"}"""))["id"]}";
        const string Line = """{"sku":"pepper","override":{"unitPrice":{"amount":1,"currency":"GBP"},"reason":"dented"}}""";
        var head = await _shop.QuietHead();
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Post, $"{cart}/lines", Line), 403, "approval-required");
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Post, $"{cart}/lines", Line, Keys.Cashier), 403, "approval-refused");
        Assert.Equal(head, open.Host.Journal.Head);
        Assert.Equal(HttpStatusCode.OK, (await Ask(Keys.Cashier, HttpMethod.Post, $"{cart}/lines", Line, Keys.Manager)).Status);
        var order = await Ask(Keys.Cashier, HttpMethod.Post, $"{cart}/checkout", """{"cash":{"amount":100,"currency":"GBP"}}""");
        Assert.True(order.Status is HttpStatusCode.Created or HttpStatusCode.Accepted, order.Text);
        Assert.Equal(Keys.Actor(Keys.Manager), (string?)order["approvedBy"]);
        var events = await open.Host.Journal.ReadAll(head, CancellationToken.None).Where(recorded => recorded.Type is "cart.line-added" or "order.placed").ToListAsync();
        Assert.Equal(["cart.line-added", "order.placed"], events.Select(recorded => recorded.Type));
        Assert.All(events, recorded => Assert.Contains(
            $"\"approvedBy\":\"{Keys.Actor(Keys.Manager)}\"", Encoding.UTF8.GetString(recorded.Payload.Span), StringComparison.Ordinal));
        Assert.Equal(Keys.Actor(Keys.Cashier), events[0].Context.Actor);
    }

    [Theory]
    [InlineData("Api:Keys:0:Actor", "", "Api:Keys:0:Actor is not 1 to 100 characters without control characters.")]
    [InlineData("Api:Keys:0:Actor", "a\nERROR", "Api:Keys:0:Actor is not 1 to 100 characters without control characters.")]
    [InlineData("Api:Keys:0:Role", "3", "Api:Keys:0:Role is not reader, cashier, manager or operator.")]
    [InlineData("Api:Keys:0:Role", "boss", "Api:Keys:0:Role is not reader, cashier, manager or operator.")]
    [InlineData("Api:Keys:0:Stores:0", "No Store", "Api:Keys:0:Stores is neither ids of stores nor * alone.")]
    [InlineData("Api:Keys:0:Stores:1", "*", "Api:Keys:0:Stores is neither ids of stores nor * alone.")]
    [InlineData("Api:Keys:5:Stores:0", "london", "Api:Keys:5:Stores names some: an operator's key opens all of them.")]
    [InlineData("Api:Keys:0:Sha256", "abc", "Api:Keys:0:Sha256 is not 64 hexadecimal digits.")]
    [InlineData("Api:Keys:6:Actor", "twice", "Api:Keys:6:Sha256 is that of another key too.")]
    public async Task a_senseless_key_is_refused_at_start_in_one_sentence(string setting, string value, string sentence)
    {
        // A seventh key is the first one again.
        IEnumerable<KeyValuePair<string, string?>> settings = setting.Contains(":6:", StringComparison.Ordinal)
            ? Keys.Setting(6, Keys.Reader, "reader", "london").Where(known => known.Key != setting)
            : [];
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => PosHost.Start(settings: [.. settings, new(setting, value)]));
        Assert.Equal(sentence, refused.Message);
    }

    private static string Return(string sku) =>
        $$"""{"store":"london","till":"till-1","reason":"stale","lines":[{"sku":"{{sku}}","quantity":1,"disposition":"write-off"}]}""";

    private Task<Answer> Ask(string key, HttpMethod method, string path, string? body = null, string? approval = null) =>
        As("Bearer " + key, method, path, body, approval);

    private async Task<Answer> As(string? authorization, HttpMethod method, string path, string? body, string? approval = null)
    {
        using var client = new HttpClient { BaseAddress = open.Host.Http.BaseAddress };
        using var request = new HttpRequestMessage(method, "/api/v1" + path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", _shop.NewKey());
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        if (approval is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Approval", approval);
        }

        using var response = await client.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers);
    }
}
