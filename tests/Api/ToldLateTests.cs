using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Options;

namespace Pos.Tests;

/// <summary>What is told long after it happened takes a manager, whatever way it comes in; and who sold and who approved is told.</summary>
public sealed class ToldLateTests(OpenShop open) : IClassFixture<OpenShop>
{
    private readonly Shop _shop = open.Shop;

    [Fact]
    public async Task a_sale_told_late_takes_a_manager_whom_the_order_names_beside_who_sold_it()
    {
        await _shop.Product("late-1", stock: 20);
        Shop.IsProblem(await Ask("/orders", Order(Before(73)), null), 403, "approval-required");
        var approved = await Ask("/orders", Order(Before(73)), Keys.Manager);
        Assert.True(approved.Status == HttpStatusCode.Created, approved.Text);
        Assert.Equal((Keys.Actor(Keys.Cashier), Keys.Actor(Keys.Manager)), ((string?)approved["soldBy"], (string?)approved["approvedBy"]));
        var history = (await _shop.Get($"/orders/{approved["id"]}/history"))["transitions"][0]!;
        Assert.Equal((Keys.Actor(Keys.Cashier), Keys.Actor(Keys.Manager)), ((string?)history["actor"], (string?)history["approvedBy"]));

        var soon = await Ask("/orders", Order(Before(71)), null);
        Assert.True(soon.Status == HttpStatusCode.Created, soon.Text);
        Assert.Equal(Keys.Actor(Keys.Cashier), (string?)soon["soldBy"]);
        Assert.Null(soon.Json["approvedBy"]);
    }

    [Fact]
    public async Task a_cart_checked_out_late_takes_a_manager_whom_the_order_names()
    {
        await _shop.Product("late-2", stock: 20);
        var cart = $"/carts/{(await Ask("/carts", """{"store":"london","till":"till-1"}""", null))["id"]}";
        Assert.Equal(HttpStatusCode.OK, (await Ask($"{cart}/lines", """{"sku":"late-2"}""", null)).Status);
        var late = $$"""{"cash":{"amount":1000,"currency":"GBP"},"occurredAt":"{{Before(73)}}"}""";
        Shop.IsProblem(await Ask($"{cart}/checkout", late, null), 403, "approval-required");
        var sold = await Ask($"{cart}/checkout", late, Keys.Manager);
        Assert.True(sold.Status == HttpStatusCode.Created, sold.Text);
        Assert.Equal((Keys.Actor(Keys.Cashier), Keys.Actor(Keys.Manager)), ((string?)sold["soldBy"], (string?)sold["approvedBy"]));
    }

    [Fact]
    public async Task lines_brought_back_and_told_late_take_a_manager_whom_the_history_names()
    {
        await _shop.Product("late-3", stock: 20);
        var order = (await Ask("/orders", Shop.Order("late-3"), null))["id"];
        var late = $$"""{"till":"till-1","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"r","occurredAt":"{{Before(73)}}"}""";
        Shop.IsProblem(await Ask($"/orders/{order}/returns", late, null), 403, "approval-required");
        var back = await Ask($"/orders/{order}/returns", late, Keys.Manager);
        Assert.True(back.Status == HttpStatusCode.Created, back.Text);
        var accepted = (await _shop.Get($"/orders/{order}/history"))["transitions"].AsArray().Single(step => (string?)step!["event"] == "order.return-accepted")!;
        Assert.Equal((Keys.Actor(Keys.Cashier), Keys.Actor(Keys.Manager)), ((string?)accepted["actor"], (string?)accepted["approvedBy"]));
    }

    [Fact]
    public async Task the_ledger_names_who_did_it_and_who_approved()
    {
        await _shop.Product("late-4", stock: 20);
        Assert.Equal(HttpStatusCode.OK, (await Ask("/stores/london/stock/late-4/adjustments", """{"delta":-1,"reason":"r"}""", Keys.Manager)).Status);
        Assert.Equal(HttpStatusCode.OK, (await Ask("/stores/london/stock/late-4/counts", """{"counted":18,"reason":"r"}""", Keys.Manager)).Status);
        var ledger = (await _shop.Get("/stores/london/stock/late-4/ledger"))["items"].AsArray();
        Assert.Equal(
            [(Keys.Actor(Keys.Operator), null), (Keys.Actor(Keys.Cashier), Keys.Actor(Keys.Manager)), (Keys.Actor(Keys.Cashier), Keys.Actor(Keys.Manager))],
            ledger.Select(entry => ((string?)entry!["actor"], (string?)entry["approvedBy"])));
    }

    [Fact]
    public async Task how_late_is_a_setting()
    {
        await using var host = await PosHost.Start(settings: [new("Pos:Grains:ToldLateMax", "02:00:00")]);
        var shop = await Shop.Open(host);
        await shop.Product("late-1", stock: 20);
        Shop.IsProblem(await Ask(host, shop, "/orders", Order(Before(3)), null), 403, "approval-required");
        Assert.Equal(HttpStatusCode.Created, (await Ask(host, shop, "/orders", Order(Before(1)), null)).Status);
        await Assert.ThrowsAsync<OptionsValidationException>(() => PosHost.Start(settings: [new("Pos:Grains:ToldLateMax", "00:00:00")]));
    }

    private static string Before(int hours) => TimeProvider.System.GetUtcNow().AddHours(-hours).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Order(string occurredAt) =>
        $$"""{"store":"london","till":"till-1","lines":[{"sku":"late-1","quantity":1}],"cash":{"amount":1000,"currency":"GBP"},"occurredAt":"{{occurredAt}}"}""";

    private Task<Answer> Ask(string path, string body, string? approval) => Ask(open.Host, _shop, path, body, approval);

    private static async Task<Answer> Ask(PosHost host, Shop shop, string path, string body, string? approval)
    {
        using var client = new HttpClient { BaseAddress = host.Http.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1" + path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", shop.NewKey());
        request.Headers.Authorization = new("Bearer", Keys.Cashier);
        if (approval is not null)
        {
            request.Headers.Add("X-Approval", approval);
        }

        using var response = await client.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers);
    }
}
