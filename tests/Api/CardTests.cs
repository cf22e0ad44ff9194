using System.Net;
using System.Text.Json.Nodes;
using Pos.Payments;
using Pos.Payments.Simulator;

namespace Pos.Tests;

/// <summary>Orders paid by each test card through HTTP, with a provider that is quick in all that it does wrong.</summary>
public sealed class CardTests() : OnCards(lateAfter: TimeSpan.FromMilliseconds(200), downFor: TimeSpan.FromMilliseconds(300), callTimeout: TimeSpan.FromMilliseconds(150))
{
    [Theory]
    [InlineData(TestTokens.Approve)]
    [InlineData(TestTokens.TimeoutBefore)]
    [InlineData(TestTokens.TimeoutAfter)]
    [InlineData(TestTokens.LoseReply)]
    [InlineData(TestTokens.AnswerTwice)]
    [InlineData(TestTokens.AnswerLate)]
    [InlineData(TestTokens.Down)]
    public async Task a_card_that_pays_in_the_end_confirms_its_order_and_is_charged_once(string token)
    {
        var sold = await Shop.Post("/orders", Order(token));
        var order = (string)sold["id"]!;
        Assert.Equal("CONFIRMED", (string?)(await Shop.Settled(order))["state"]);
        var payment = await Shop.Get($"/payments/{order}.1");
        Assert.Equal(("CAPTURED", true, 250), ((string?)payment["state"], (bool)payment["settled"]!, (int)payment["amount"]["amount"]!));
        Assert.Equal(["captured"], await Ledger());
        Assert.Equal(99, (int)(await Shop.Stock("tea"))["onHand"]!);
        await BothBooksAgree();
    }

    [Theory]
    [InlineData(TestTokens.DeclineInsufficientFunds, "insufficient-funds")]
    [InlineData(TestTokens.DeclineLostCard, "lost-card")]
    [InlineData(TestTokens.DeclineDoNotHonour, "do-not-honour")]
    [InlineData("tok_of_nobody", "unknown-token")]
    public async Task a_card_that_is_declined_cancels_its_order_and_gives_the_stock_back(string token, string decline)
    {
        var refused = await Shop.Post("/orders", Order(token));
        Shop.IsProblem(refused, 402, "payment-declined");
        var order = await Shop.Settled((string)refused["order"]!);
        Assert.Equal("CANCELLED", (string?)order["state"]);
        Assert.Contains(decline, (string?)order["cancellation"]["reason"], StringComparison.Ordinal);
        Assert.Equal(decline, (string?)(await Shop.Get($"/payments/{(string?)order["id"]}.1"))["decline"]);
        Assert.Equal(100, (int)(await Shop.Stock("tea"))["available"]!);
        await BothBooksAgree();
    }

    [Fact]
    public async Task of_two_cards_the_first_gets_its_money_back_when_the_second_is_declined()
    {
        var refused = await Shop.Post("/orders", Sale(4, """[{"token":"tok_approve","amount":{"amount":400,"currency":"GBP"}},{"token":"tok_decline_insufficient_funds"}]"""));
        Shop.IsProblem(refused, 402, "payment-declined");
        Assert.Contains("Card 2", (string)refused["detail"]!, StringComparison.Ordinal);
        var id = (string)refused["order"]!;
        var order = await Shop.Settled(id);
        Assert.Equal("CANCELLED", (string?)order["state"]);
        var first = await Shop.Get($"/payments/{id}.1");
        Assert.Equal(("VOIDED", true, 400), ((string?)first["state"], (bool)first["settled"], (int)first["amount"]["amount"]!));
        var second = await Shop.Get($"/payments/{id}.2");
        Assert.Equal(("DECLINED", true, 600), ((string?)second["state"], (bool)second["settled"], (int)second["amount"]["amount"]!));
        Assert.Equal(["captured", "declined", "voided"], (await Ledger()).Order(StringComparer.Ordinal));
        Assert.Equal(100, (int)(await Shop.Stock("tea"))["available"]!);
        var history = (await Shop.Get($"/orders/{id}/history"))["transitions"].AsArray();
        Assert.Contains(history, step => (string?)step!["state"] == "CANCELLED" && ((string?)step["reason"])!.Contains("insufficient-funds", StringComparison.Ordinal));
        await BothBooksAgree();
    }

    [Fact]
    public async Task two_cards_share_a_total()
    {
        var sold = await Shop.Post("/orders", Sale(4, """[{"token":"tok_approve","amount":{"amount":400,"currency":"GBP"}},{"token":"tok_timeout_after"}]"""));
        var id = (string)sold["id"]!;
        Assert.Equal("CONFIRMED", (string?)(await Shop.Settled(id))["state"]);
        Assert.Equal(["card 400", "card 600"], Tenders(sold));
        await BothBooksAgree();
    }

