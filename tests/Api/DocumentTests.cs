using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pos.Api;

namespace Pos.Tests;

/// <summary>What the API says of itself is whole, strict and true.</summary>
public sealed class DocumentTests(OpenShop open) : IClassFixture<OpenShop>
{
    [Fact]
    public async Task it_is_openapi_3_1() => Assert.StartsWith("3.1", (string?)(await Document())["openapi"], StringComparison.Ordinal);

    [Fact]
    public async Task every_operation_says_what_it_does_and_how_it_fails()
    {
        var operations = Operations(await Document()).ToList();
        Assert.Equal(Endpoints().Count, operations.Count);
        Assert.All(operations, operation =>
        {
            Assert.False(string.IsNullOrEmpty((string?)operation.Node["summary"]), operation.Name);
            Assert.False(string.IsNullOrEmpty((string?)operation.Node["operationId"]), operation.Name);
            var responses = operation.Node["responses"]!.AsObject();
            Assert.Contains("503", responses.Select(response => response.Key));
            Assert.Contains("500", responses.Select(response => response.Key));
            Assert.All(responses, response =>
            {
                Assert.True(((string?)response.Value!["description"])?.Length > 0, operation.Name + response.Key);
                var media = Assert.Single(response.Value["content"]!.AsObject());
                var isError = int.Parse(response.Key, System.Globalization.CultureInfo.InvariantCulture) >= 400;
                Assert.Equal(isError ? "application/problem+json" : "application/json", media.Key);
                Assert.True(media.Value![isError ? "examples" : "example"] is not null, $"{operation.Name} {response.Key} has no example");
                Assert.NotNull(media.Value["schema"]!["$ref"]);
            });
        });
    }

    [Fact]
    public async Task every_body_has_an_example_and_every_post_and_patch_a_key()
    {
        Assert.All(Operations(await Document()), operation =>
        {
            if (operation.Node["requestBody"] is { } body)
            {
                Assert.NotNull(body["content"]!["application/json"]!["example"]);
                var codes = operation.Node["responses"]!.AsObject().Select(response => response.Key);
                Assert.Superset(new HashSet<string> { "400", "413", "415" }, codes.ToHashSet());
            }

            var hasKey = operation.Node["parameters"]?.AsArray().Any(parameter =>
                (string?)parameter!["name"] == "Idempotency-Key" && (bool?)parameter["required"] == true) ?? false;
            Assert.Equal(operation.Name.StartsWith("post", StringComparison.Ordinal) || operation.Name.StartsWith("patch", StringComparison.Ordinal), hasKey);
        });
    }

    [Fact]
    public async Task every_parameter_is_described_and_ids_have_a_pattern()
    {
        Assert.All(Operations(await Document()).SelectMany(operation => operation.Node["parameters"]?.AsArray() ?? []), parameter =>
        {
            Assert.False(string.IsNullOrEmpty((string?)parameter!["description"]), parameter.ToJsonString());
            if ((string?)parameter["name"] is not ("limit" or "active" or "owes"))
            {
                Assert.Equal("string", (string?)parameter["schema"]!["type"]);
                Assert.NotNull(parameter["schema"]!["pattern"]);
            }
        });
    }

    [Fact]
    public async Task numbers_are_numbers_and_everything_has_a_type()
    {
        var document = await Document();
        Assert.All(Nodes(document).OfType<JsonObject>(), node =>
        {
            if (node["type"] is JsonArray types)
            {
                Assert.False(types.Count > 1 && types.Any(type => (string?)type is "integer" or "number") && types.Any(type => (string?)type == "string"), node.ToJsonString());
            }
        });
        Assert.All(document["components"]!["schemas"]!.AsObject(), schema =>
        {
            Assert.True(schema.Value!["type"] is not null, schema.Key);
            Assert.All(schema.Value["properties"]?.AsObject() ?? [], property =>
                Assert.True(
                    property.Value!["type"] is not null || property.Value["$ref"] is not null || property.Value["oneOf"] is not null,
                    $"{schema.Key}.{property.Key}"));
        });
        Assert.Equal("integer", (string?)document["components"]!["schemas"]!["Money"]!["properties"]!["amount"]!["type"]);
        Assert.Equal("int64", (string?)document["components"]!["schemas"]!["Money"]!["properties"]!["amount"]!["format"]);
        Assert.Equal("string", (string?)document["components"]!["schemas"]!["OrderState"]!["type"]);
        Assert.False((bool)document["components"]!["schemas"]!["PlaceOrderRequest"]!["additionalProperties"]!);
    }

    [Fact]
    public void every_endpoint_of_the_api_is_in_it_and_reads_generated_json()
    {
        var endpoints = Endpoints();
        Assert.True(endpoints.Count > 25, $"{endpoints.Count} endpoints");
        Assert.All(
            endpoints.SelectMany(endpoint => endpoint.Metadata.OfType<Microsoft.AspNetCore.Http.Metadata.IAcceptsMetadata>()),
            body => Assert.NotNull(ApiJson.Default.GetTypeInfo(body.RequestType!)));
    }

    [Fact]
    public async Task every_kind_of_problem_has_a_page()
    {
        foreach (var kind in Problems.All)
        {
            using var response = await open.Host.Http.GetAsync(new Uri(kind.Type, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(kind.Code, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["code"]);
        }
    }

    [Fact]
    public async Task the_page_needs_nothing_from_elsewhere()
    {
        using var root = await open.Host.Http.GetAsync(new Uri("/", UriKind.Relative));
        Assert.Equal("index.html", root.Headers.Location?.OriginalString);
        var page = await open.Host.Http.GetStringAsync(new Uri("/index.html", UriKind.Relative));
        Assert.Contains("swagger-ui", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        using var script = await open.Host.Http.GetAsync(new Uri("/swagger-ui-bundle.js", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, script.StatusCode);
    }

    private List<RouteEndpoint> Endpoints() =>
    [
        .. open.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText?.StartsWith("/api/v1", StringComparison.Ordinal) == true),
    ];

    private static IEnumerable<(string Name, JsonObject Node)> Operations(JsonNode document) =>
        document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(verb => ($"{verb.Key} {path.Key}", verb.Value!.AsObject())));

    private static IEnumerable<JsonNode> Nodes(JsonNode node) => node switch
    {
        JsonObject members => members.Where(member => member.Value is not null).SelectMany(member => Nodes(member.Value!)).Prepend(node),
        JsonArray items => items.Where(item => item is not null).SelectMany(item => Nodes(item!)).Prepend(node),
        _ => [node],
    };

    private async Task<JsonNode> Document() => JsonNode.Parse(await open.Host.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!;
}
