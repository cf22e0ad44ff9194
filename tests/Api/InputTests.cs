using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pos.Api;
using Pos.Api.Input;
using Pos.Api.Json;
using Pos.Api.Server;

namespace Pos.Tests;

/// <summary>Every endpoint reads times, parameters and bodies by the same rules, and a refusal says what would be accepted.</summary>
public sealed class InputTests(OpenShop open) : IClassFixture<OpenShop>
{
    private Shop Shop => open.Shop;

    public static TheoryData<string> Times() =>
    [
        "2026-01-31", "2026-01-31Z", "2026-01-31T12:00Z", "2026-01-31T12Z", "2026-01-31T12:00:00", "2026-01-31T12:00:00+01", "2026-01-31T12:00:00+0100",
        "20260131T120000Z", "2026-01-31 12:00:00Z", "2026-1-31T12:00:00Z", "2026-02-30T12:00:00Z", "2026-01-31T25:00:00Z", "2026-01-31T12:00:00.Z",
        "2026-01-31T12:00:00,5Z", " 2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z ", "31.01.2026", "1769860800", "", "Sat, 31 Jan 2026 12:00:00 GMT",
        "0001-01-01T00:00:00+14:00", "2026-01-31T12:00:00+99:00", "2026-01-31T12:00:00Z\u0000", "２０２６-01-31T12:00:00Z", "2026-W05-6T12:00:00Z",
    ];