    [Fact]
    public async Task change_comes_from_cash_alone()
    {
        var sold = await Shop.Post("/orders", Sale(4, """[{"token":"tok_approve","amount":{"amount":400,"currency":"GBP"}}]""", 1_000));
        Assert.True(sold.Status == HttpStatusCode.Created, sold.Text);
        Assert.Equal(["card 400", "cash 600"], Tenders(sold));
        Assert.Equal((1_000, 400), ((int)sold["cash"]["tendered"]!["amount"]!, (int)sold["cash"]["change"]!["amount"]!));
        await Shop.Settled((string)sold["id"]!);
        await BothBooksAgree();

        var head = await Shop.QuietHead();
        Shop.IsProblem(await Shop.Post("/orders", Sale(4, """[{"token":"tok_approve","amount":{"amount":1000,"currency":"GBP"}}]""", 100)), 422, "tender-mismatch");
        Shop.IsProblem(await Shop.Post("/orders", Sale(4, """[{"token":"tok_approve","amount":{"amount":1001,"currency":"GBP"}}]""")), 422, "tender-mismatch");
        Shop.IsProblem(await Shop.Post("/orders", Sale(4, """[{"token":"tok_approve"}]""", 100)), 422, "tender-mismatch");
        Shop.IsProblem(await Shop.Post("/orders", Sale(4, """[{"token":"tok_approve"},{"token":"tok_approve"}]""")), 422, "tender-mismatch");
        Shop.IsProblem(await Shop.Post("/orders", Sale(4, """[{"token":"tok_approve","amount":{"amount":400,"currency":"GBP"}}]""", 599)), 422, "tender-too-small");
        Shop.IsProblem(await Shop.Post("/orders", Sale(4, """[{"token":"tok_approve","amount":{"amount":400,"currency":"EUR"}}]""", 600)), 422, "wrong-currency");
        Assert.Equal(head, Host.Journal.Head);
    }

    /// <summary>A store that has no smaller coin than 5 rounds what is due in cash, and nothing else; the journal says by how much.</summary>
    [Theory]
    [InlineData(252, 0, 300, 250, 50, -2)]
    [InlineData(253, 0, 255, 255, 0, 2)]
    [InlineData(255, 0, 300, 255, 45, null)]
    [InlineData(253, 100, 155, 155, 0, 2)]
    public async Task cash_is_rounded_as_the_store_rounds_and_cards_are_not(int price, int card, int cash, int due, int change, int? rounding)
    {
        await Shop.Put(
            "/stores/zurich",
            """
            {"name":"Zürich","district":"Oerlikon","kind":"shop","currency":"CHF","timeZone":"Europe/Zurich","taxInclusive":true,
             "taxRates":{"standard":810},"tills":["till-1"],"cashRounding":5}
            """);
        await Shop.Put(
            "/products/kaffee",
            $$"""{"name":"Kaffee","description":"","category":"","price":{"amount":{{price}},"currency":"CHF"},"taxClass":"standard","kind":"service","active":true}""");
        var cards = card > 0 ? $$""","cards":[{"token":"tok_approve","amount":{"amount":{{card}},"currency":"CHF"} }]""" : "";
        var sold = await Shop.Post(
            "/orders",
            $$"""{"store":"zurich","till":"till-1","lines":[{"sku":"kaffee","quantity":1}],"cash":{"amount":{{cash}},"currency":"CHF"}{{cards}}}""");
        Assert.True(sold.Status == HttpStatusCode.Created, sold.Text);
        Assert.Equal(price, (int)sold["total"]["gross"]!["amount"]!);
        if (cash > 0)
        {
            Assert.Contains($"cash {due}", Tenders(sold));
            Assert.Equal((cash, change), ((int)sold["cash"]["tendered"]!["amount"]!, (int)sold["cash"]["change"]!["amount"]!));
        }

        var placed = await Host.Journal.ReadAll(0, CancellationToken.None).FirstAsync(recorded => recorded.Type == "order.placed");
        Assert.Equal(rounding, (int?)JsonNode.Parse(placed.Payload.Span)!["rounding"]);
        await BothBooksAgree();
    }

    [Fact]
    public async Task a_hundred_orders_by_cards_of_every_kind_leave_both_books_equal()
    {
        string[] tokens = [.. TestTokens.All.Where(token => token != TestTokens.Down)];
        var sold = await Task.WhenAll(Enumerable.Range(0, 99).Select(number => Shop.Post("/orders", Order(tokens[number % tokens.Length]))));
        foreach (var answer in sold)
        {
            await Shop.Settled((string?)answer.Json["id"] ?? (string)answer["order"]!);
        }

        var ledger = await Ledger();
        Assert.Equal((66, 33), (ledger.Count(kind => kind == "captured"), ledger.Count(kind => kind == "declined")));
        await BothBooksAgree();
    }

    private static string Sale(int quantity, string cards, long cash = 0) =>
        $$"""{"store":"{{Shop.Store}}","till":"till-1","lines":[{"sku":"tea","quantity":{{quantity}}}],"cards":{{cards}}"""
        + (cash > 0 ? $$""","cash":{"amount":{{cash}},"currency":"GBP"} }""" : "}");

    private static IEnumerable<string> Tenders(Answer order) =>
        order["tenders"].AsArray().Select(tender => $"{(string?)tender!["type"]} {(long)tender["amount"]!["amount"]!}");
}
