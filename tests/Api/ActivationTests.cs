using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace Pos.Tests;

/// <summary>What requests leave in memory, counted in activations.</summary>
public sealed class ActivationTests(OpenShop open) : IClassFixture<OpenShop>
{
    private const int Rounds = 10;

    private Shop Shop => open.Shop;

    /// <summary>Every GET of the API, so that one which is added is among them by itself.</summary>
    public static TheoryData<string> Reads => [.. Routes("GET")];

    public static TheoryData<string> Removals => [.. Routes("DELETE")];

    [Theory, MemberData(nameof(Reads))]
    public async Task what_does_not_exist_is_read_and_leaves_nothing(string route)
    {
        await Shop.Product("tea", stock: 5);
        var before = await Quiet();
        for (var round = 0; round < Rounds; round++)
        {
            // Lists demand the store; everything else refuses a parameter that it does not know, before it touches anything.
            foreach (var path in new[] { Unknown(route, round), $"{Unknown(route, round)}?store=none-{round}" })
            {
                var answer = await Shop.Get(path);
                Assert.True((int)answer.Status < 500, answer.Text);
            }
        }

        await before.AreBack();
    }

    [Theory, MemberData(nameof(Removals))]
    public async Task what_does_not_exist_is_removed_and_leaves_nothing(string route)
    {
        var before = await Quiet();
        for (var round = 0; round < Rounds; round++)
        {
            var answer = await Shop.Send(HttpMethod.Delete, Unknown(route, round), null, Shop.NewKey());
            Assert.True((int)answer.Status < 500, answer.Text);
        }

        await before.AreBack();
    }

    [Theory]
    [InlineData("/orders", """{"store":"none-#","till":"till-1","lines":[{"sku":"none-#","quantity":1}],"cash":{"amount":1,"currency":"GBP"}}""")]
    [InlineData("/orders", """{"store":"london","till":"till-1","lines":[{"sku":"none-#","quantity":1}],"cash":{"amount":1,"currency":"GBP"}}""")]
    [InlineData("/orders", """{"store":"london","till":"till-1","lines":[],"cash":{"amount":1,"currency":"GBP"}}""")]
    [InlineData("/orders/0000000000000000000000000000000#/cancel", """{"reason":"none"}""")]
    [InlineData("/orders/0000000000000000000000000000000#/returns", """{"till":"till-1","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"none"}""")]
    [InlineData("/returns", """{"store":"london","till":"till-1","lines":[{"sku":"none-#","quantity":1,"disposition":"restock"}],"reason":"none"}""")]
    [InlineData("/returns/0000000000000000000000000000000#/pay-out", """{"reason":"none"}""")]
    [InlineData("/carts", """{"store":"none-#","till":"till-1"}""")]
    [InlineData("/carts/0000000000000000000000000000000#/lines", """{"sku":"none-#","quantity":1}""")]
    [InlineData("/carts/0000000000000000000000000000000#/cancel", """{"reason":"none"}""")]
    [InlineData("/stores/london/stock/none-#/receipts", """{"quantity":1}""")]
    [InlineData("/stores/none-#/stock/none-#/counts", """{"counted":1}""")]
    [InlineData("/stores/london/stock/none-#/holds", """{"quantity":1}""")]
    [InlineData("/sagas/order/0000000000000000000000000000000#/retry", null)]
    [InlineData("/sagas/payment/0000000000000000000000000000000#.1/retry", null)]
    public async Task what_is_refused_leaves_nothing(string path, string? body)
    {
        var before = await Quiet();
        for (var round = 0; round < Rounds; round++)
        {
            var answer = await Shop.Post(path.Replace("#", $"{round}", StringComparison.Ordinal), body?.Replace("#", $"{round}", StringComparison.Ordinal));
            Assert.True((int)answer.Status is >= 400 and < 500, answer.Text);
        }

        await before.AreBack();
    }

    [Fact]
    public async Task orders_returns_and_payments_that_are_over_are_read_and_leave_nothing()
    {
        await Shop.Product("mug", stock: 100);
        var before = await Quiet();
        var read = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            var order = (string)(await Shop.Post(
                "/orders",
                """{"store":"london","till":"till-1","lines":[{"sku":"mug","quantity":2}],"cards":[{"token":"tok_approve"}]}"""))["id"]!;
            await Shop.Settled(order);
            var back = await Shop.Post(
                $"/orders/{order}/returns", """{"till":"till-1","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"none"}""");
            Assert.Equal(HttpStatusCode.Created, back.Status);
            read.AddRange($"/orders/{order}", $"/orders/{order}/history", $"/returns/{back["id"]}", $"/payments/{order}.1", $"/sagas/order/{order}");
        }

        await before.AreBack();
        for (var times = 0; times < 2; times++)
        {
            foreach (var path in read)
            {
                Assert.Equal(HttpStatusCode.OK, (await Shop.Get(path)).Status);
            }
        }

        Assert.Equal(Rounds, (await Shop.All("/returns?store=london", 100)).Count);
        Assert.NotEmpty(await Shop.All("/orders?store=london", 100));
        await before.AreBack();
    }

    private static IEnumerable<string> Routes(string method)
    {
        var host = PosHost.Start().GetAwaiter().GetResult();
        try
        {
            return
            [
                .. host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                    .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1", StringComparison.Ordinal))
                    .Where(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Contains(method))
                    .Select(endpoint => endpoint.RoutePattern.RawText!["/api/v1".Length..]),
            ];
        }
        finally
        {
            host.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private async Task<Activations> Quiet()
    {
        await Shop.QuietHead();
        return await Activations.Of(open.Host);
    }

    private static string Unknown(string route, int round)
    {
        var id = $"{round:x32}";
        return route.TrimEnd('/')
            .Replace("{store}", $"none-{round}", StringComparison.Ordinal)
            .Replace("{sku}", $"none-{round}", StringComparison.Ordinal)
            .Replace("{code}", $"none-{round}", StringComparison.Ordinal)
            .Replace("{hold}", id, StringComparison.Ordinal)
            .Replace("{kind}", "order", StringComparison.Ordinal)
            .Replace("{line}", "1", StringComparison.Ordinal)
            .Replace("{id}", route.StartsWith("/payments", StringComparison.Ordinal) ? $"{id}.1" : id, StringComparison.Ordinal);
    }
}
