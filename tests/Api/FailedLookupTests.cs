using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace Pos.Tests;

/// <summary>Requests about things that do not exist, while no grain answers another: they fail with an exception and leave no activation.</summary>
public sealed class FailedLookupTests : IAsyncLifetime
{
    private const int Rounds = 5;

    private readonly NoAnswers _fault = new();
    private PosHost _host = null!;
    private Shop _shop = null!;

    /// <summary>Requests whose lookups are not those of the endpoint's sample.</summary>
    private static readonly (string Path, string Body)[] More =
    [
        ("/api/v1/orders", """{"store":"london","till":"till-1","lines":[{"sku":"none-#","quantity":1}],"cash":{"amount":1,"currency":"GBP"},"exchange":"ID"}"""),
        ("/api/v1/carts", """{"store":"london","till":"till-1","from":"ID"}"""),
        ("/api/v1/carts/ID/lines", """{"code":"4006381333931"}"""),
        ("/api/v1/carts/ID/checkout", """{"exchange":"ID","cash":{"amount":1,"currency":"GBP"}}"""),
    ];

    public async Task InitializeAsync()
    {
        _host = await PosHost.Start(services => services.AddSingleton<IOutgoingGrainCallFilter>(_fault));
        _shop = await Shop.Open(_host);
        await _shop.Product("tea", stock: 5);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task what_fails_because_others_do_not_answer_leaves_nothing()
    {
        var requests = Writes().Concat(More.Select(static more => (Method: "POST", more.Path, Body: (string?)more.Body))).ToList();
        await _shop.QuietHead();
        var before = await Activations.Of(_host);
        _fault.IsOn = true;
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (method, path, body) in requests)
            {
                using var request = new StoreSample(Filled(path, round)!, Filled(body, round)).Request(
                    new HttpMethod(method), StorePlace.Nowhere, Keys.Operator, null, _shop.NewKey());
                using var answer = await _host.Http.SendAsync(request);
                Assert.True((int)answer.StatusCode >= 400 || path.Contains("/admin/", StringComparison.Ordinal), $"{method} {path}: {answer.StatusCode}");
            }
        }

        Assert.True(_fault.Failed >= Rounds * 10, $"only {_fault.Failed} calls had no answer");
        _fault.IsOn = false;
        await before.AreBack();

        // Nothing is left in the way either.
        await _shop.Put("/barcodes/4006381333931", """{"sku":"tea"}""");
        Assert.Equal(HttpStatusCode.Created, (await _shop.Sell("tea")).Status);
    }

    /// <summary>
    /// Every request of the API that writes, except those that need no other grain that sells and would succeed: they define a store or a product, tell a report
    /// to go on, or open a cart, whose store is active in the same silo.
    /// </summary>
    private List<(string Method, string Path, string? Body)> Writes()
    {
        List<(string, string, string?)> writes = [];
        foreach (var endpoint in _host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var method = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods[0] ?? "GET";
            var name = endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? $"{method} {endpoint.RoutePattern.RawText}";
            if (method != "GET" && name is not ("defineStore" or "defineProduct" or "openCart" or "retryReport" or "rebuildReport" or "skipReportEvent") && StoreSample.ByEndpoint.TryGetValue(name, out var sample))
            {
                writes.Add((method, sample.Path, sample.Body));
            }
        }

        return writes;
    }

    /// <summary>Names things that are not there, of a store that is.</summary>
    private static string? Filled(string? text, int round) => text?
        .Replace("STORE", "london", StringComparison.Ordinal)
        .Replace("stock/tea", $"stock/none-{round}", StringComparison.Ordinal).Replace("products/tea", $"products/none-{round}", StringComparison.Ordinal)
        .Replace("\"tea\"", $"\"none-{round}\"", StringComparison.Ordinal).Replace("none-#", $"none-{round}", StringComparison.Ordinal)
        .Replace("ORDER", $"{round:x32}", StringComparison.Ordinal).Replace("CART", $"{round:x32}", StringComparison.Ordinal)
        .Replace("RETURN", $"{round:x32}", StringComparison.Ordinal).Replace("HOLD", $"{round:x32}", StringComparison.Ordinal)
        .Replace("ID", $"{round:x32}", StringComparison.Ordinal);

    /// <summary>While it is on, no call of one grain arrives at another.</summary>
    private sealed class NoAnswers : IOutgoingGrainCallFilter
    {
        private int _failed;

        public volatile bool IsOn;

        public int Failed => Volatile.Read(ref _failed);

        public Task Invoke(IOutgoingGrainCallContext context)
        {
            if (IsOn && context.SourceContext?.GrainInstance?.GetType().Assembly == typeof(PosGrains).Assembly)
            {
                Interlocked.Increment(ref _failed);
                throw new TimeoutException("No answer.");
            }

            return context.Invoke();
        }
    }
}
