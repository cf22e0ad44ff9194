using System.Net;
using Microsoft.AspNetCore.Routing.Patterns;
using Pos.Api;
using Pos.Api.Carts;
using Pos.Api.Reports;
using Pos.Api.Sagas;

namespace Pos.Tests;

/// <summary>An id that is accepted can be read again: an address reaches it, and no other id looks like it.</summary>
public sealed class IdTests(OpenShop open) : IClassFixture<OpenShop>
{
    private Shop Shop => open.Shop;

    [Fact]
    public async Task an_id_that_no_address_reaches_again_is_refused_when_it_is_made()
    {
        foreach (var sku in (string[])["search", "SEARCH", "Search", "%2", "%41", "%252F", "a%2Fb", "%", "\u200b", "a\u200bb", "\u202ea", "\u3164", "a\u00a0b", "\u0301", "\ufeff", "\ue000"])
        {
            var answer = await Shop.Send(
                HttpMethod.Put, "/products/" + Uri.EscapeDataString(sku),
                """{"name":"x","description":"","category":"","price":{"amount":1,"currency":"GBP"},"taxClass":"standard","kind":"goods","active":true}""", null);
            if (sku == "%")
            {
                // Written as %25 it is as good as any other, and reached so.
                Assert.Equal(HttpStatusCode.OK, answer.Status);
                Assert.Equal(HttpStatusCode.OK, (await Shop.Get("/products/%25")).Status);
                continue;
            }

            Assert.True(answer.Status is HttpStatusCode.BadRequest, $"{sku}: {answer.Text}");
        }

        foreach (var target in (string[])["/products/%", "/products/%2", "/products/%zz", "/products/a%2", "/products/%C3%28", "/products/%ED%A0%80", "/products/a%2fb", "/barcodes/%2", "/barcodes/a%2Fb"])
        {
            var answer = await RawHttp.Send(
                open.Host.Port, $"GET /api/v1{target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Keys.Operator}\r\nConnection: close\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
            Assert.Contains("invalid-parameter", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void no_id_is_a_word_that_stands_in_its_place_in_an_address()
    {
        var segments = InputTests.EndpointsOf(open.Host).Select(endpoint => endpoint.RoutePattern.PathSegments.Select(segment => segment.Parts[0]).ToArray()).ToList();
        var found = 0;
        foreach (var route in segments)
        {
            for (var i = 0; i < route.Length; i++)
            {
                if (route[i] is not RoutePatternParameterPart parameter)
                {
                    continue;
                }

                foreach (var other in segments.Where(other => other.Length > i && Enumerable.Range(0, i).All(j => Same(other[j], route[j]))))
                {
                    if (other[i] is RoutePatternLiteralPart literal)
                    {
                        found++;
                        Assert.False(Takes(parameter.Name, literal.Content), $"{{{parameter.Name}}} may be '{literal.Content}', which stands for something else there.");
                        Assert.False(Takes(parameter.Name, literal.Content.ToUpperInvariant()), literal.Content);
                    }
                }

                Assert.False(Takes(parameter.Name, "."), parameter.Name);
                Assert.False(Takes(parameter.Name, ".."), parameter.Name);
                Assert.False(Takes(parameter.Name, "a/b"), parameter.Name);
                Assert.False(Takes(parameter.Name, "%2f"), parameter.Name);
            }
        }

        Assert.True(found > 0, "no address has a word where another has an id");
    }

    [Fact]
    public async Task skus_that_look_alike_are_one()
    {
        const string Composed = "caf\u00e9", Apart = "cafe\u0301";
        Assert.NotEqual(Composed, Apart);
        var made = await Shop.Put("/products/" + Uri.EscapeDataString(Apart), $$"""{"name":"{{Apart}}","description":"","category":"","price":{"amount":1,"currency":"GBP"},"taxClass":"standard","kind":"goods","active":true}""");
        Assert.Equal(Composed, (string?)made["sku"]);
        Assert.Equal(Composed, (string?)made["name"]);
        Assert.Equal(HttpStatusCode.OK, (await Shop.Get("/products/" + Uri.EscapeDataString(Composed))).Status);
        Assert.Equal(HttpStatusCode.OK, (await Shop.Get("/products/" + Uri.EscapeDataString(Apart))).Status);
        await Shop.Post("/stores/london/stock/" + Uri.EscapeDataString(Apart) + "/receipts", """{"quantity":2}""");
        var sale = await Shop.Post("/orders", Shop.Order(Apart));
        Assert.Equal(HttpStatusCode.Created, sale.Status);
        Assert.Equal(Composed, (string?)sale["lines"][0]!["sku"]);
    }

    [Fact]
    public async Task a_character_beyond_the_first_plane_is_refused_and_named()
    {
        var answer = await Shop.Send(
            HttpMethod.Put, "/products/" + Uri.EscapeDataString("\U0001F375100"),
            """{"name":"x","description":"","category":"","price":{"amount":1,"currency":"GBP"},"taxClass":"standard","kind":"goods","active":true}""", null);
        Shop.IsProblem(answer, 400, "invalid-parameter");
        Assert.Contains("none beyond U+FFFF", (string)answer["detail"]!, StringComparison.Ordinal);
    }

    private static bool Same(
        RoutePatternPart a, RoutePatternPart b) =>
        a is RoutePatternParameterPart || b is RoutePatternParameterPart
        || (a is RoutePatternLiteralPart one && b is RoutePatternLiteralPart other
            && one.Content.Equals(other.Content, StringComparison.OrdinalIgnoreCase));

    // A new parameter has to be put here, with the type that reads it.
    private static bool Takes(string parameter, string text) => parameter switch
    {
        "sku" => Sku.TryParse(text, null, out _),
        "store" => StoreId.TryParse(text, null, out _),
        "code" => Barcode.TryParse(text, null, out _),
        "hold" => HoldId.TryParse(text, null, out _),
        "line" => LineNumber.TryParse(text, null, out _),
        "report" => ReportParameters.Names<Pos.Reports.ReportKind>().Contains(text),
        "kind" => SagaKind.All.Any(kind => kind.Name == text),
        "id" => OrderId.TryParse(text, null, out _) || PaymentId.TryParse(text, null, out _),
        _ => throw new InvalidOperationException($"Nobody knows what {{{parameter}}} takes."),
    };
}
