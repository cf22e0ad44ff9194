using Pos.Cli.Retail;
using Pos.Cli.Retail.Data;
using Pos.Cli.Retail.Replay;
using static Pos.Tests.ScriptedServer;

namespace Pos.Tests;

/// <summary>How invoices are sold and paid.</summary>
public sealed class TheWays : IAsyncLifetime
{
    private static readonly RetailInvoice Jugs = RetailShop.Of(RetailFiles.Excerpt).Invoices[0];

    private readonly ScriptedServer _scripted = new();

    public Task InitializeAsync() => _scripted.Start();

    public Task DisposeAsync() => _scripted.Close();

    [Fact]
    public void half_of_the_invoices_go_through_carts_and_a_third_is_paid_by_card_in_every_combination()
    {
        var ways = Enumerable.Range(500_000, 12_000).Select(n => RetailWay.Of(Numbered(n))).ToList();

        Assert.InRange(ways.Count(w => w.InCart), 5_800, 6_200);
        Assert.InRange(ways.Count(w => w.Card != CardShare.None), 3_850, 4_150);
        Assert.InRange(ways.Count(w => w.Card == CardShare.Half), 900, 1_100);
        Assert.InRange(ways.Count(w => w.Card != CardShare.None && w.Token.StartsWith("tok_decline_", StringComparison.Ordinal)), 430, 570);
        Assert.Equal(6, ways.Select(w => (w.InCart, w.Card)).Distinct().Count());
        Assert.Equal(6, ways.Select(w => w.Token).Distinct().Count());
    }

    [Fact]
    public void an_invoice_always_goes_the_same_way() => Assert.Equal(
        [
            new RetailWay(true, CardShare.Half, "tok_approve"),
            new RetailWay(true, CardShare.Whole, "tok_lose_reply"),
            new RetailWay(false, CardShare.Whole, "tok_lose_reply"),
        ],
        new[] { 536537, 536397, 700001 }.Select(n => RetailWay.Of(Numbered(n))));

    [Fact]
    public void what_comes_to_nothing_is_paid_with_nothing()
    {
        var free = Enumerable.Range(1, 100).Select(n => Numbered(n) with { Sold = [] }).ToList();

        Assert.All(free, i => Assert.Equal((CardShare.None, 0L), (RetailWay.Of(i).Card, RetailWay.Of(i).Cash(i.Total)?.Amount)));
    }

    [Theory]
    [InlineData(CardShare.None, 0, 500, null)]
    [InlineData(CardShare.Half, 200, 500, 200L)]
    [InlineData(CardShare.Whole, 401, null, null)]
    public void cards_and_cash_pay_the_total_between_them(object card, long charged, int? cash, long? amount)
    {
        var way = new RetailWay(false, (CardShare)card, "tok_approve");

        Assert.Equal(charged, way.Charge(401));
        Assert.Equal(cash, way.Cash(401)?.Amount);
        Assert.Equal(amount, way.Cards(401)?.Single().Amount?.Amount);
        Assert.Equal(charged > 0, way.Cards(401) is [{ Token: "tok_approve" }]);
    }

    [Fact]
    public async Task a_cart_is_filled_line_by_line_and_checked_out_at_the_file_s_total()
    {
        var invoice = Going(w => w is { InCart: true, Card: CardShare.Whole, Token: "tok_approve" });
        ThenACart("c1", lines: 3);
        _scripted.Then(Answer(201, Order("o1", "CONFIRMED")));

        var sold = await Sell(invoice);

        Assert.Equal(("o1", false), (sold.Order, sold.Declined));
        var key = $"replay-{invoice.Number}";
        Assert.Equal(
            [
                ("POST", "/api/v1/carts", key),
                ("POST", "/api/v1/carts/c1/lines", key + "-1"),
                ("POST", "/api/v1/carts/c1/lines", key + "-2"),
                ("POST", "/api/v1/carts/c1/lines", key + "-3"),
                ("POST", "/api/v1/carts/c1/checkout", key),
            ],
            _scripted.Received.Select(r => r.Line));
        Assert.Equal("""{"sku":"10001A","quantity":6,"override":{"unitPrice":{"amount":255,"currency":"GBP"},"reason":"replay"}}""", _scripted.Received[1].Body);
        Assert.Equal(
            """{"cards":[{"token":"tok_approve"}],"expectedTotal":{"amount":3630,"currency":"GBP"},"occurredAt":"2010-12-01T08:26:00+00:00"}""",
            _scripted.Received[4].Body);
    }

