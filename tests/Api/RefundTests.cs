using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Pos.Tests;

/// <summary>Money that goes back, as a till sees it: cash rounded over all returns, cards through exchanges, and a receipt that adds up.</summary>
public sealed class RefundTests : IAsyncLifetime
{
    private PosHost _host = null!;
    private Shop _shop = null!;

    public async Task InitializeAsync()
    {
        _host = await PosHost.Start();
        _shop = await Shop.Open(_host);
        await Rounding(5);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData(3, 10, 5, 5)]
    [InlineData(1_250, 4, 500, 500)]
    [InlineData(3, 10, 5, 500)]
    [InlineData(3, 10, 1, 5)]
    public async Task pieces_that_come_back_one_by_one_for_cash_are_what_was_paid(int price, int pieces, int step, int later)
    {
        await Rounding(step);
        await _shop.Product("bead", price, stock: 100);
        var order = await _shop.Sell("bead", pieces);
        var paid = (int)order["tenders"][0]!["amount"]!["amount"]!;
        var back = 0;
        for (var piece = 0; piece < pieces; piece++)
        {
            await Rounding(piece < pieces / 2 ? step : later);
            var returned = await _shop.Post($"/orders/{order["id"]}/returns", One("refund"));
            Assert.True(returned.Status == HttpStatusCode.Created, returned.Text);
            var coins = returned["refunds"].AsArray().Sum(refund => (int)refund!["amount"]!["amount"]!);
            Assert.Equal(coins - price, (int)returned["rounding"]["amount"]!);
            back += coins;
            Assert.True(back <= paid, $"{back} of {paid}");
        }

        Assert.Equal(paid, back);
        await Verifies();
    }

    [Fact]
    public async Task the_receipt_of_a_rounded_sale_adds_up()
    {
        await _shop.Product("cord", price: 1_002, stock: 10);
        var order = await _shop.Sell("cord");
        Assert.Equal((-2, 1_000), ((int)order["rounding"]["amount"]!, (int)order["tenders"][0]!["amount"]!["amount"]!));
        Assert.Equal((int)order["tenders"][0]!["amount"]!["amount"]!, (int)order["total"]["gross"]!["amount"]! + (int)order["rounding"]["amount"]!);
        Assert.Equal("GBP", (string?)order["rounding"]["currency"]);
        var byCard = await _shop.Post("/orders", """{"store":"london","till":"till-1","lines":[{"sku":"cord","quantity":1}],"cards":[{"token":"tok_approve"}],"cash":{"amount":0,"currency":"GBP"}}""");
        Assert.Equal((HttpStatusCode.Created, 0), (byCard.Status, (int)byCard["rounding"]["amount"]!));
        var short_ = """{"store":"london","till":"till-1","lines":[{"sku":"cord","quantity":1}],"cards":[{"token":"tok_approve","amount":{"amount":1000,"currency":"GBP"}}],"cash":{"amount":0,"currency":"GBP"}}""";
        Shop.IsProblem(await _shop.Post("/orders", short_), 422, "tender-too-small");
    }

    [Fact]
    public async Task what_a_card_paid_does_not_become_cash_by_an_exchange()
    {
        await _shop.Product("watch", price: 100_000, stock: 10);
        var bought = await _shop.Post("/orders", """{"store":"london","till":"till-1","lines":[{"sku":"watch","quantity":1}],"cards":[{"token":"tok_approve"}]}""");
        var payment = (string)bought["tenders"][0]!["payment"]!;
        var exchanged = await Ask(Keys.Cashier, $"/orders/{bought["id"]}/returns", One("exchange"));
        var other = await Ask(Keys.Cashier, "/orders", $$"""{"store":"london","till":"till-1","lines":[{"sku":"watch","quantity":1}],"exchange":"{{exchanged["id"]}}"}""");
        Assert.True(other.Status == HttpStatusCode.Created, other.Text);
        Shop.IsProblem(await Ask(Keys.Cashier, $"/orders/{other["id"]}/returns", One("cash")), 403, "approval-required");
        var back = await Ask(Keys.Cashier, $"/orders/{other["id"]}/returns", One("refund"));
        var refund = Assert.Single(back["refunds"].AsArray())!;
        Assert.Equal(("card", payment, 100_000), ((string?)refund["type"], (string?)refund["payment"], (int)refund["amount"]!["amount"]!));
        await _shop.Until($"/returns/{back["id"]}", answer => (string?)answer["state"] == "COMPLETED");
        Assert.Equal(100_000, (int)(await _shop.Get($"/payments/{payment}"))["refunded"]["amount"]!);
        await Verifies();
    }

