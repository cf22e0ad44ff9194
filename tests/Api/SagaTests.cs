using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Pos.Grains;
using Pos.Payments;
using Pos.Payments.Simulator;

namespace Pos.Tests;

/// <summary>What an operator sees of whatever is under way, and does to it, through HTTP.</summary>
public sealed class SagaTests : IAsyncLifetime
{
    private PosHost _host = null!;
    private Shop _shop = null!;

    public async Task InitializeAsync()
    {
        _host = await PosHost.Start(services =>
        {
            services.Configure<PaymentsOptions>(options =>
            {
                options.Simulator.DownFor = TimeSpan.Zero;
                options.Resilience.CallTimeout = TimeSpan.FromMilliseconds(150);
            });
            services.Configure<GrainsOptions>(options =>
            {
                options.ProviderLateMax = TimeSpan.FromSeconds(1);
                options.RetryMax = TimeSpan.FromSeconds(5);
            });
        });
        _shop = await Shop.Open(_host);
        await _shop.Product("tea", stock: 100);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task what_is_stuck_is_listed_with_its_steps_attempts_and_last_error_until_it_is_well_again()
    {
        Assert.Empty((await _shop.Get("/sagas"))["items"].AsArray());
        Provider.IsDown = true;
        var order = await Stuck();
        var payment = (await _shop.Until($"/sagas/payment/{order}.1", answer => answer.Json["lastError"] is not null)).Json;
        Assert.Equal(("payment", "REQUESTED", "charge", "london"), ((string?)payment["kind"], (string?)payment["state"], (string?)payment["owes"], (string?)payment["store"]));
        Assert.True((int)payment["attempts"]! > 0);
        Assert.NotNull(payment["nextWakeUp"]);
        Assert.Equal(["payment.requested"], payment["steps"]!.AsArray().Select(step => (string?)step!["event"]));
        Assert.Equal(["retry"], payment["actions"]!.AsArray().Select(action => (string?)action));

        var listed = await _shop.All("/sagas", 1);
        Assert.Equal([$"order {order}", $"payment {order}.1"], listed.Select(saga => $"{(string?)saga["kind"]} {(string?)saga["id"]}"));
        Assert.Equal(("STOCK_RESERVED", "charge"), ((string?)listed[0]["state"], (string?)listed[0]["owes"]));
        Assert.Equal(["retry", "cancel"], listed[0]["actions"]!.AsArray().Select(action => (string?)action));
        Assert.Equal(["order.placed", "order.stock-reserved"], listed[0]["steps"]!.AsArray().Select(step => (string?)step!["event"]));

        Assert.Single(await _shop.All("/sagas?kind=payment", 10));
        Assert.Single(await _shop.All("/sagas?state=STOCK_RESERVED", 10));
        Assert.Empty(await _shop.All("/sagas?kind=order&state=CANCELLED", 10));
        Assert.Empty(await _shop.All("/sagas?olderThan=P1D", 10));
        Assert.Equal(2, (await _shop.All("/sagas?olderThan=PT0S", 10)).Count);

        // The payment is asked again within moments; its order waits for it.
        await _shop.Until("/sagas?owes=true&kind=payment", answer => answer["items"].AsArray().Count == 1);

        Provider.IsDown = false;
        Assert.Equal("CONFIRMED", (string?)(await _shop.Settled(order))["state"]);
        await _shop.Until("/sagas", answer => answer["items"].AsArray().Count == 0);
        var over = (await _shop.Get($"/sagas/order/{order}")).Json;
        Assert.Equal((null, 0), ((string?)over["owes"], (int)over["attempts"]!));
        Assert.Empty(over["actions"]!.AsArray());
        Shop.IsProblem(await _shop.Post($"/sagas/order/{order}/retry", null), 409, "illegal-transition");
    }

    [Fact]
    public async Task a_retry_is_journaled_once_with_who_asked_and_goes_on_at_once()
    {
        Provider.IsDown = true;
        var order = await Stuck();
        foreach (var saga in (string[])[$"order/{order}", $"payment/{order}.1"])
        {
            var first = await _shop.Post($"/sagas/{saga}/retry", null, "now");
            var again = await _shop.Post($"/sagas/{saga}/retry", null, "now");
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.Status, again.Status));
            var asked = again["steps"].AsArray().Where(step => ((string)step!["event"]!).EndsWith(".retry-asked", StringComparison.Ordinal)).ToList();
            Assert.Equal(Keys.Actor(Keys.Operator), (string?)Assert.Single(asked)!["actor"]);
        }

