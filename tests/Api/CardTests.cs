using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Pos.Grains;
using Pos.Payments;
using Pos.Verification;

namespace Pos.Tests;

/// <summary>Orders paid by each test card through HTTP, with a provider that is quick in all that it does wrong.</summary>
public sealed class CardTests : IAsyncLifetime
{
    private PosHost _host = null!;
    private Shop _shop = null!;

    public async Task InitializeAsync()
    {
        _host = await PosHost.Start(services =>
        {
            services.Configure<PaymentsOptions>(options =>
            {
                options.Simulator.LateAfter = TimeSpan.FromMilliseconds(200);
                options.Simulator.DownFor = TimeSpan.FromMilliseconds(300);
                options.Resilience.CallTimeout = TimeSpan.FromMilliseconds(150);
            });
            services.Configure<GrainsOptions>(options => options.ProviderLateMax = TimeSpan.FromSeconds(1));
        });
        _shop = await Shop.Open(_host);
        await _shop.Product("tea", stock: 100);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

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
        var sold = await _shop.Post("/orders", Order(token));
        var order = (string)sold["id"]!;
        Assert.Equal("CONFIRMED", (string?)(await _shop.Settled(order))["state"]);
        var payment = await _shop.Get($"/payments/{order}.1");
        Assert.Equal(("CAPTURED", true, 250), ((string?)payment["state"], (bool)payment["settled"]!, (int)payment["amount"]["amount"]!));
        Assert.Equal(["captured"], await Ledger());
        Assert.Equal(99, (int)(await _shop.Stock("tea"))["onHand"]!);
        await BothBooksAgree();
    }

    [Theory]
    [InlineData(TestTokens.DeclineInsufficientFunds, "insufficient-funds")]
    [InlineData(TestTokens.DeclineLostCard, "lost-card")]
    [InlineData(TestTokens.DeclineDoNotHonour, "do-not-honour")]
    [InlineData("tok_of_nobody", "unknown-token")]
    public async Task a_card_that_is_declined_cancels_its_order_and_gives_the_stock_back(string token, string decline)
    {
        var refused = await _shop.Post("/orders", Order(token));
        Shop.IsProblem(refused, 402, "payment-declined");
        var order = await _shop.Settled((string)refused["order"]!);
        Assert.Equal("CANCELLED", (string?)order["state"]);
        Assert.Contains(decline, (string?)order["cancellation"]["reason"], StringComparison.Ordinal);
        Assert.Equal(decline, (string?)(await _shop.Get($"/payments/{(string?)order["id"]}.1"))["decline"]);
        Assert.Equal(100, (int)(await _shop.Stock("tea"))["available"]!);
        await BothBooksAgree();
    }

    [Theory]
    [InlineData(TestTokens.TimeoutBefore)]
    [InlineData(TestTokens.TimeoutAfter)]
    [InlineData(TestTokens.AnswerLate)]
    [InlineData(TestTokens.Down)]
    public async Task an_order_cancelled_while_its_card_is_in_flight_keeps_nothing(string token)
    {
        var asked = await _shop.Post("/orders", Order(token), prefer: "respond-async");
        var id = (string)asked["id"]!;
        await _shop.Until($"/payments/{id}.1", answer => answer.Status == HttpStatusCode.OK);
        var cancelled = await _shop.Post($"/orders/{id}/cancel", """{"reason":"she changed her mind"}""");
        Assert.Equal(HttpStatusCode.OK, cancelled.Status);
        Assert.Equal("CANCELLED", (string?)(await _shop.Settled(id))["state"]);
        var payment = await _shop.Get($"/payments/{id}.1");
        Assert.True((bool)payment["settled"]!);
        Assert.Contains((string?)payment["state"], new[] { "VOIDED", "ABANDONED" });
        Assert.Equal(100, (int)(await _shop.Stock("tea"))["available"]!);
        await BothBooksAgree();
    }

    [Fact]
    public async Task a_hundred_orders_by_cards_of_every_kind_leave_both_books_equal()
    {
        string[] tokens = [.. TestTokens.All.Where(token => token != TestTokens.Down)];
        var sold = await Task.WhenAll(Enumerable.Range(0, 99).Select(number => _shop.Post("/orders", Order(tokens[number % tokens.Length]))));
        foreach (var answer in sold)
        {
            await _shop.Settled((string?)answer.Json["id"] ?? (string)answer["order"]!);
        }

        var ledger = await Ledger();
        Assert.Equal((66, 33), (ledger.Count(kind => kind == "captured"), ledger.Count(kind => kind == "declined")));
        await BothBooksAgree();
    }

    private static string Order(string token) =>
        $$"""{"store":"{{Shop.Store}}","till":"till-1","lines":[{"sku":"tea","quantity":1}],"cards":[{"token":"{{token}}"}]}""";

    private string LedgerPath => _host.Services.GetRequiredService<FileLedger>().Path;

    private async Task<IReadOnlyList<string>> Ledger()
    {
        using var file = new StreamReader(new FileStream(LedgerPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var lines = (await file.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => (string)System.Text.Json.Nodes.JsonNode.Parse(line)!["kind"]!)];
    }

    private async Task BothBooksAgree()
    {
        var report = await Verifier.Run(_host.Journal, LedgerPath, CancellationToken.None);
        Assert.True(report.Ok, string.Join('\n', report.Invariants.Where(invariant => invariant.Violations > 0)));
        Assert.Equal(0, report.Open.Payments);
    }
}