    [Fact]
    public async Task a_cart_whose_card_is_declined_is_sold_again_in_cash_when_its_goods_are_back()
    {
        var invoice = Going(w => w is { InCart: true, Card: CardShare.Half, Token: "tok_decline_lost_card" });
        ThenACart("c1", lines: 3);
        _scripted.Then(Answer(402, """{"code":"payment-declined"}""", "/api/v1/orders/o1"));
        _scripted.Then(Answer(200, Order("o1", "CANCELLED", settled: false)));
        _scripted.Then(Answer(200, Order("o1", "CANCELLED")));
        ThenACart("c2", lines: 0);
        _scripted.Then(Answer(201, Order("o2", "CONFIRMED")));

        var sold = await Sell(invoice);

        Assert.Equal(("o2", true, CardShare.None), (sold.Order, sold.Declined, sold.Way.Card));
        var again = $"replay-{invoice.Number}-again";
        Assert.Equal(
            [
                ("GET", "/api/v1/orders/o1", null),
                ("GET", "/api/v1/orders/o1", null),
                ("POST", "/api/v1/carts", again),
                ("POST", "/api/v1/carts/c2/checkout", again),
            ],
            _scripted.Received.Skip(5).Select(r => r.Line));
        Assert.StartsWith(
            $$"""{"store":"retail","till":"{{invoice.Till}}","from":"c1","reference":"{{invoice.Number}}",""", _scripted.Received[7].Body, StringComparison.Ordinal);
        Assert.StartsWith("""{"cash":{"amount":4000,"currency":"GBP"},"expectedTotal":""", _scripted.Received[8].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task an_order_whose_card_is_declined_is_placed_again_in_cash()
    {
        var invoice = Going(w => w is { InCart: false, Card: CardShare.Whole, Token: "tok_decline_lost_card" });
        _scripted.Then(Answer(402, """{"code":"payment-declined"}""", "/api/v1/orders/o1"));
        _scripted.Then(Answer(200, Order("o1", "CANCELLED")));
        _scripted.Then(Answer(201, Order("o2", "CONFIRMED")));

        Assert.Equal("o2", (await Sell(invoice)).Order);
        Assert.Equal(
            [
                ("POST", "/api/v1/orders", $"replay-{invoice.Number}"),
                ("GET", "/api/v1/orders/o1", null),
                ("POST", "/api/v1/orders", $"replay-{invoice.Number}-again"),
            ],
            _scripted.Received.Select(r => r.Line));
        Assert.Contains(""","cards":[{"token":"tok_decline_lost_card"}],""", _scripted.Received[0].Body, StringComparison.Ordinal);
        Assert.Contains(""","cash":{"amount":4000,"currency":"GBP"},""", _scripted.Received[2].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task an_order_that_is_cancelled_for_another_reason_stops_the_replay()
    {
        var invoice = Going(w => w is { InCart: false });
        _scripted.Then(Answer(409, """{"code":"insufficient-stock"}""", "/api/v1/orders/o1"));
        _scripted.Then(Answer(200, Order("o1", "CANCELLED", code: "insufficient-stock")));

        var stopped = await Assert.ThrowsAsync<Pos.Cli.CannotRunException>(() => Sell(invoice));
        Assert.Equal($"Invoice {invoice.Number} (order o1) was cancelled: no", stopped.Message);
    }

    [Fact]
    public async Task where_no_cards_are_taken_cash_pays_under_the_same_key()
    {
        var invoice = Going(w => w is { InCart: false, Card: CardShare.Whole });
        _scripted.Then(Answer(201, Order("o1", "CONFIRMED")));

        var sold = await Sell(invoice, takesCards: false);

        Assert.Equal(("o1", CardShare.None, false), (sold.Order, sold.Way.Card, sold.Declined));
        var sent = Assert.Single(_scripted.Received);
        Assert.Equal($"replay-{invoice.Number}", sent.Key);
        Assert.Contains("\"cash\":{\"amount\":4000,", sent.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("cards", sent.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task an_invoice_that_an_earlier_replay_paid_the_other_way_is_that_sale_again(bool takesCards)
    {
        var invoice = Going(w => w is { InCart: false, Card: CardShare.Whole, Token: "tok_approve" });
        _scripted.Then(Answer(422, """{"code":"idempotency-key-reused"}"""));
        _scripted.Then(Answer(201, Order("o1", "CONFIRMED")));

        var sold = await Sell(invoice, takesCards);

        Assert.Equal(("o1", takesCards ? CardShare.None : CardShare.Whole), (sold.Order, sold.Way.Card));
        Assert.Equal([$"replay-{invoice.Number}", $"replay-{invoice.Number}"], _scripted.Received.Select(r => r.Key));
        Assert.Equal([takesCards, !takesCards], _scripted.Received.Select(r => r.Body.Contains("tok_approve", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task an_invoice_without_a_card_has_no_other_way()
    {
        _scripted.Then(Answer(422, """{"code":"idempotency-key-reused"}"""));

        await Assert.ThrowsAsync<Pos.Cli.RefusedException>(() => Sell(Going(w => w is { InCart: false, Card: CardShare.None })));
        Assert.Single(_scripted.Received);
    }

    private static RetailInvoice Numbered(int number) => Jugs with { Number = FormattableString.Invariant($"{number}") };

    private static RetailInvoice Going(Predicate<RetailWay> way) => Enumerable.Range(1, 10_000).Select(Numbered).First(i => way(RetailWay.Of(i)));

    private static string Order(string id, string state, bool settled = true, string code = "payment-declined") =>
        $$$"""{"id":"{{{id}}}","state":"{{{state}}}","settled":{{{(settled ? "true" : "false")}}},"total":{"gross":{"amount":3630,"currency":"GBP"}}"""
        + (state == "CANCELLED" ? $$$""","cancellation":{"code":"{{{code}}}","reason":"no"}}""" : "}");

    private void ThenACart(string id, int lines)
    {
        _scripted.Then(Answer(201, $$"""{"id":"{{id}}"}"""));
        for (var line = 0; line < lines; line++)
        {
            _scripted.Then(Answer(200, "{}"));
        }
    }

    private async Task<RetailSold> Sell(RetailInvoice invoice, bool takesCards = true)
    {
        using var server = _scripted.Client(TimeSpan.FromSeconds(30));
        return await new RetailSeller(server, TimeProvider.System, "retail", takesCards).Sell(invoice, CancellationToken.None);
    }
}
