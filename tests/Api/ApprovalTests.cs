using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace Pos.Tests;

/// <summary>One manager's word is good for one sale of one line: every way on which an approved price could go further asks again.</summary>
public sealed class ApprovalTests : IAsyncLifetime
{
    private const string Cheap = """{"sku":"lamp","quantity":1,"override":{"unitPrice":{"amount":1,"currency":"GBP"},"reason":"scratched"}}""";
    private const string Cash = """{"cash":{"amount":1000000,"currency":"GBP"}}""";

    private readonly LaterClock _clock = new();
    private PosHost _host = null!;
    private Shop _shop = null!;

    public async Task InitializeAsync()
    {
        _host = await PosHost.Start(services => services.AddSingleton<TimeProvider>(_clock));
        _shop = await Shop.Open(_host);
        await _shop.Product("lamp", price: 100_000, stock: 3);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task another_cashier_raises_the_quantity_of_an_approved_line_with_another_approval_only()
    {
        var cart = await CheapLamp();
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Patch, $"{cart}/lines/1", """{"quantity":500}"""), 403, "approval-required");
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Patch, $"{cart}/lines/1", """{"quantity":2}""", Keys.Cashier), 403, "approval-refused");
        var raised = await Ask(Keys.Cashier, HttpMethod.Patch, $"{cart}/lines/1", """{"quantity":3}""", Keys.ManagerOfAll);
        Assert.Equal((3, Keys.Actor(Keys.ManagerOfAll)), ((int)raised["lines"][0]!["quantity"]!, (string?)raised["lines"][0]!["approvedBy"]));
        Assert.Equal(HttpStatusCode.OK, (await Ask(Keys.Cashier, HttpMethod.Patch, $"{cart}/lines/1", """{"quantity":2}""")).Status);
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Patch, $"{cart}/lines/1", """{"quantity":3}"""), 403, "approval-required");
        var order = await Ask(Keys.Cashier, HttpMethod.Post, $"{cart}/checkout", Cash);
        Assert.Equal((HttpStatusCode.Created, 2, Keys.Actor(Keys.ManagerOfAll)), (order.Status, (int)order["total"]["gross"]!["amount"]!, (string?)order["approvedBy"]));
        Assert.Equal(Keys.Actor(Keys.ManagerOfAll), (string?)order["lines"][0]!["approvedBy"]);
        var placed = await Recorded("order.placed");
        Assert.Equal((2, Keys.Actor(Keys.ManagerOfAll)), ((int)placed["lines"]![0]!["approval"]!["quantity"]!, (string?)placed["lines"]![0]!["approval"]!["by"]));
    }

    [Fact]
    public async Task a_cancelled_checkouts_cart_is_copied_at_that_price_with_another_approval_only()
    {
        var cart = await CheapLamp(quantity: 4);
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Post, $"{cart}/checkout", Cash), 409, "insufficient-stock");
        var copy = $$"""{"store":"london","till":"till-1","from":"{{cart["/carts/".Length..]}}"}""";
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Post, "/carts", copy), 403, "approval-required");
        var copied = await Ask(Keys.Cashier, HttpMethod.Post, "/carts", copy, Keys.ManagerOfAll);
        Assert.Equal((HttpStatusCode.Created, Keys.Actor(Keys.ManagerOfAll)), (copied.Status, (string?)copied["lines"][0]!["approvedBy"]));
        var again = $"/carts/{copied["id"]}/lines/1";
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Patch, again, """{"quantity":5}"""), 403, "approval-required");
    }

    [Fact]
    public async Task an_approved_line_that_is_parked_resumed_and_refreshed_is_sold_within_the_hour_or_with_another_approval()
    {
        var cart = await CheapLamp();
        _clock.Ahead = TimeSpan.FromMinutes(59);
        await Ask(Keys.Cashier, HttpMethod.Post, $"{cart}/park", """{"label":"blue coat"}""");
        await Ask(Keys.Cashier, HttpMethod.Post, $"{cart}/resume", """{"till":"till-2"}""");
        Assert.Equal(HttpStatusCode.OK, (await Ask(Keys.Cashier, HttpMethod.Post, $"{cart}/refresh")).Status);
        _clock.Ahead = TimeSpan.FromMinutes(61);
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Post, $"{cart}/checkout", Cash), 403, "approval-required");
        var order = await Ask(Keys.Cashier, HttpMethod.Post, $"{cart}/checkout", Cash, Keys.ManagerOfAll);
        Assert.Equal((HttpStatusCode.Created, Keys.Actor(Keys.ManagerOfAll)), (order.Status, (string?)order["approvedBy"]));
        Assert.Equal(Keys.Actor(Keys.Cashier), (await _host.Journal.ReadAll(0, CancellationToken.None).LastAsync(recorded => recorded.Type == "cart.checked-out")).Context.Actor);
    }

    [Fact]
    public async Task a_manager_needs_nobody_else_and_is_named()
    {
        var cart = $"/carts/{(await Ask(Keys.Manager, HttpMethod.Post, "/carts", """{"store":"london","till":"till-1"}"""))["id"]}";
        Assert.Equal(HttpStatusCode.OK, (await Ask(Keys.Manager, HttpMethod.Post, $"{cart}/lines", Cheap)).Status);
        var raised = await Ask(Keys.Manager, HttpMethod.Patch, $"{cart}/lines/1", """{"quantity":2}""");
        Assert.Equal(Keys.Actor(Keys.Manager), (string?)raised["lines"][0]!["approvedBy"]);
    }

    [Fact]
    public async Task each_order_and_each_return_without_receipt_takes_an_approval_of_its_own()
    {
        const string Order = $$"""{"store":"london","till":"till-1","lines":[{{Cheap}}],"cash":{"amount":100,"currency":"GBP"} }""";
        Assert.Equal(HttpStatusCode.Created, (await Ask(Keys.Cashier, HttpMethod.Post, "/orders", Order, Keys.Manager)).Status);
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Post, "/orders", Order), 403, "approval-required");
        var back = """{"store":"london","till":"till-1","reason":"broken","payout":"exchange","lines":[{"sku":"lamp","quantity":1,"disposition":"write-off"}]}""";
        var credit = await Ask(Keys.Cashier, HttpMethod.Post, "/returns", back, Keys.Manager);
        Assert.Equal(HttpStatusCode.Created, credit.Status);
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Post, "/returns", back), 403, "approval-required");
        var exchange = $$"""{"store":"london","till":"till-1","lines":[{{Cheap}}],"exchange":"{{credit["id"]}}"}""";
        Shop.IsProblem(await Ask(Keys.Cashier, HttpMethod.Post, "/orders", exchange), 403, "approval-required");
    }

    private async Task<string> CheapLamp(int quantity = 1)
    {
        var cart = $"/carts/{(await Ask(Keys.Cashier, HttpMethod.Post, "/carts", """{"store":"london","till":"till-1"}"""))["id"]}";
        var line = Cheap.Replace("\"quantity\":1", $"\"quantity\":{quantity}", StringComparison.Ordinal);
        var added = await Ask(Keys.Cashier, HttpMethod.Post, $"{cart}/lines", line, Keys.Manager);
        Assert.True(added.Status == HttpStatusCode.OK, added.Text);
        return cart;
    }

    private async Task<JsonNode> Recorded(string type) => JsonNode.Parse(
        Encoding.UTF8.GetString((await _host.Journal.ReadAll(0, CancellationToken.None).LastAsync(recorded => recorded.Type == type)).Payload.Span))!;

    private async Task<Answer> Ask(string key, HttpMethod method, string path, string? body = null, string? approval = null)
    {
        using var request = new HttpRequestMessage(method, "/api/v1" + path);
        request.Headers.Authorization = new("Bearer", key);
        request.Headers.Add("Idempotency-Key", _shop.NewKey());
        if (approval is not null)
        {
            request.Headers.Add("X-Approval", approval);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var response = await _host.Http.SendAsync(request);
        return new(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers);
    }

    // Only what it says the time is moves: its timers are the system's.
    private sealed class LaterClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
