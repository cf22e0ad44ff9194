using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pos.Api;
using Pos.Api.Access;
using Pos.Api.OpenApi;
using Pos.Api.Orders;
using Pos.Api.Server;

namespace Pos.Tests;

/// <summary>
/// Every endpoint of the running server × a key of another store × every place in which a request can name a store. The endpoints are the
/// server's own, so that a new one is among them by itself.
/// </summary>
public sealed class ForeignStoreTests : IAsyncLifetime
{
    private const string Owner = "london";
    private const string Other = "paris";

    private PosHost _host = null!;
    private Shop _shop = null!;
    private Dictionary<string, string> _things = null!;

    public async Task InitializeAsync()
    {
        _host = await PosHost.Start();
        _shop = await Shop.Open(_host);
        await _shop.Put(
            "/stores/paris",
            """{"name":"Paris","district":"","kind":"shop","currency":"GBP","timeZone":"Europe/Paris","taxInclusive":true,"taxRates":{"standard":2000},"tills":["till-1"]}""");
        await _shop.Product("tea", stock: 1_000);
        await _shop.Put("/barcodes/4006381333931", """{"sku":"tea"}""");
        var order = await Make("/orders", """{"store":"london","till":"till-1","lines":[{"sku":"tea","quantity":9}],"cards":[{"token":"tok_approve"}]}""");
        var cart = await Make("/carts", """{"store":"london","till":"till-1"}""");
        await _shop.Post($"/carts/{cart}/lines", """{"sku":"tea"}""");
        _things = new(StringComparer.Ordinal)
        {
            ["STORE"] = Owner,
            ["ORDER"] = order,
            ["CART"] = cart,
            ["RETURN"] = await Make($"/orders/{order}/returns", """{"till":"till-1","reason":"x","payout":"exchange","lines":[{"line":1,"quantity":1,"disposition":"restock"}]}"""),
            ["HOLD"] = await Make("/stores/london/stock/tea/holds", """{"quantity":1,"expiresInSeconds":86400}"""),
        };
        await _shop.Settled(order);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public static TheoryData<string, string?, string?> Strangers { get; } = new()
    {
        { Keys.ManagerOfParis, null, null },
        { Keys.ManagerOfParis, Keys.Manager, null },
        { Keys.ManagerOfParis, Keys.ManagerOfAll, null },
        // Let in by their own key, and refused for the key beside it.
        { Keys.Cashier, Keys.ManagerOfParis, "approval-refused" },
        { Keys.ManagerOfAll, Keys.ManagerOfParis, "approval-refused" },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task whoever_may_not_touch_a_thing_may_not_by_naming_a_store(string key, string? approval, string? refused)
    {
        var head = await _shop.QuietHead();
        var faults = new List<string>();
        foreach (var (endpoint, name, sample) in Samples(faults))
        {
            var method = new HttpMethod(endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods[0] ?? "GET");
            var permission = endpoint.Metadata.GetMetadata<Permission>()!;
            if (permission == Permission.Anonymous || (permission == Permission.Operate && refused is not null))
            {
                // Nothing of a store is behind the one; the key itself is refused by the other, without a look at the second.
                continue;
            }

            var without = await Ask(sample, method, StorePlace.Nowhere, key, approval);
            var isOwned = IsOwned(endpoint);
            if (isOwned ? (int)without.Status != (refused is null ? 404 : 403) : without.Status is not (HttpStatusCode.OK or HttpStatusCode.Forbidden))
            {
                faults.Add($"{name}: {(int)without.Status} {without.Text}");
                continue;
            }

            if (isOwned && refused is not null && without.Code != refused && without.Code != "forbidden")
            {
                faults.Add($"{name}: {without.Text}");
            }

            foreach (var place in StorePlace.All(Other, Owner))
            {
                var answer = await Ask(sample, method, place, key, approval);
                if (!IsNoMore(endpoint, place, without, answer, refused is null))
                {
                    faults.Add($"{name}, the store named in {place.Name}: {(int)answer.Status} {answer.Text}, and without it {(int)without.Status} {without.Text}");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults.Take(20)));
        Assert.Equal(head, await _shop.QuietHead());
    }

    /// <summary>A sample that is refused to everybody would prove nothing.</summary>
    [Fact]
    public async Task every_sample_is_let_in_with_a_key_of_its_own_store()
    {
        var faults = new List<string>();
        // What ends a thing comes after what reads it.
        foreach (var (endpoint, name, sample) in Samples(faults).OrderBy(known => Method(known.Endpoint) == "GET" ? 0 : 1))
        {
            var answer = await Ask(sample, new HttpMethod(Method(endpoint)), StorePlace.Nowhere, Keys.Operator, null);
            if (answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.BadRequest)
            {
                faults.Add($"{name}: {(int)answer.Status} {answer.Text}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task what_a_body_names_beside_its_store_is_of_that_store_or_is_not_there()
    {
        var foreign = await As(HttpMethod.Post, "/carts", $$"""{"store":"paris","till":"till-1","from":"{{_things["CART"]}}"}""");
        var none = await As(HttpMethod.Post, "/carts", $$"""{"store":"paris","till":"till-1","from":"{{new string('0', 32)}}"}""");
        Shop.IsProblem(foreign, 404, "unknown-cart");
        Assert.Equal(((string)none["detail"]!).Replace(new string('0', 32), _things["CART"], StringComparison.Ordinal), (string?)foreign["detail"]);
        await _shop.Post("/stores/paris/stock/tea/receipts", """{"quantity":5}""");
        string Order(string back) =>
            $$"""{"store":"paris","till":"till-1","lines":[{"sku":"tea","quantity":1}],"cash":{"amount":1000,"currency":"GBP"},"exchange":"{{back}}"}""";
        var spent = await As(HttpMethod.Post, "/orders", Order(_things["RETURN"]));
        var nothing = await As(HttpMethod.Post, "/orders", Order(new string('0', 32)));
        Assert.Equal((nothing.Status, nothing.Code), (spent.Status, spent.Code));
        Assert.Equal(((string)nothing["detail"]!).Replace(new string('0', 32), _things["RETURN"], StringComparison.Ordinal), (string?)spent["detail"]);

        Task<Answer> As(HttpMethod method, string path, string body) =>
            Ask(new StoreSample("/api/v1" + path, body), method, StorePlace.Nowhere, Keys.ManagerOfParis, null);
    }

    public static TheoryData<string, Action<WebApplication>> Undeclared { get; } = new()
    {
        { "'GET /bare' declares 0 permissions instead of one.", static app => app.MapGet("/bare", static () => "x") },
        { "'* /any' declares 0 permissions instead of one.", static app => app.Map("/any", static context => Task.CompletedTask) },
        { "'GET /whose' declares 0 ways to find the store of what it touches instead of one.", static app => app.MapGet("/whose", static () => "x").WithMetadata(Permission.Read) },
        { "'GET /two' declares 2 permissions instead of one.", static app => app.MapGet("/two", static () => "x").Requires(Permission.Operate, Pos.Api.Access.Owner.Operators).RequiresOperator() },
        { "'GET /open' has no owner and yet needs a key", static app => app.MapGet("/open", static () => "x").Requires(Permission.Read, Pos.Api.Access.Owner.Nobody) },
        { "'GET /bare' needs no key and yet touches what somebody owns.", static app => app.MapGet("/bare", static (StoreId store) => "x").Requires(Permission.Anonymous, Pos.Api.Access.Owner.InQuery) },
        { "'POST /shared' changes what all stores share with a key for some of them.", static app => app.MapPost("/shared", static () => "x").Requires(Permission.KeepStock, Pos.Api.Access.Owner.Shared) },
        { "'GET /things/{id}' is shared by all stores and yet its route names a store or a thing of one.", static app => app.MapGet("/things/{id}", static (string id) => id).Requires(Permission.Read, Pos.Api.Access.Owner.Shared) },
        { "'GET /things/{store}' is shared by all stores and yet its route names a store or a thing of one.", static app => app.MapGet("/things/{store}", static (StoreId store) => "x").Requires(Permission.Read, Pos.Api.Access.Owner.Shared) },
        { "'GET /all' reaches into all stores and yet is open to others than operators.", static app => app.MapGet("/all", static () => "x").Requires(Permission.Read, Pos.Api.Access.Owner.Operators) },
        { "'GET /routed' has no {store} in its route that it reads.", static app => app.MapGet("/routed", static () => "x").Requires(Permission.Read, Pos.Api.Access.Owner.InRoute) },
        { "'GET /routed' has no {store} in its route that it reads.", static app => app.MapGet("/routed", static (StoreId store) => "x").Requires(Permission.Read, Pos.Api.Access.Owner.InRoute) },
        { "'GET /routed/{store}' has no {store} in its route that it reads.", static app => app.MapGet("/routed/{store}", static (string store) => store).Requires(Permission.Read, Pos.Api.Access.Owner.InRoute) },
        { "'GET /asked' demands no parameter 'store' in its query.", static app => app.MapGet("/asked", static () => "x").Requires(Permission.Read, Pos.Api.Access.Owner.InQuery) },
        { "'GET /asked' demands no parameter 'store' in its query.", static app => app.MapGet("/asked", static (StoreId? store) => "x").Requires(Permission.Read, Pos.Api.Access.Owner.InQuery) },
        { "'POST /body' takes no body that is an INamesStore.", static app => app.MapPost("/body", static () => "x").Requires(Permission.Sell, Pos.Api.Access.Owner.InBody) },
        { "'GET /orders2' has no {id} in its route that it reads as OrderId.", static app => app.MapGet("/orders2", static () => "x").Requires(Permission.Read, OrdersApi.OfOrder) },
        { "'GET /orders2/{id}' has no {id} in its route that it reads as OrderId.", static app => app.MapGet("/orders2/{id}", static (ReturnId id) => "x").Requires(Permission.Read, OrdersApi.OfOrder) },
    };

    [Theory]
    [MemberData(nameof(Undeclared))]
    public async Task an_endpoint_that_does_not_say_whose_it_is_keeps_the_host_from_starting(string sentence, Action<WebApplication> map)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => PosHost.Start(map: map));
        Assert.StartsWith("The API does not start: " + sentence.TrimEnd('.'), refused.Message, StringComparison.Ordinal);
    }

    // Refused as without the store, or for the malformed request that it makes of it; and what is let in shows nothing but what it showed.
    private static bool IsNoMore(RouteEndpoint endpoint, StorePlace place, Answer without, Answer answer, bool isStranger)
    {
        var isRefused = (int)answer.Status is >= 400 and < 500;
        if (IsRefusedUnread(endpoint, place, answer))
        {
            return true;
        }

        var isNamedInOwnersBody = place.Name.StartsWith("body", StringComparison.Ordinal) && endpoint.Metadata.GetMetadata<Owner>() == Pos.Api.Access.Owner.InBody;
        return IsOwned(endpoint) && isStranger && !isNamedInOwnersBody
            ? (without.Status, without.Code, (string?)without["detail"]) == (answer.Status, answer.Code, (string?)answer["detail"])
            : isRefused || (without.Status == HttpStatusCode.OK && !IsOwned(endpoint) && answer.Status == without.Status);
    }

    // A parameter that the endpoint does not declare is refused whoever sends it, before the body is read that says whose the thing is.
    private static bool IsRefusedUnread(RouteEndpoint endpoint, StorePlace place, Answer answer) =>
        endpoint.Metadata.GetMetadata<Owner>() == Pos.Api.Access.Owner.InBody && (place.Before + place.After).Length > 0
        && answer.Status == HttpStatusCode.BadRequest && answer.Code == "invalid-parameter";

    // Not: shared by all, or filtered by the key, or an operator's.
    private static bool IsOwned(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<Owner>() is var owner
        && owner != Pos.Api.Access.Owner.Shared && owner != Pos.Api.Access.Owner.Filtered && owner != Pos.Api.Access.Owner.Operators && owner != Pos.Api.Access.Owner.Nobody;

    private static string Method(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods[0] ?? "GET";

    private List<(RouteEndpoint Endpoint, string Name, StoreSample Sample)> Samples(List<string> faults)
    {
        List<(RouteEndpoint, string, StoreSample)> samples = [];
        foreach (var endpoint in _host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var pattern = "/" + endpoint.RoutePattern.RawText!.Trim('/');
            var name = endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? $"{Method(endpoint)} {pattern}";
            if (StoreSample.ByEndpoint.GetValueOrDefault(name) is { } sample)
            {
                samples.Add((endpoint, name, new(Filled(sample.Path)!, Filled(sample.Body))));
            }
            else
            {
                faults.Add($"{name} has no sample request: add one to {nameof(StoreSample)}.{nameof(StoreSample.ByEndpoint)}");
            }
        }

        return samples;
    }

    private string? Filled(string? text) => text is null ? null : _things.Aggregate(text, (filled, thing) => filled.Replace(thing.Key, thing.Value, StringComparison.Ordinal));

    private async Task<Answer> Ask(StoreSample sample, HttpMethod method, StorePlace place, string key, string? approval)
    {
        using var request = sample.Request(method, place, key, approval, _shop.NewKey());
        using var response = await _host.Http.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers);
    }

    private async Task<string> Make(string path, string body)
    {
        var answer = await _shop.Post(path, body);
        Assert.True((int)answer.Status is 200 or 201, answer.Text);
        return (string)answer["id"]!;
    }
}
