using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Pos.Payments;
using Pos.Payments.Simulator;

namespace Pos.Tests;

public sealed class PaymentTests(OpenShop open) : IClassFixture<OpenShop>
{
    private static readonly OrderId Order = new("00000000000000000000000000000042");

    [Fact]
    public async Task a_payment_is_shown_as_it_stands()
    {
        var (captured, declined) = (PaymentId.Of(Order, 1), PaymentId.Of(Order, 2));
        await Charge(captured, 1_330, TestTokens.LoseReply);
        await Charge(declined, 500, TestTokens.DeclineLostCard);

        var shown = await open.Shop.Get($"/payments/{captured}");
        Assert.Equal(HttpStatusCode.OK, shown.Status);
        Assert.Equal("CAPTURED", (string?)shown["state"]);
        Assert.Equal((1_330, "GBP"), ((int)shown["amount"]["amount"]!, (string?)shown["amount"]["currency"]));
        Assert.Equal((Order.Value, "london", 1, true), ((string?)shown["order"], (string?)shown["store"], (int)shown["tender"]!, (bool)shown["settled"]!));
        Assert.StartsWith("sim-", (string?)shown["reference"], StringComparison.Ordinal);
        Assert.Equal("\"2\"", shown.Headers.ETag?.Tag);

        var refused = await open.Shop.Get($"/payments/{declined}");
        Assert.Equal(("DECLINED", "lost-card"), ((string?)refused["state"], (string?)refused["decline"]));
    }

    [Fact]
    public async Task a_token_is_never_shown() =>
        Assert.DoesNotContain("tok_", (await Shown(PaymentId.Of(Order, 3))).Text, StringComparison.Ordinal);

    private async Task<Answer> Shown(PaymentId id)
    {
        await Charge(id, 1, TestTokens.Approve);
        return await open.Shop.Get($"/payments/{id}");
    }

    private async Task Charge(PaymentId id, long amount, string token)
    {
        var operation = new Operation(id.Value, "", TimeProvider.System.GetUtcNow().AddHours(24));
        var payment = open.Host.Services.GetRequiredService<IGrainFactory>().GetGrain<IPaymentGrain>(id.Value);
        var answer = await payment.Charge(new(
            operation, id.Order, new StoreId(Shop.Store), new TillId("till-1"), id.Tender, new Money(amount, new Currency("GBP")), token, TimeSpan.FromSeconds(20)));
        Assert.Null(answer.Rejection);
    }
}
