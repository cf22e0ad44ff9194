using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pos.Payments;

namespace Pos.Tests;

/// <summary>What is held through the API: bounded for each caller, seen with whoever made it, and ended without a sale only by a manager's word.</summary>
public sealed class HoldTests(OpenShop open) : IClassFixture<OpenShop>
{
    private const string Why = """{"reason":"given to the hospital"}""";

    [Fact]
    public async Task held_pieces_leave_the_stock_with_a_reason_and_a_managers_word_only()
    {
        await open.Shop.Product("gauze", stock: 10);
        var hold = await Hold("gauze", 4);
        Shop.IsProblem(await Ask(Keys.Cashier, $"{hold}/commit", Why), 403, "approval-required");
        Shop.IsProblem(await Ask(Keys.Cashier, $"{hold}/commit", """{"reason":" "}""", Keys.Manager), 422, "invalid-value");
        Shop.IsProblem(await Ask(Keys.Cashier, $"{hold}/commit", "{}", Keys.Manager), 400, "malformed-body");
        Assert.Equal(10, (int)(await open.Shop.Stock("gauze"))["onHand"]!);
        Assert.Equal("COMMITTED", (string?)(await Ask(Keys.Cashier, $"{hold}/commit", Why, Keys.Manager))["state"]);
        Assert.Equal(6, (int)(await open.Shop.Stock("gauze"))["onHand"]!);
        var recorded = await open.Host.Journal.ReadAll(0, CancellationToken.None).LastAsync(recorded => recorded.Type == "stock.committed");
        var said = JsonNode.Parse(Encoding.UTF8.GetString(recorded.Payload.Span))!;
        Assert.Equal(
            (Keys.Actor(Keys.Cashier), Keys.Actor(Keys.Manager), "given to the hospital"), (recorded.Context.Actor, (string?)said["approvedBy"], (string?)said["reason"]));
        var ledger = (await open.Shop.Get("/stores/london/stock/gauze/ledger"))["items"].AsArray();
        Assert.Contains("given to the hospital", (string)ledger[^1]!["reference"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_backorder_item_is_not_held_or_written_off_without_bound()
    {
        await open.Shop.Product("bulk", stock: 1);
        await open.Shop.Put("/stores/london/stock/bulk/policy", """{"policy":"backorder"}""");
        Shop.IsProblem(await Ask(Keys.Cashier, "/stores/london/stock/bulk/holds", Pieces(100_001)), 409, "too-many-holds");
        Assert.Equal(HttpStatusCode.Created, (await Ask(Keys.Cashier, "/stores/london/stock/bulk/holds", Pieces(60_000))).Status);
        Shop.IsProblem(await Ask(Keys.Cashier, "/stores/london/stock/bulk/holds", Pieces(40_001)), 409, "too-many-holds");
        Assert.Equal(HttpStatusCode.Created, (await Ask(Keys.Cashier, "/stores/london/stock/bulk/holds", Pieces(40_000))).Status);
        // Another caller has room of their own.
        Assert.Equal(HttpStatusCode.Created, (await Ask(Keys.Manager, "/stores/london/stock/bulk/holds", Pieces(1))).Status);
    }

    [Fact]
    public async Task a_caller_has_a_hundred_holds_of_an_item_and_room_again_when_one_ends()
    {
        await open.Shop.Product("nail", stock: 1_000);
        var first = await Hold("nail", 1);
        for (var more = 1; more < Limits.HoldsPerCallerMax; more++)
        {
            await Hold("nail", 1);
        }

        Shop.IsProblem(await Ask(Keys.Cashier, "/stores/london/stock/nail/holds", Pieces(1)), 409, "too-many-holds");
        Assert.Equal(HttpStatusCode.OK, (await Ask(Keys.Cashier, $"{first}/release")).Status);
        await Hold("nail", 1);
        Assert.Equal(100, (await open.Shop.All("/stores/london/stock/nail/holds", 30)).DistinctBy(hold => (string?)hold["id"]).Count());
    }

    [Fact]
    public async Task a_pinned_hold_is_seen_with_its_maker_and_a_manager_ends_it()
    {
        await open.Shop.Product("last", stock: 1);
        var hold = await Hold("last", 1);
        Assert.Equal(HttpStatusCode.OK, (await Ask(Keys.Cashier, $"{hold}/pin")).Status);
        Shop.IsProblem(await open.Shop.Sell("last"), 409, "insufficient-stock");
        var seen = Assert.Single(await open.Shop.All("/stores/london/stock/last/holds", 10));
        Assert.Equal(
            ("PINNED", "api", Keys.Actor(Keys.Cashier), 1, null),
            ((string?)seen["state"], (string?)seen["owner"], (string?)seen["madeBy"], (int)seen["quantity"]!, seen["expiresAt"]));
        Assert.NotNull(seen["madeAt"]);
        // Nobody else's to release or pin, nor a cashier's to end.
        Shop.IsProblem(await Ask(Keys.Manager, $"{hold}/release"), 409, "hold-not-owned");
        Shop.IsProblem(await Ask(Keys.Cashier, $"{hold}/end", """{"reason":"nobody came"}"""), 403, "approval-required");
        Assert.Equal("RELEASED", (string?)(await Ask(Keys.Manager, $"{hold}/end", """{"reason":"nobody came"}"""))["state"]);
        var recorded = await open.Host.Journal.ReadAll(0, CancellationToken.None).LastAsync(recorded => recorded.Type == "stock.released");
        var said = JsonNode.Parse(Encoding.UTF8.GetString(recorded.Payload.Span))!;
        Assert.Equal((Keys.Actor(Keys.Manager), Keys.Actor(Keys.Manager), "nobody came"), (recorded.Context.Actor, (string?)said["approvedBy"], (string?)said["reason"]));
        Assert.Empty(await open.Shop.All("/stores/london/stock/last/holds", 10));
        Assert.Equal(HttpStatusCode.Created, (await open.Shop.Sell("last")).Status);
    }

    [Fact]
    public async Task an_orders_hold_is_seen_and_nobody_but_the_order_ends_it()
    {
        // The provider does not answer: the order waits with its hold.
        await using var host = await PosHost.Start(services => services.Configure<PaymentsOptions>(options => options.Simulator.DownFor = TimeSpan.FromHours(1)));
        var shop = await Shop.Open(host);
        await shop.Product("slow", stock: 5);
        var order = await shop.Post(
            "/orders", """{"store":"london","till":"till-1","lines":[{"sku":"slow","quantity":2}],"cards":[{"token":"tok_down"}]}""", prefer: "respond-async");
        var held = await shop.Until("/stores/london/stock/slow/holds", answer => answer.Status == HttpStatusCode.OK && answer["items"].AsArray().Count == 1);
        var hold = held["items"][0]!;
        Assert.Equal(($"order:{order["id"]}", "PINNED", 0), ((string?)hold["owner"], (string?)hold["state"], hold["actions"]!.AsArray().Count));
        var path = $"/stores/london/stock/slow/holds/{hold["id"]}";
        foreach (var (verb, body) in new[] { ("release", null), ("commit", Why), ("end", Why) })
        {
            var refused = await Ask(Keys.Manager, $"{path}/{verb}", body, shop: shop);
            Shop.IsProblem(refused, 409, "hold-not-owned");
            Assert.Contains((string)order["id"]!, (string)refused["detail"]!, StringComparison.Ordinal);
        }
    }

    private static string Pieces(int quantity) => $$"""{"quantity":{{quantity}},"expiresInSeconds":3600}""";

    private async Task<string> Hold(string sku, int quantity)
    {
        var held = await Ask(Keys.Cashier, $"/stores/london/stock/{sku}/holds", Pieces(quantity));
        Assert.True(held.Status == HttpStatusCode.Created, held.Text);
        return $"/stores/london/stock/{sku}/holds/{held["id"]}";
    }

    private async Task<Answer> Ask(string key, string path, string? body = null, string? approval = null, Shop? shop = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1" + path);
        request.Headers.Authorization = new("Bearer", key);
        request.Headers.Add("Idempotency-Key", open.Shop.NewKey());
        if (approval is not null)
        {
            request.Headers.Add("X-Approval", approval);
        }

        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await (shop ?? open.Shop).Send(request);
    }
}
