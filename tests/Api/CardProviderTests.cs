using System.Net;
using System.Text.Json.Nodes;

namespace Pos.Tests;

/// <summary>A server without a payment provider sells for cash, and refuses cards before anything is held.</summary>
public sealed class CardProviderTests : IAsyncLifetime
{
    private const string Sale = """{"store":"london","till":"till-1","lines":[{"sku":"tea","quantity":2}]CARDS}""";

    private PosHost _host = null!;
    private Shop _shop = null!;

    public async Task InitializeAsync()
    {
        _host = await PosHost.Start(settings: [new("Payments:Provider", "none")]);
        _shop = await Shop.Open(_host);
        await _shop.Product("tea", stock: 100);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("""[{"token":"tok_approve"}]""")]
    [InlineData("""[{"token":"tok_approve","amount":{"amount":200,"currency":"GBP"}}],"cash":{"amount":300,"currency":"GBP"}""")]
    [InlineData("""[{"token":"tok_approve","amount":{"amount":200,"currency":"GBP"}},{"token":"tok_down"}]""")]
    public async Task an_order_with_a_card_is_refused_and_leaves_nothing_behind(string cards)
    {
        var head = await _shop.QuietHead();
        var refused = await _shop.Post("/orders", Sale.Replace("CARDS", ""","cards":""" + cards, StringComparison.Ordinal), "by-card");
        Shop.IsProblem(refused, 422, "no-card-provider");
        Assert.Contains("cash", (string)refused["detail"]!, StringComparison.Ordinal);
        Assert.Equal(head, _host.Journal.Head);

        // Nothing was decided, so the key is free for the same sale in cash.
        var sold = await _shop.Post("/orders", Sale.Replace("CARDS", ""","cash":{"amount":500,"currency":"GBP"} """, StringComparison.Ordinal), "by-card");
        Assert.Equal((HttpStatusCode.Created, "CONFIRMED"), (sold.Status, (string?)sold["state"]));
        // The pieces stay on hand until the order has settled.
        Assert.Equal(98, (int)(await _shop.Stock("tea"))["available"]!);
    }

    [Fact]
    public async Task a_checkout_with_a_card_is_refused_and_the_cart_stays_open_for_cash()
    {
        var cart = (string)(await _shop.Post("/carts", """{"store":"london","till":"till-1"}"""))["id"]!;
        Assert.Equal(HttpStatusCode.OK, (await _shop.Post($"/carts/{cart}/lines", """{"sku":"tea","quantity":3}""", "a-line")).Status);
        var head = await _shop.QuietHead();
        Shop.IsProblem(await _shop.Post($"/carts/{cart}/checkout", """{"cards":[{"token":"tok_approve"}]}"""), 422, "no-card-provider");
        Assert.Equal(head, _host.Journal.Head);
        Assert.Equal("OPEN", (string?)(await _shop.Get($"/carts/{cart}"))["state"]);

        var sold = await _shop.Post($"/carts/{cart}/checkout", """{"cash":{"amount":750,"currency":"GBP"} }""", "paid");
        Assert.Equal((HttpStatusCode.Created, "CONFIRMED"), (sold.Status, (string?)sold["state"]));
        // What is wrong with the key is said before what is wrong with the cards.
        Shop.IsProblem(await _shop.Post($"/carts/{cart}/checkout", """{"cards":[{"token":"tok_approve"}]}""", "paid"), 422, "idempotency-key-reused");
    }

    [Theory]
    [InlineData("""[{"token":"4111 1111 1111 1111"}]""", "looks like the number of a card")]
    [InlineData("""[{"token":""}]""", "printable")]
    public async Task what_is_wrong_with_a_card_itself_is_said_first(string cards, string why)
    {
        var refused = await _shop.Post("/orders", Sale.Replace("CARDS", ""","cards":""" + cards, StringComparison.Ordinal));
        Shop.IsProblem(refused, 422, "invalid-value");
        Assert.Contains(why, (string)refused["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task cash_returns_and_a_verification_need_no_provider()
    {
        var sold = await _shop.Sell("tea", 4);
        var back = await _shop.Post(
            $"/orders/{(string?)sold["id"]}/returns", """{"till":"till-1","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"no"}""");
        Assert.True((string?)back.Json["state"] == "COMPLETED", back.Text);
        using var answer = await _host.Http.PostAsync(new Uri("/admin/verify", UriKind.Relative), null);
        var report = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.True((bool)report["ok"]!, report.ToJsonString());
        Assert.Equal(0, (int)report["invariants"]!.AsArray().Single(one => (string?)one!["name"] == "provider-ledger")!["checked"]!);
    }

    [Fact]
    public async Task the_document_names_the_code_where_cards_are_taken()
    {
        var document = await _host.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative));
        var paths = JsonNode.Parse(document)!["paths"]!;
        foreach (var path in (string[])["/api/v1/orders", "/api/v1/carts/{id}/checkout"])
        {
            Assert.Contains("no-card-provider", paths[path]!["post"]!.ToJsonString(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await _host.Http.GetAsync(new Uri("/problems/no-card-provider", UriKind.Relative))).StatusCode);
    }
}
