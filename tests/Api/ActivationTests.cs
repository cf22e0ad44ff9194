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
        await Quiet();
        var before = await Activations();
        for (var round = 0; round < Rounds; round++)
        {
            // Lists demand the store; everything else refuses a parameter that it does not know, before it touches anything.
            foreach (var path in new[] { Unknown(route, round), $"{Unknown(route, round)}?store=none-{round}" })
            {
                var answer = await Shop.Get(path);
                Assert.True((int)answer.Status < 500, answer.Text);
            }
        }

        await Gone(before);
    }

    [Theory, MemberData(nameof(Removals))]
    public async Task what_does_not_exist_is_removed_and_leaves_nothing(string route)
    {
        await Quiet();
        var before = await Activations();
        for (var round = 0; round < Rounds; round++)
        {
            var answer = await Shop.Send(HttpMethod.Delete, Unknown(route, round), null, Shop.NewKey());
            Assert.True((int)answer.Status < 500, answer.Text);
        }

        await Gone(before);
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
        await Quiet();
        var before = await Activations();
        for (var round = 0; round < Rounds; round++)
        {
            var answer = await Shop.Post(path.Replace("#", $"{round}", StringComparison.Ordinal), body?.Replace("#", $"{round}", StringComparison.Ordinal));
            Assert.True((int)answer.Status is >= 400 and < 500, answer.Text);
        }

        await Gone(before);
    }

    [Fact]
    public async Task orders_returns_and_payments_that_are_over_are_read_and_leave_nothing()
    {
        await Shop.Product("mug", stock: 100);
        await Quiet();
        var before = await Activations();
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

        await Gone(before);
        for (var times = 0; times < 2; times++)
        {
            foreach (var path in read)
            {
                Assert.Equal(HttpStatusCode.OK, (await Shop.Get(path)).Status);
            }
        }

        Assert.Equal(Rounds, (await Shop.All("/returns?store=london", 100)).Count);
        Assert.NotEmpty(await Shop.All("/orders?store=london", 100));
        await Gone(before);
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

    // Carts that others have left open, and products that they have read, are no part of this.
    private async Task Quiet() => await Shop.QuietHead();

    private async Task<Dictionary<string, int>> Activations()
    {
        var statistics = await open.Host.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics();
        return statistics.Where(found => found.GrainType.StartsWith("Pos.", StringComparison.Ordinal))
            // The class, of 'class,assembly'.
            .GroupBy(found => found.GrainType.Split(',')[0], StringComparer.Ordinal)
            .ToDictionary(type => type.Key, type => type.Sum(found => found.ActivationCount), StringComparer.Ordinal);
    }

    // An activation goes after it has answered, so this waits for the silo and not for a clock. The directory and the search answer for everybody.
    private async Task Gone(Dictionary<string, int> before)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var more = (await Activations()).Where(type => type.Value > before.GetValueOrDefault(type.Key) + Kept(type.Key)).ToList();
            if (more.Count == 0)
            {
                return;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"stays: {string.Join(", ", more)}");
            await Task.Yield();
        }
    }

    private static int Kept(string type) => type switch
    {
        _ when type.EndsWith("DirectoryGrain", StringComparison.Ordinal) => 2,
        _ when type.EndsWith("SearchGrain", StringComparison.Ordinal) => 2,
        // The shop's one store, product and stock item, where nobody had asked for them before.
        _ when type.EndsWith("StoreGrain", StringComparison.Ordinal) => 1,
        _ when type.EndsWith("ProductGrain", StringComparison.Ordinal) || type.EndsWith("StockGrain", StringComparison.Ordinal) => 2,
        _ => 0,
    };
}
