using System.Net;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pos.Tests;

/// <summary>
/// An entity tag stands for one answer: whoever has that one is told 304. Every GET of the running server is asked again and again while other
/// things change, so that an answer that rests on more than the version in its tag is found.
/// </summary>
public sealed class EntityTagTests(OpenShop open) : IClassFixture<OpenShop>
{
    private const string Label = "2112345005126";

    private readonly Shop _shop = open.Shop;

    [Fact]
    public async Task one_tag_never_stands_for_two_answers()
    {
        await _shop.Product("tea", stock: 100);
        await _shop.Put("/barcodes/4006381333931", """{"sku":"tea"}""");
        await _shop.Put($"/barcodes/{Label}", """{"sku":"tea"}""");
        await _shop.Put($"/barcodes/{Item}", """{"sku":"tea"}""");
        var order = (string)(await _shop.Post("/orders", """{"store":"london","till":"till-1","lines":[{"sku":"tea","quantity":9}],"cards":[{"token":"tok_approve"}]}"""))["id"]!;
        var cart = (string)(await _shop.Post("/carts", """{"store":"london","till":"till-1"}"""))["id"]!;
        var hold = (string)(await _shop.Post("/stores/london/stock/tea/holds", """{"quantity":1,"expiresInSeconds":86400}"""))["id"]!;
        var back = (string)(await _shop.Post($"/orders/{order}/returns", Return("exchange")))["id"]!;
        await _shop.Settled(order);
        Dictionary<string, string> things = new() { ["STORE"] = "london", ["ORDER"] = order, ["CART"] = cart, ["RETURN"] = back, ["HOLD"] = hold };
        string[] paths = [.. Reads(things), $"/api/v1/barcodes/{Label}?store=london", $"/api/v1/sagas/cart/{cart}", $"/api/v1/sagas/return/{back}", $"/api/v1/sagas/payment/{order}.1"];
        (HttpMethod Method, string Path, string? Body)[] changes =
        [
            (HttpMethod.Put, "/stores/london", Store("Leicester", """[{"prefix":"21","kind":"weight","itemDigits":5}]""")),
            (HttpMethod.Put, "/stores/london", Store("Leicester", """[{"prefix":"21","kind":"price","itemDigits":4}]""")),
            (HttpMethod.Put, "/stores/london", Store("London", "[]")),
            (HttpMethod.Patch, "/products/tea", """{"name":"green tea","price":{"amount":777,"currency":"GBP"}}"""),
            (HttpMethod.Post, $"/carts/{cart}/lines", """{"sku":"tea"}"""),
            (HttpMethod.Patch, "/products/tea", """{"name":"black tea"}"""),
            (HttpMethod.Post, $"/orders/{order}/returns", Return("refund")),
            (HttpMethod.Post, "/stores/london/stock/tea/receipts", """{"quantity":5}"""),
            (HttpMethod.Post, $"/stores/london/stock/tea/holds/{hold}/pin", null),
            (HttpMethod.Post, $"/carts/{cart}/refresh", null),
            (HttpMethod.Post, $"/returns/{back}/pay-out", """{"reason":"x"}"""),
            (HttpMethod.Delete, $"/barcodes/{Label}", null),
            (HttpMethod.Put, $"/barcodes/{Label}", """{"sku":"tea"}"""),
        ];
        var seen = new Dictionary<(string Path, string Tag), string>();
        var faults = new List<string>();
        await Look();
        foreach (var (method, path, body) in changes)
        {
            var answer = await _shop.Send(method, path, body, _shop.NewKey());
            Assert.True((int)answer.Status is >= 200 and < 300, $"{method} {path}: {answer.Text}");
            await _shop.QuietHead();
            await Look();
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(seen.Count > paths.Length, "Nothing has changed.");

        async Task Look()
        {
            foreach (var path in paths)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
                using var response = await open.Host.Http.SendAsync(request);
                var text = await response.Content.ReadAsStringAsync();
                // A weak tag says that the figures are the same; the time of the answer is not.
                if (response is not { StatusCode: HttpStatusCode.OK, Headers.ETag: { IsWeak: false, Tag: { } tag } })
                {
                    continue;
                }

                if (seen.TryGetValue((path, tag), out var before) && before != text)
                {
                    faults.Add($"{path} has the tag {tag} for {before} and for {text}");
                }

                seen[(path, tag)] = text;
                using var again = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { { "If-None-Match", tag } } };
                using var unchanged = await open.Host.Http.SendAsync(again);
                Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
            }
        }
    }

    [Fact]
    public async Task a_composed_tag_is_a_condition_about_the_version()
    {
        await _shop.Product("rye");
        var item = Barcode.WithCheckDigit("215432100000").Value;
        await _shop.Put("/stores/rye", Store("Rye", """[{"prefix":"21","kind":"weight","itemDigits":5}]"""));
        await _shop.Put($"/barcodes/{item}", """{"sku":"rye"}""");
        var tag = (await _shop.Get($"/barcodes/{Barcode.WithCheckDigit("215432100512").Value}?store=rye")).Headers.ETag!.Tag;
        Assert.StartsWith("\"1-", tag, StringComparison.Ordinal);
        Shop.IsProblem(await Delete(tag.Replace("\"1-", "\"2-", StringComparison.Ordinal)), 412, "version-mismatch");
        Assert.Equal(HttpStatusCode.OK, (await Delete(tag)).Status);

        Task<Answer> Delete(string condition) =>
            _shop.Send(new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/barcodes/{item}") { Headers = { { "If-Match", condition } } });
    }

    private static string Item => Barcode.WithCheckDigit("211234500000").Value;

    private static string Return(string payout) =>
        $$"""{"till":"till-1","reason":"x","payout":"{{payout}}","lines":[{"line":1,"quantity":1,"disposition":"restock"}]}""";

    private static string Store(string name, string labels) =>
        $$"""{"name":"{{name}}","district":"Soho","kind":"shop","currency":"GBP","timeZone":"Europe/London","taxInclusive":true,"taxRates":{"standard":2000},"tills":["till-1","till-2"],"embeddedBarcodes":{{labels}}}""";

    private IEnumerable<string> Reads(Dictionary<string, string> things) =>
        from endpoint in open.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        where endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("GET") == true
        let name = endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName
        where name is not null
        select things.Aggregate(StoreSample.ByEndpoint[name].Path, (path, thing) => path.Replace(thing.Key, thing.Value, StringComparison.Ordinal));
}
