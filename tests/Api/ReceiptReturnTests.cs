using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pos.Payments;
using Pos.Payments.Simulator;
using Pos.Verification;

namespace Pos.Tests;

/// <summary>Lines of an order that come back through HTTP: what was paid goes back, to where it came from, and never more.</summary>
public sealed class ReceiptReturnTests : IAsyncLifetime
{
    private PosHost _host = null!;
    private Shop _shop = null!;

    public async Task InitializeAsync()
    {
        _host = await PosHost.Start();
        _shop = await Shop.Open(_host);
        await _shop.Product("tea", price: 333, stock: 100);
        await _shop.Product("cup", price: 1_000, stock: 100);
        await _shop.Product("pin", price: 100, stock: 100);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task piece_by_piece_exactly_what_was_paid_goes_back_cards_first_and_not_one_piece_more()
    {
        var order = await Sold("""[{"sku":"tea","quantity":3}]""", ""","cards":[{"token":"tok_approve","amount":{"amount":400,"currency":"GBP"}}],"cash":{"amount":1000,"currency":"GBP"}""");
        List<JsonNode> backs = [];
        for (var piece = 1; piece <= 3; piece++)
        {
            var back = await Return(order, 1);
            Assert.Equal((HttpStatusCode.Created, "COMPLETED"), (back.Status, (string?)back["state"]));
            backs.Add(back.Json);
            Assert.Equal(piece, (int)(await _shop.Get($"/orders/{order}"))["lines"][0]!["returned"]!);
        }

        Shop.IsProblem(await Return(order, 1), 409, "returned-too-much");
        var sold = (await _shop.Get($"/orders/{order}")).Json;
        Assert.Empty(sold["actions"]!.AsArray());
        Assert.Equal(3, sold["returns"]!.AsArray().Count);
        foreach (var sum in (string[])["net", "tax", "gross"])
        {
            Assert.Equal((long)sold["total"]![sum]!["amount"]!, backs.Sum(back => (long)back["refund"]![sum]!["amount"]!));
        }

        Assert.Equal(["card 333", "card 67, cash 266", "cash 333"], backs.Select(Refunds));
        Assert.Equal(400, (int)(await _shop.Get($"/payments/{order}.1"))["refunded"]["amount"]!);
        Assert.Equal(100, (int)(await _shop.Stock("tea"))["onHand"]!);
        await BothBooksAgree();
    }

    [Fact]
    public async Task what_is_written_off_is_refunded_and_not_sold_again()
    {
        var order = await Sold("""[{"sku":"tea","quantity":2}]""", Cash);
        var back = await Return(order, 2, disposition: "write-off");
        Assert.Equal("cash 666", Refunds(back.Json));
        Assert.Equal(98, (int)(await _shop.Stock("tea"))["onHand"]!);
        await BothBooksAgree();
    }

    [Fact]
    public async Task the_same_request_again_is_the_same_return_and_another_body_under_its_key_is_refused()
    {
        var order = await Sold("""[{"sku":"tea","quantity":2}]""", Cash);
        var first = await Return(order, 1, key: "once");
        var again = await Return(order, 1, key: "once");
        Assert.Equal((HttpStatusCode.Created, (string?)first["id"]), (again.Status, (string?)again["id"]));
        Shop.IsProblem(await Return(order, 2, key: "once"), 422, "idempotency-key-reused");
        var both = await Task.WhenAll(Return(order, 1, key: "twice"), Return(order, 1, key: "twice"));
        Assert.Equal((string?)both[0]["id"], (string?)both[1]["id"]);
        Assert.Equal(2, (int)(await _shop.Get($"/orders/{order}"))["lines"][0]!["returned"]!);
        Assert.Equal(100, (int)(await _shop.Stock("tea"))["onHand"]!);
        await BothBooksAgree();
    }

    [Fact]
    public async Task many_who_bring_the_same_pieces_back_at_once_are_refunded_for_what_was_sold()
    {
        var order = await Sold("""[{"sku":"tea","quantity":5}]""", ""","cards":[{"token":"tok_approve"}]""");
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Return(order, 1)));
        Assert.Equal(5, answers.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.Equal(7, answers.Count(answer => answer.Status == HttpStatusCode.Conflict && answer.Code == "returned-too-much"));
        Assert.Equal(1_665, (int)(await _shop.Get($"/payments/{order}.1"))["refunded"]["amount"]!);
        await BothBooksAgree();
    }

    [Fact]
    public async Task only_what_was_sold_and_paid_comes_back()
    {
        var order = await Sold("""[{"sku":"tea","quantity":1}]""", Cash);
        Shop.IsProblem(await Return(order, 1, line: 2), 422, "unknown-line");
        Shop.IsProblem(await Return(order, 0), 422, "invalid-quantity");
        Shop.IsProblem(await Return(new string('0', 32), 1), 404, "unknown-order");
        var declined = await _shop.Post("/orders", Order("""[{"sku":"tea","quantity":1}]""", ""","cards":[{"token":"tok_decline_lost_card"}]"""));
        Shop.IsProblem(await Return((string)declined["order"]!, 1), 409, "illegal-transition");
    }

