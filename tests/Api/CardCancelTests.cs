using System.Net;
using Pos.Payments;
using Pos.Payments.Simulator;

namespace Pos.Tests;

/// <summary>Orders that are cancelled before the provider has answered: it takes its time, so that the cancellation comes first on a slow machine too.</summary>
public sealed class CardCancelTests() : OnCards(lateAfter: TimeSpan.FromSeconds(4), downFor: TimeSpan.FromSeconds(2), callTimeout: TimeSpan.FromSeconds(2))
{
    [Theory]
    [InlineData(TestTokens.TimeoutBefore)]
    [InlineData(TestTokens.TimeoutAfter)]
    [InlineData(TestTokens.AnswerLate)]
    [InlineData(TestTokens.Down)]
    public async Task an_order_cancelled_while_its_card_is_in_flight_keeps_nothing(string token)
    {
        var asked = await Shop.Post("/orders", Order(token), prefer: "respond-async");
        var id = (string)asked["id"]!;
        await Shop.Until($"/payments/{id}.1", answer => answer.Status == HttpStatusCode.OK);
        var cancelled = await Shop.Post($"/orders/{id}/cancel", """{"reason":"she changed her mind"}""");
        Assert.Equal(HttpStatusCode.OK, cancelled.Status);
        Assert.Equal("CANCELLED", (string?)(await Shop.Settled(id))["state"]);
        var payment = await Shop.Get($"/payments/{id}.1");
        Assert.True((bool)payment["settled"]!);
        Assert.Contains((string?)payment["state"], new[] { "VOIDED", "ABANDONED" });
        Assert.Equal(100, (int)(await Shop.Stock("tea"))["available"]!);
        await BothBooksAgree();
    }

    [Fact]
    public async Task a_cancels_key_belongs_to_its_body()
    {
        var id = (string)(await Shop.Post("/orders", Order(TestTokens.AnswerLate), prefer: "respond-async"))["id"]!;
        await Shop.Until($"/payments/{id}.1", answer => answer.Status == HttpStatusCode.OK);
        const string Reason = """{"reason":"she changed her mind"}""";
        var cancelled = await Shop.Post($"/orders/{id}/cancel", Reason, "cancel-it");
        Assert.Equal((HttpStatusCode.OK, "CANCELLED"), (cancelled.Status, (string?)cancelled["state"]));
        Shop.IsProblem(await Shop.Post($"/orders/{id}/cancel", """{"reason":"he did"}""", "cancel-it"), 422, "idempotency-key-reused");
        var again = await Shop.Post($"/orders/{id}/cancel", Reason, "cancel-it");
        Assert.Equal((HttpStatusCode.OK, "she changed her mind"), (again.Status, (string?)again["cancellation"]["reason"]));
        await Shop.Settled(id);
        Assert.Equal(HttpStatusCode.OK, (await Shop.Post($"/orders/{id}/cancel", Reason, "cancel-it")).Status);
        Shop.IsProblem(await Shop.Post($"/orders/{id}/cancel", """{"reason":"he did"}""", "cancel-it"), 422, "idempotency-key-reused");
        await BothBooksAgree();
    }
}