    [Theory, MemberData(nameof(Times))]
    public async Task a_time_that_is_not_whole_is_refused_wherever_it_comes_in(string time)
    {
        var occurred = $"\"occurredAt\":{JsonValue.Create(time).ToJsonString()}";
        foreach (var (path, body) in new[]
        {
            ("/orders", $$"""{"store":"london","till":"till-1","lines":[],{{occurred}}}"""),
            ("/returns", $$"""{"store":"london","till":"till-1","lines":[],"reason":"r",{{occurred}}}"""),
            ("/orders/00000000000000000000000000000000/returns", $$"""{"till":"till-1","lines":[],"reason":"r",{{occurred}}}"""),
            ("/carts/00000000000000000000000000000000/checkout", $$"""{{{occurred}}}"""),
            ("/stores/london/stock/tea/adjustments", $$"""{"delta":1,"reason":"r",{{occurred}}}"""),
        })
        {
            var answer = await Shop.Post(path, body);
            Shop.IsProblem(answer, 400, "malformed-body");
            Assert.Equal("$.occurredAt", (string?)answer["at"]["path"]);
            Assert.Contains("RFC 3339", (string)answer["detail"]!, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.0000000Z")]
    [InlineData("2026-01-31t12:00:00z", "2026-01-31T12:00:00.0000000Z")]
    [InlineData("2026-01-31T12:00:00.123456789+01:00", "2026-01-31T11:00:00.1234567Z")]
    [InlineData("2026-01-31T12:00:00.5-00:00", "2026-01-31T12:00:00.5000000Z")]
    public void a_whole_time_is_read_as_utc(string text, string utc)
    {
        Assert.True(Rfc3339.TryParse(text, out var time));
        Assert.Equal(utc, time.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task a_parameter_that_an_endpoint_does_not_declare_is_refused_and_the_nearest_is_named()
    {
        Assert.All(Endpoints(), endpoint => Assert.NotNull(endpoint.Metadata.GetMetadata<QueryParameters>()));
        foreach (var endpoint in Endpoints())
        {
            var known = endpoint.Metadata.GetMetadata<QueryParameters>()!.Names;
            foreach (var method in endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods)
            {
                var target = Address(endpoint);
                foreach (var sent in (string[])[.. known.Select(name => name + "x"), "ac\u00e7tive", "x", new('y', 4_000)])
                {
                    var answer = await Shop.Send(new HttpMethod(method), $"{target}?{Uri.EscapeDataString(sent)}=1", null, Shop.NewKey());
                    Shop.IsProblem(answer, 400, "invalid-parameter");
                    var detail = (string)answer["detail"]!;
                    Assert.Contains(sent[..Math.Min(sent.Length, 40)], detail, StringComparison.Ordinal);
                    Assert.All(known, name => Assert.Contains(name, detail, StringComparison.Ordinal));
                    Assert.True(!known.Contains(sent.TrimEnd('x')) || detail.Contains($"The nearest is '{sent.TrimEnd('x')}'", StringComparison.Ordinal), detail);
                }
            }
        }
    }

    [Fact]
    public async Task a_parameter_without_a_value_repeated_or_huge_is_a_clear_refusal_at_every_endpoint_and_never_a_fault()
    {
        foreach (var endpoint in Endpoints())
        {
            var known = endpoint.Metadata.GetMetadata<QueryParameters>()!.Names;
            var target = Address(endpoint);
            // The required ones are there and right, so that it is the one at fault that is refused.
            foreach (var name in known)
            {
                var others = name != "store" && known.Contains("store") ? "&store=london" : "";
                foreach (var sent in (string[])[$"{name}=", name, $"{name}=a&{name}=b", $"{name}=a&{name.ToUpperInvariant()}=a", $"{name}={new string('9', 7_000)}", $"{name}=%00", $"{name}=%FF"])
                {
                    var answer = await Shop.Get($"{target}?{sent}{others}");
                    Assert.True((int)answer.Status < 500, $"{target}?{sent}: {answer.Text}");
                    var isFine = name is "q" or "category" && (sent.TrimEnd('=') == name || sent.EndsWith("FF", StringComparison.Ordinal));
                    Assert.True(isFine ? answer.Status is HttpStatusCode.OK or HttpStatusCode.NotFound : answer.Status == HttpStatusCode.BadRequest, $"{target}?{sent}: {answer.Text}");
                    Assert.True(isFine || ((string)answer["detail"]!).Contains($"'{name}'", StringComparison.Ordinal), answer.Text);
                }
            }
        }
    }

    [Theory]
    [InlineData("/sagas?state=BLAH", "CREATED, STOCK_VERIFIED, STOCK_RESERVED, PAYMENT_SUCCESS, CONFIRMED, CANCELLED, REQUESTED")]
    [InlineData("/sagas?state=confirmed", "CONFIRMED")]
    [InlineData("/sagas?kind=return&state=CAPTURED", "ACCEPTED, COMPLETED.")]
    [InlineData("/sagas?kind=orders", "order, payment, return or cart")]
    [InlineData("/carts?store=london&state=CANCELLED", "OPEN or PARKED")]
    [InlineData("/products/search?active=yes", "true or false")]
    [InlineData("/orders?store=London", "a-z, 0-9 and -")]
    [InlineData("/orders/xyz", "32 hexadecimal digits")]
    [InlineData("/stores/london/stock/tea/holds/xyz", "32 hexadecimal digits")]
    [InlineData("/payments/xyz", "the number of the card")]
    [InlineData("/products/%2e%2e%25aa", "% before a hexadecimal digit")]
    public async Task an_unknown_value_of_a_known_parameter_is_refused_with_what_would_be_taken(string path, string said)
    {
        var answer = await Shop.Get(path);
        Shop.IsProblem(answer, 400, "invalid-parameter");
        Assert.Contains(said, (string)answer["detail"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/stores/london/stock/tea/policy", """{"policy":"maybe"}""", "deny, backorder")]
    [InlineData("PUT", "/stores/london/stock/tea/policy", """{"policy":1}""", "deny, backorder")]
    [InlineData("POST", "/returns", """{"store":"london","till":"till-1","reason":"r","lines":[{"sku":"tea","quantity":1,"disposition":"burn"}]}""", "restock, write-off")]
    [InlineData("POST", "/returns", """{"store":"london","till":"till-1","reason":"r","lines":[],"payout":"gold"}""", "refund, exchange")]
    [InlineData("POST", "/orders", """{"store":"London","till":"till-1","lines":[]}""", "a-z, 0-9 and -")]
    [InlineData("POST", "/orders", """{"store":"london","till":"Till","lines":[]}""", "1 to 32 of a-z")]
    [InlineData("POST", "/orders", """{"store":"london","till":"till-1","lines":[{"sku":"a/b","quantity":1}]}""", "1 to 64 visible characters")]
    [InlineData("POST", "/orders", """{"store":"london","till":"till-1","lines":[],"exchange":"x"}""", "32 hexadecimal digits")]
    [InlineData("POST", "/orders", """{"store":"london","till":"till-1","lines":[],"cash":{"amount":1,"currency":"euro"}}""", "ISO 4217")]
    [InlineData("PUT", "/products/tea", """{"name":"Tea","description":"","category":"","price":{"amount":1,"currency":"GBP"},"taxClass":"standard","kind":"good","active":true}""", "goods, service")]
    public async Task a_member_that_cannot_be_read_says_what_would_be_taken(string method, string path, string body, string said)
    {
        var answer = await Shop.Send(new HttpMethod(method), path, body, Shop.NewKey());
        Shop.IsProblem(answer, 400, "malformed-body");
        Assert.Contains(said, (string)answer["detail"]!, StringComparison.Ordinal);
        Assert.NotNull(answer["at"]["path"]);
    }

    [Theory]
    [InlineData("4006381333932", "ends with 2, and 1 is expected")]
    [InlineData("036000291453", "ends with 3, and 2 is expected")]
    [InlineData("96385075", "ends with 5, and 4 is expected")]
    [InlineData("a b", "without space")]
    public async Task a_barcode_says_what_is_wrong_with_it(string code, string said)
    {
        foreach (var answer in new[] { await Shop.Get("/barcodes/" + Uri.EscapeDataString(code)), await Shop.Send(HttpMethod.Put, "/barcodes/" + Uri.EscapeDataString(code), """{"sku":"tea"}""", null) })
        {
            Shop.IsProblem(answer, 422, "invalid-barcode");
            Assert.Contains(said, (string)answer["detail"]!, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("identity, gzip")]
    [InlineData("br")]
    [InlineData("utf-8")]
    [InlineData("GZIP")]
    public async Task an_encoded_body_is_refused(string encoding)
    {
        foreach (var endpoint in Endpoints().Where(endpoint => endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Http.Metadata.IAcceptsMetadata>() is not null))
        {
            using var request = Request(endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods[0], Address(endpoint), "{}"u8.ToArray());
            request.Content!.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
            var answer = await Shop.Send(request);
            Shop.IsProblem(answer, 415, "unsupported-encoding");
            Assert.Equal("identity", string.Join(',', answer.Headers.GetValues("Accept-Encoding")));
        }
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("Identity , identity")]
    public async Task a_body_that_says_it_is_not_encoded_is_read(string encoding)
    {
        await Shop.Product("plain");
        using var request = Request("POST", "/stores/london/stock/plain/receipts", """{"quantity":1}"""u8.ToArray());
        request.Content!.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        Assert.Equal(HttpStatusCode.OK, (await Shop.Send(request)).Status);
    }

    [Fact]
    public async Task a_byte_order_mark_before_a_body_says_nothing()
    {
        await Shop.Product("marked");
        using var request = Request("POST", "/stores/london/stock/marked/receipts", [0xEF, 0xBB, 0xBF, .. """{"quantity":7}"""u8]);
        Assert.Equal(7, (long)(await Shop.Send(request))["onHand"]!);
        using var none = Request("POST", "/carts/00000000000000000000000000000000/refresh", [0xEF, 0xBB, 0xBF, .. "{}"u8]);
        Shop.IsProblem(await Shop.Send(none), 404, "unknown-cart");
    }

    [Theory]
    [InlineData("""{}""", "$")]
    [InlineData("""{"name":null}""", "$.name")]
    [InlineData("""{"price":null}""", "$.price")]
    [InlineData("""{"active":null,"name":"x"}""", "$.active")]
    public async Task a_patch_that_says_nothing_or_null_is_refused(string body, string place)
    {
        await Shop.Product("patched");
        var answer = await Shop.Send(HttpMethod.Patch, "/products/patched", body, Shop.NewKey());
        Shop.IsProblem(answer, 400, "malformed-body");
        Assert.Equal(place, (string?)answer["at"]["path"]);
        foreach (var endpoint in Endpoints().Where(endpoint => endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Contains("PATCH")))
        {
            Shop.IsProblem(await Shop.Send(HttpMethod.Patch, Address(endpoint), "{}", Shop.NewKey()), 400, "malformed-body");
        }
    }

    [Fact]
    public async Task what_is_too_long_is_refused_with_a_problem_before_the_web_server_refuses_it_without()
    {
        async Task<string> Send(string target, string headers) => await RawHttp.Send(
            open.Host.Port, $"GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Keys.Operator}\r\nConnection: close\r\n{headers}\r\n");
        var many = string.Concat(Enumerable.Range(0, 70).Select(i => $"X-{i}: 1\r\n"));
        foreach (var (answer, status, code) in new[]
        {
            (await Send("/api/v1/products/search?q=" + new string('a', 9_000), ""), 414, "uri-too-long"),
            (await Send("/api/v1/products/" + new string('a', 9_000), ""), 414, "uri-too-long"),
            (await Send("/api/v1/products", $"X-Long: {new string('a', 17_000)}\r\n"), 431, "headers-too-large"),
            (await Send("/api/v1/products", many), 431, "headers-too-large"),
        })
        {
            Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
            Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
            Assert.Contains($"\"code\":\"{code}\"", answer, StringComparison.Ordinal);
        }

        Assert.StartsWith("HTTP/1.1 200 ", await Send("/api/v1/products", $"X-Long: {new string('a', 14_000)}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414 ", await Send("/" + new string('a', 20_000), ""), StringComparison.Ordinal);
    }

    private List<RouteEndpoint> Endpoints() => EndpointsOf(open.Host);

    internal static List<RouteEndpoint> EndpointsOf(PosHost host) =>
    [
        .. host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText?.StartsWith("/api/v1", StringComparison.Ordinal) == true),
    ];

    private static string Address(RouteEndpoint endpoint) => Regex.Replace(endpoint.RoutePattern.RawText!["/api/v1".Length..], @"\{(\w+)\}", match => match.Groups[1].Value switch
    {
        "store" => "london",
        "sku" => "tea",
        "code" => "4006381333931",
        "line" => "1",
        "kind" => "order",
        "id" when endpoint.RoutePattern.RawText.Contains("/payments/", StringComparison.Ordinal) => "00000000000000000000000000000000.1",
        _ => "00000000000000000000000000000000",
    });

    private HttpRequestMessage Request(string method, string path, byte[] body)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1" + path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("Idempotency-Key", Shop.NewKey());
        return request;
    }
}