    [Theory]
    [InlineData("cup", "cash 667", "", 333)]
    [InlineData("tea", "", "", 333)]
    [InlineData("pin", "", "cash 233", 100)]
    public async Task an_exchange_is_one_balance(string sku, string due, string left, int spent)
    {
        var order = await Sold("""[{"sku":"tea","quantity":1}]""", Cash);
        var back = await Return(order, 1, payout: "exchange");
        var id = (string)back["id"]!;
        Assert.Equal(["exchange", "pay-out"], back["actions"].AsArray().Select(action => (string)action!));
        Assert.Equal(333, (int)back["credit"]["free"]!["amount"]!);

        var next = await _shop.Post("/orders", Order($$"""[{"sku":"{{sku}}","quantity":1}]""", (due.Length > 0 ? Cash : "") + $$""","exchange":"{{id}}" """));
        Assert.True(next.Status == HttpStatusCode.Created, next.Text);
        var tenders = next["tenders"].AsArray().Select(tender => $"{(string?)tender!["type"]} {(long)tender["amount"]!["amount"]!}").ToList();
        Assert.Equal(due.Length > 0 ? [$"exchange {spent}", due] : [$"exchange {spent}"], tenders);
        await _shop.Settled((string)next["id"]!);
        var ended = await _shop.Until($"/returns/{id}", answer => (string?)answer["state"] == "COMPLETED");
        Assert.Equal(left, Refunds(ended.Json));
        Assert.Empty(ended["actions"].AsArray());
        Shop.IsProblem(await _shop.Post("/orders", Order("""[{"sku":"pin","quantity":1}]""", $$""","exchange":"{{id}}" """)), 409, "credit-not-available");
        await BothBooksAgree();
    }

    [Fact]
    public async Task credit_of_an_order_that_was_cancelled_is_free_again()
    {
        var order = await Sold("""[{"sku":"tea","quantity":1}]""", Cash);
        var id = (string)(await Return(order, 1, payout: "exchange"))["id"]!;
        var declined = await _shop.Post(
            "/orders", Order("""[{"sku":"cup","quantity":1}]""", $$""","exchange":"{{id}}","cards":[{"token":"tok_decline_lost_card"}]"""));
        Shop.IsProblem(declined, 402, "payment-declined");
        await _shop.Settled((string)declined["order"]!);
        var free = await _shop.Get($"/returns/{id}");
        Assert.Equal((333, "ACCEPTED"), ((int)free["credit"]["free"]!["amount"]!, (string?)free["state"]));

        var paid = await _shop.Post("/orders", Order("""[{"sku":"tea","quantity":1}]""", $$""","exchange":"{{id}}" """));
        Assert.True(paid.Status == HttpStatusCode.Created, paid.Text);
        await _shop.Settled((string)paid["id"]!);
        await _shop.Until($"/returns/{id}", answer => (string?)answer["state"] == "COMPLETED");
        await BothBooksAgree();
    }

    [Fact]
    public async Task an_exchange_that_does_not_come_is_paid_out_to_where_the_money_came_from()
    {
        var order = await Sold("""[{"sku":"tea","quantity":1}]""", ""","cards":[{"token":"tok_approve"}]""");
        var id = (string)(await Return(order, 1, payout: "exchange"))["id"]!;
        var paid = await _shop.Post($"/returns/{id}/pay-out", """{"reason":"nothing fits"}""", "out");
        Assert.Equal(("COMPLETED", "card 333"), ((string?)paid["state"], Refunds(paid.Json)));
        var again = await _shop.Post($"/returns/{id}/pay-out", """{"reason":"nothing fits"}""", "out");
        Assert.Equal((string?)paid["state"], (string?)again["state"]);
        Shop.IsProblem(await _shop.Post($"/returns/{id}/pay-out", """{"reason":"it fits"}""", "out"), 422, "idempotency-key-reused");
        Shop.IsProblem(await _shop.Post("/orders", Order("""[{"sku":"tea","quantity":1}]""", $$""","exchange":"{{id}}" """)), 409, "credit-not-available");
        Assert.Equal(333, (int)(await _shop.Get($"/payments/{order}.1"))["refunded"]["amount"]!);
        await BothBooksAgree();
    }

    private const string Cash = ""","cash":{"amount":5000,"currency":"GBP"}""";

    private static string Order(string lines, string tenders) => $$"""{"store":"{{Shop.Store}}","till":"till-1","lines":{{lines}}{{tenders}}}""";

    private static string Refunds(JsonNode back) => string.Join(
        ", ", back["refunds"]!.AsArray().Select(refund => $"{(string?)refund!["type"]} {(long)refund["amount"]!["amount"]!}"));

    private async Task<string> Sold(string lines, string tenders)
    {
        var sold = await _shop.Post("/orders", Order(lines, tenders));
        Assert.True(sold.Status == HttpStatusCode.Created, sold.Text);
        var id = (string)sold["id"]!;
        await _shop.Settled(id);
        return id;
    }

    private Task<Answer> Return(
        string order, int quantity, int line = 1, string disposition = "restock", string payout = "refund", string? key = null) => _shop.Post(
        $"/orders/{order}/returns",
        $$"""{"till":"till-1","lines":[{"line":{{line}},"quantity":{{quantity}},"disposition":"{{disposition}}"}],"reason":"wrong tea","payout":"{{payout}}"}""",
        key);

    private async Task BothBooksAgree()
    {
        var report = await Verifier.Run(_host.Journal, _host.Silo.GetRequiredService<FileLedger>().Path, CancellationToken.None);
        Assert.True(report.Ok, string.Join('\n', report.Invariants.Where(invariant => invariant.Violations > 0)));
    }
}