        Provider.IsDown = false;
        await _shop.Post($"/sagas/payment/{order}.1/retry", null);
        await _shop.Post($"/sagas/order/{order}/retry", null);
        Assert.Equal("CONFIRMED", (string?)(await _shop.Settled(order))["state"]);
    }

    [Fact]
    public async Task an_order_is_given_up_by_the_operator_and_the_journal_names_them()
    {
        Provider.IsDown = true;
        var order = await Stuck();
        var cancelled = await _shop.Post($"/sagas/order/{order}/cancel", """{"reason":"the terminal is dead"}""");
        Assert.Equal(("CANCELLED", "release"), ((string?)cancelled["state"], (string?)cancelled["owes"]));
        var step = cancelled["steps"].AsArray().Single(step => (string?)step!["event"] == "order.cancelled");
        Assert.Equal(Keys.Actor(Keys.Operator), (string?)step!["actor"]);
        Shop.IsProblem(await _shop.Post($"/sagas/payment/{order}.1/cancel", """{"reason":"the terminal is dead"}"""), 409, "illegal-transition");

        Provider.IsDown = false;
        Assert.Equal("the terminal is dead", (string?)(await _shop.Settled(order))["cancellation"]["reason"]);
        Assert.Equal(100, (int)(await _shop.Stock("tea"))["available"]!);
    }

    [Fact]
    public async Task an_exchange_that_waits_is_listed_and_owes_nothing()
    {
        var sold = await _shop.Sell("tea");
        await _shop.Settled((string)sold["id"]!);
        var back = await _shop.Post(
            $"/orders/{(string?)sold["id"]}/returns",
            """{"till":"till-1","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"wrong tea","payout":"exchange"}""");
        var listed = Assert.Single(await _shop.All("/sagas?kind=return", 10));
        Assert.Equal(((string?)back["id"], "ACCEPTED", null), ((string?)listed["id"], (string?)listed["state"], (string?)listed["owes"]));
        Assert.Empty(await _shop.All("/sagas?owes=true", 10));
        Assert.Empty(listed["actions"]!.AsArray());
        Shop.IsProblem(await _shop.Post($"/sagas/return/{(string?)back["id"]}/retry", null), 409, "illegal-transition");
    }

    [Fact]
    public async Task a_cart_is_under_way_only_while_it_owes_its_order_something()
    {
        var cart = (string)(await _shop.Post("/carts", """{"store":"london","till":"till-1"}"""))["id"]!;
        await _shop.Post($"/carts/{cart}/lines", """{"sku":"tea"}""");
        Assert.Empty(await _shop.All("/sagas?kind=cart", 10));
        var open = await _shop.Get($"/sagas/cart/{cart}");
        Assert.Equal(("OPEN", null), ((string?)open["state"], (string?)open.Json["owes"]));
        Assert.NotNull(open.Json["nextWakeUp"]);
        Shop.IsProblem(await _shop.Post($"/sagas/cart/{cart}/retry", null), 409, "illegal-transition");
        await _shop.Post($"/carts/{cart}/checkout", """{"cash":{"amount":2000,"currency":"GBP"}}""");
        var told = await _shop.Until($"/sagas/cart/{cart}", answer => answer["steps"].AsArray().Any(step => (string?)step!["event"] == "cart.handed-over"));
        Assert.Equal("CHECKED_OUT", (string?)told["state"]);
    }

    [Theory]
    [InlineData("/sagas?kind=stock", 400, "invalid-parameter")]
    [InlineData("/sagas?owes=maybe", 400, "invalid-parameter")]
    [InlineData("/sagas?olderThan=yesterday", 400, "invalid-parameter")]
    [InlineData("/sagas?olderThan=-PT5M", 400, "invalid-parameter")]
    [InlineData("/sagas?olderThan=P99999999999D", 400, "invalid-parameter")]
    [InlineData("/sagas?limit=0", 400, "invalid-parameter")]
    [InlineData("/sagas?cursor=%21", 400, "invalid-parameter")]
    [InlineData("/sagas?cursor=bm93aGVyZQ", 400, "invalid-parameter")]
    [InlineData("/sagas/stock/tea", 400, "invalid-parameter")]
    [InlineData("/sagas/order/none", 404, "unknown-order")]
    [InlineData("/sagas/order/00000000000000000000000000000000", 404, "unknown-order")]
    [InlineData("/sagas/payment/00000000000000000000000000000000.1", 404, "unknown-payment")]
    [InlineData("/sagas/return/00000000000000000000000000000000", 404, "unknown-return")]
    [InlineData("/sagas/cart/00000000000000000000000000000000", 404, "unknown-cart")]
    public async Task what_cannot_be_is_refused(string path, int status, string code)
    {
        Shop.IsProblem(await _shop.Get(path), status, code);
        if (status == 404)
        {
            Shop.IsProblem(await _shop.Post(path + "/retry", null), status, code);
            Shop.IsProblem(await _shop.Post(path + "/cancel", """{"reason":"why not"}"""), status, code);
        }
    }

    [Theory]
    [InlineData(Keys.Reader)]
    [InlineData(Keys.Cashier)]
    [InlineData(Keys.ManagerOfAll)]
    public async Task only_operators_see_them(string key)
    {
        foreach (var (method, path) in new[] { (HttpMethod.Get, "/sagas"), (HttpMethod.Get, "/sagas/order/1"), (HttpMethod.Post, "/sagas/order/1/retry"), (HttpMethod.Post, "/sagas/order/1/cancel") })
        {
            using var request = new HttpRequestMessage(method, "/api/v1" + path);
            request.Headers.Authorization = new("Bearer", key);
            Shop.IsProblem(await _shop.Send(request), 403, "forbidden");
        }
    }

    private PaymentSimulator Provider => _host.Silo.GetRequiredService<PaymentSimulator>();

    private async Task<string> Stuck()
    {
        var asked = await _shop.Post(
            "/orders",
            $$"""{"store":"{{Shop.Store}}","till":"till-1","lines":[{"sku":"tea","quantity":1}],"cards":[{"token":"tok_approve"}]}""",
            prefer: "respond-async");
        var order = (string)asked["id"]!;
        await _shop.Until($"/payments/{order}.1", answer => answer.Status == HttpStatusCode.OK);
        return order;
    }
}
