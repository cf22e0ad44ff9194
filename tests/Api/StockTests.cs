using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Pos.Tests;

public sealed class StockTests(OpenShop open) : IClassFixture<OpenShop>
{
    private Shop Shop => open.Shop;

    private static string Item(string sku) => $"/stores/{Shop.Store}/stock/{sku}";

    [Fact]
    public async Task the_ledger_explains_the_balance_page_by_page()
    {
        await Shop.Product("tea");
        await Shop.Post(Item("tea") + "/receipts", """{"quantity":100,"note":"delivery 7"}""");
        await Shop.Post(Item("tea") + "/adjustments", """{"delta":-3,"reason":"breakage","occurredAt":"2026-01-31T12:00:00Z"}""");
        await Shop.Settled((string)(await Shop.Sell("tea", 7))["id"]!);
        var counted = await Shop.Post(Item("tea") + "/counts", """{"counted":80,"reason":"stocktaking"}""");
        Assert.Equal(80, (int)counted["onHand"]);

        var entries = await Shop.All(Item("tea") + "/ledger", limit: 1);
        Assert.Equal(["received", "adjusted", "committed", "counted"], entries.Select(entry => (string)entry["kind"]!));
        Assert.Equal([100, -3, -7, -10], entries.Select(entry => (int)entry["delta"]!));
        Assert.Equal([100, 97, 90, 80], entries.Select(entry => (int)entry["balance"]!));
        Assert.Equal("2026-01-31T12:00:00Z", (string?)entries[1]["occurredAt"]);
        Assert.Equal(entries.Select(entry => entry.ToJsonString()), (await Shop.All(Item("tea") + "/ledger", limit: 100)).Select(entry => entry.ToJsonString()));
    }

    [Fact]
    public async Task a_hold_keeps_pieces_back_until_it_is_released()
    {
        await Shop.Product("mug", stock: 5);
        var key = Shop.NewKey();
        var held = await Shop.Post(Item("mug") + "/holds", """{"quantity":4,"expiresInSeconds":600}""", key);
        Assert.Equal(HttpStatusCode.Created, held.Status);
        var hold = (string)held["id"]!;
        Assert.Equal($"/api/v1{Item("mug")}/holds/{hold}", held.Headers.Location?.OriginalString);
        Assert.Equal("HELD", (string?)held["state"]);
        Assert.Equal(1, (int)held["available"]);

        var again = await Shop.Post(Item("mug") + "/holds", """{"quantity":4,"expiresInSeconds":600}""", key);
        Assert.Equal((HttpStatusCode.Created, hold), (again.Status, (string?)again["id"]));
        var refused = await Shop.Sell("mug", 2);
        Shop.IsProblem(refused, 409, "insufficient-stock");
        Assert.Equal(1, (int)refused["shortages"][0]!["available"]!);

        Assert.Equal("RELEASED", (string?)(await Shop.Post($"{Item("mug")}/holds/{hold}/release", null))["state"]);
        Assert.Equal("RELEASED", (string?)(await Shop.Post($"{Item("mug")}/holds/{hold}/release", null))["state"]);
        Assert.Equal("RELEASED", (string?)(await Shop.Get($"{Item("mug")}/holds/{hold}"))["state"]);
        Shop.IsProblem(await Shop.Post($"{Item("mug")}/holds/{hold}/commit", """{"reason":"given away"}"""), 409, "hold-ended");
        Shop.IsProblem(await Shop.Post($"{Item("mug")}/holds/{hold}/pin", null), 409, "hold-ended");
        Assert.Equal(5, (int)(await Shop.Stock("mug"))["available"]!);
    }

    [Fact]
    public async Task a_pinned_hold_leaves_the_store_when_it_is_committed()
    {
        await Shop.Product("cup", stock: 5);
        var hold = (string)(await Shop.Post(Item("cup") + "/holds", """{"quantity":2,"expiresInSeconds":600}"""))["id"]!;
        Assert.Equal("PINNED", (string?)(await Shop.Post($"{Item("cup")}/holds/{hold}/pin", null))["state"]);
        Assert.Equal("COMMITTED", (string?)(await Shop.Post($"{Item("cup")}/holds/{hold}/commit", """{"reason":"given away"}"""))["state"]);
        Assert.Equal("COMMITTED", (string?)(await Shop.Post($"{Item("cup")}/holds/{hold}/commit", """{"reason":"given away"}"""))["state"]);
        Assert.Equal(3, (int)(await Shop.Stock("cup"))["onHand"]!);
    }

    [Fact]
    public async Task a_hold_that_nobody_ends_expires()
    {
        await Shop.Product("pot", stock: 5);
        var hold = (string)(await Shop.Post(Item("pot") + "/holds", """{"quantity":5,"expiresInSeconds":1}"""))["id"]!;
        await Shop.Until($"{Item("pot")}/holds/{hold}", answer => (string?)answer["state"] == "EXPIRED");
        Assert.Equal(5, (int)(await Shop.Stock("pot"))["available"]!);
    }

