using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Pos.Payments;
using Pos.Payments.Simulator;

namespace Pos.Tests;

/// <summary>An operator closes what cannot go back, and nothing else. What a lost ledger leaves is told by tests/Scenarios.</summary>
public sealed class CloseRefundTests : IAsyncLifetime
{
    private const string Body = """{"reason":"paid by bank transfer"}""";

    private PosHost _host = null!;
    private Shop _shop = null!;

    public async Task InitializeAsync()
    {
        _host = await PosHost.Start(settings: [new("Payments:Resilience:CallTimeout", "00:00:00.2"), new("Payments:Resilience:RetriesMax", "0")]);
        _shop = await Shop.Open(_host);
        await _shop.Product("tea", stock: 100);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private PaymentSimulator Provider => _host.Silo.GetRequiredService<PaymentSimulator>();

    [Fact]
    public async Task what_is_not_owed_or_can_still_succeed_is_refused()
    {
        var order = (string)(await _shop.Post("/orders", """{"store":"london","till":"till-1","lines":[{"sku":"tea","quantity":2}],"cards":[{"token":"tok_approve"}]}"""))["id"]!;
        var path = $"/sagas/payment/{order}.1/close-refund";
        Shop.IsProblem(await _shop.Post($"/sagas/order/{order}/close-refund", Body), 409, "illegal-transition");
        Shop.IsProblem(await _shop.Post(path, Body), 409, "illegal-transition");

        // The provider is away: nobody knows what it will say, so nobody closes anything.
        Provider.IsDown = true;
        await _shop.Post($"/orders/{order}/returns", """{"till":"till-1","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"no"}""", prefer: "respond-async");
        var owing = await _shop.Until($"/sagas/payment/{order}.1", saga => saga.Json["lastError"] is not null);
        Assert.DoesNotContain("close-refund", owing["actions"].ToJsonString(), StringComparison.Ordinal);
        var refused = await _shop.Post(path, Body);
        Shop.IsProblem(refused, 409, "illegal-transition");
        Assert.Contains("can still succeed", (string)refused["detail"]!, StringComparison.Ordinal);

        // It is back, and the close is what makes it pay.
        Provider.IsDown = false;
        Shop.IsProblem(await _shop.Post(path, Body), 409, "illegal-transition");
        var payment = await _shop.Until($"/payments/{order}.1", seen => (bool)seen["settled"]);
        Assert.Equal((250, null), ((int)payment["refunded"]["amount"]!, payment.Json["unpaid"]));
        Assert.DoesNotContain("payment.refund-closed", (await _shop.Get($"/sagas/payment/{order}.1")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/sagas/payment/00000000000000000000000000000000.1/close-refund", Body, 404, "unknown-payment")]
    [InlineData("/sagas/payment/nothing/close-refund", Body, 404, "unknown-payment")]
    [InlineData("/sagas/order/00000000000000000000000000000000/close-refund", Body, 404, "unknown-order")]
    [InlineData("/sagas/payment/00000000000000000000000000000000.1/close-refund", "{}", 400, "malformed-body")]
    [InlineData("/sagas/payment/00000000000000000000000000000000.1/close-refund", """{"reason":"x","money":1}""", 400, "malformed-body")]
    public async Task what_cannot_be_meant_is_refused_by_name(string path, string body, int status, string code) =>
        Shop.IsProblem(await _shop.Post(path, body), status, code);

    [Fact]
    public async Task nobody_but_an_operator_closes_anything_and_it_takes_a_key()
    {
        const string Path = "/sagas/payment/00000000000000000000000000000000.1/close-refund";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1" + Path) { Content = new StringContent(Body, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", Keys.ManagerOfParis);
        request.Headers.Add("Idempotency-Key", "k");
        Shop.IsProblem(await _shop.Send(request), 403, "forbidden");
        Assert.Equal(HttpStatusCode.BadRequest, (await _shop.Send(HttpMethod.Post, Path, Body, null)).Status);
    }
}