    [Fact]
    public async Task a_manager_may_have_a_cards_money_paid_out_in_cash_and_is_named()
    {
        await _shop.Product("ring", price: 50_000, stock: 10);
        var bought = await _shop.Post("/orders", """{"store":"london","till":"till-1","lines":[{"sku":"ring","quantity":1}],"cards":[{"token":"tok_approve"}]}""");
        var back = await Ask(Keys.Cashier, $"/orders/{bought["id"]}/returns", One("cash"), Keys.Manager);
        Assert.Equal(("cash", 50_000, Keys.Actor(Keys.Manager)), ((string?)back["refunds"][0]!["type"], (int)back["refunds"][0]!["amount"]!["amount"]!, (string?)back["approvedBy"]));
        var accepted = JsonNode.Parse(Encoding.UTF8.GetString(
            (await _host.Journal.ReadAll(0, CancellationToken.None).LastAsync(recorded => recorded.Type == "order.return-accepted")).Payload.Span))!;
        Assert.Equal(Keys.Actor(Keys.Manager), (string?)accepted["approvedBy"]);
        await Verifies();
    }

    [Fact]
    public async Task a_return_that_is_worth_nothing_is_exchanged_without_ado()
    {
        await _shop.Product("gift", price: 0, stock: 10);
        await _shop.Product("bag", price: 100, stock: 10);
        var given = await _shop.Sell("gift");
        var back = await _shop.Post($"/orders/{given["id"]}/returns", One("exchange"));
        Assert.Equal((HttpStatusCode.Created, "COMPLETED"), (back.Status, (string?)back["state"]));
        var sale = $$"""{"store":"london","till":"till-1","lines":[{"sku":"bag","quantity":1}],"exchange":"{{back["id"]}}","cash":{"amount":100,"currency":"GBP"} }""";
        var sold = await _shop.Post("/orders", sale);
        Assert.True(sold.Status == HttpStatusCode.Created, sold.Text);
        Assert.Equal("cash", (string?)Assert.Single(sold["tenders"].AsArray())!["type"]);
        await Verifies();
    }

    private static string One(string payout) =>
        $$"""{"till":"till-1","reason":"too small","payout":"{{payout}}","lines":[{"line":1,"quantity":1,"disposition":"restock"}]}""";

    private Task<Answer> Rounding(int step) => _shop.Put(
        $"/stores/{Shop.Store}",
        $$"""
        {"name":"London","district":"Soho","kind":"shop","currency":"GBP","timeZone":"Europe/London","taxInclusive":true,
         "taxRates":{"standard":2000},"tills":["till-1","till-2"],"cashRounding":{{step}}}
        """);

    private async Task Verifies()
    {
        await _shop.QuietHead();
        var report = await Verification.Verifier.Run(_host.Journal, null, CancellationToken.None);
        Assert.True(report.Ok, string.Join('\n', report.Invariants.Where(invariant => invariant.Violations > 0)));
        Assert.True(report.Invariants.Single(invariant => invariant.Name == "refunds-paid").Checked > 0);
    }

    private async Task<Answer> Ask(string key, string path, string body, string? approval = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1" + path);
        request.Headers.Authorization = new("Bearer", key);
        request.Headers.Add("Idempotency-Key", _shop.NewKey());
        if (approval is not null)
        {
            request.Headers.Add("X-Approval", approval);
        }

        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _shop.Send(request);
    }
}