    [Fact]
    public async Task an_orders_hold_is_its_own()
    {
        await Shop.Product("own", stock: 1);
        var order = (string)(await Shop.Sell("own"))["id"]!;
        Shop.IsProblem(await Shop.Post($"{Item("own")}/holds/{order}.1/release", null), 409, "hold-not-owned");
    }

    [Fact]
    public async Task nobody_can_bury_the_hold_of_a_sale_yet_to_come()
    {
        await Shop.Product("target", stock: 1);
        var key = Shop.NewKey();
        // The id of an order is a hash that anybody can compute who knows the key and whose it is, and so is the id of its hold.
        var bytes = new List<byte>();
        foreach (var part in (string[])[Shop.Store, "till-1", "POST /orders", Keys.Actor(Keys.Operator), key])
        {
            bytes.AddRange([0, 0, 0, (byte)part.Length, .. Encoding.UTF8.GetBytes(part)]);
        }

        var order = Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()))[..32];
        Shop.IsProblem(await Shop.Post($"{Item("target")}/holds/{order}.1/release", null), 404, "unknown-hold");
        var sold = await Shop.Sell("target", key: key);
        Assert.Equal((HttpStatusCode.Created, order), (sold.Status, (string?)sold["id"]));
    }

    [Theory]
    [InlineData("pin")]
    [InlineData("release")]
    public async Task an_operation_without_a_body_refuses_one(string verb)
    {
        await Shop.Product("plain", stock: 5);
        var hold = (string)(await Shop.Post(Item("plain") + "/holds", """{"quantity":1,"expiresInSeconds":60}"""))["id"]!;
        Shop.IsProblem(await Shop.Post($"{Item("plain")}/holds/{hold}/{verb}", """{"x":1}"""), 400, "malformed-body");
        Shop.IsProblem(await Shop.Post($"{Item("plain")}/holds/{hold}/{verb}", "junk{"), 400, "malformed-body");
        Assert.Equal("HELD", (string?)(await Shop.Get($"{Item("plain")}/holds/{hold}"))["state"]);
        Assert.Equal(HttpStatusCode.OK, (await Shop.Post($"{Item("plain")}/holds/{hold}/{verb}", "{}")).Status);
    }

    [Fact]
    public async Task an_encoded_slash_names_nothing()
    {
        Shop.IsProblem(await Shop.Send(HttpMethod.Get, "/products/a%2Fb", null, null), 400, "invalid-parameter");
        Shop.IsProblem(await Shop.Post("/stores/london/stock/a%2fb/receipts", """{"quantity":1}"""), 400, "invalid-parameter");
    }

    [Fact]
    public async Task a_hold_beyond_what_is_available_says_how_much_is()
    {
        await Shop.Product("few", stock: 2);
        var refused = await Shop.Post(Item("few") + "/holds", """{"quantity":3,"expiresInSeconds":60}""");
        Shop.IsProblem(refused, 409, "insufficient-stock");
        Assert.Equal("""[{"sku":"few","requested":3,"available":2}]""", refused["shortages"].ToJsonString());
    }

    [Fact]
    public async Task backorders_are_sold_only_while_the_policy_allows_them()
    {
        await Shop.Product("late", stock: 1);
        await Shop.Put(Item("late") + "/policy", """{"policy":"backorder"}""");
        Assert.Equal(HttpStatusCode.Created, (await Shop.Sell("late", 3)).Status);
        Assert.Equal(-2, (int)(await Shop.Stock("late"))["available"]!);
        await Shop.Put(Item("late") + "/policy", """{"policy":"deny"}""");
        Shop.IsProblem(await Shop.Sell("late"), 409, "insufficient-stock");
        await Shop.Put(Item("late") + "/policy", """{"policy":"backorder"}""");
        Assert.Equal("backorder", (string?)(await Shop.Stock("late"))["policy"]);
    }

    [Fact]
    public async Task a_product_goes_from_a_to_b_and_back_to_a()
    {
        await Shop.Product("price", price: 100);
        await Shop.Product("price", price: 200);
        await Shop.Product("price", price: 100);
        Assert.Equal(100, (int)(await Shop.Get("/products/price"))["price"]["amount"]!);
    }

    [Fact]
    public async Task a_patch_changes_what_it_names_once()
    {
        await Shop.Product("patch", price: 100);
        var key = Shop.NewKey();
        var changed = await Shop.Send(HttpMethod.Patch, "/products/patch", """{"price":{"amount":150,"currency":"GBP"}}""", key);
        Assert.Equal((150, "patch"), ((int)changed["price"]["amount"]!, (string?)changed["name"]));
        await Shop.Product("patch", price: 175);
        await Shop.Send(HttpMethod.Patch, "/products/patch", """{"price":{"amount":150,"currency":"GBP"}}""", key);
        Assert.Equal(175, (int)(await Shop.Get("/products/patch"))["price"]["amount"]!);
        var reused = await Shop.Send(HttpMethod.Patch, "/products/patch", """{"price":{"amount":151,"currency":"GBP"}}""", key);
        Shop.IsProblem(reused, 422, "idempotency-key-reused");
    }
}
