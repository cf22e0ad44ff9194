using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pos.Api;
using Pos.Api.Answers;
using Pos.Api.Json;
using Pos.Api.OpenApi;
using Pos.Api.Server;

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
            if ((string?)parameter["name"] is not ("limit" or "active" or "owes" or "copy"))
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
    public async Task nothing_but_the_api_is_in_it()
    {
        Assert.All((await Document())["paths"]!.AsObject(), path => Assert.StartsWith("/api/v1/", path.Key, StringComparison.Ordinal));
        Assert.True(ApiDocument.IsOfTheApi(new() { RelativePath = "api/v1/orders" }));
        Assert.All(["dashboard", "dashboard/version", "DashboardCounters", "", null], path => Assert.False(ApiDocument.IsOfTheApi(new() { RelativePath = path })));
    }

    /// <summary>A page fills in what the document has samples for, and sends it with the reader's key.</summary>
    [Fact]
    public async Task what_a_page_sends_that_tries_an_operation_out_is_not_refused_for_its_samples()
    {
        foreach (var (name, operation) in Operations(await Document()))
        {
            var (method, path) = (name.Split(' ')[0].ToUpperInvariant(), name.Split(' ')[1]);
            using var request = new HttpRequestMessage { Method = new HttpMethod(method) };
            var query = new List<string>();
            foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
            {
                var (place, isRequired) = ((string?)parameter!["in"], (bool?)parameter["required"] == true);
                var sample = parameter["example"] ?? parameter["schema"]!["examples"]?[0] ?? parameter["schema"]!["example"] ?? parameter["schema"]!["default"];
                Assert.True(isRequired || parameter["schema"]!["default"] is not null || sample is null, $"{name}: the optional {parameter["name"]} would be sent as {sample}");
                if (place == "header")
                {
                    Assert.True(sample is null, $"{name}: {parameter["name"]}");
                    if (isRequired)
                    {
                        request.Headers.TryAddWithoutValidation((string)parameter["name"]!, open.Shop.NewKey());
                    }
                }
                else if (place == "path")
                {
                    path = path.Replace($"{{{parameter["name"]}}}", Uri.EscapeDataString(sample!.ToString()), StringComparison.Ordinal);
                }
                else if (sample is not null)
                {
                    query.Add($"{parameter["name"]}={Uri.EscapeDataString(sample.ToString())}");
                }
            }

            if (operation["requestBody"] is { } body)
            {
                request.Content = new StringContent(body["content"]!["application/json"]!["example"]!.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
            }

            request.RequestUri = new Uri(path + (query.Count > 0 ? "?" + string.Join('&', query) : ""), UriKind.Relative);
            var answer = await open.Shop.Send(request);
            Assert.True((int)answer.Status is (< 400 or 404 or 409) and not 304, $"{name}: {answer.Text}");
        }
    }

    /// <summary>Each member of each body is sent as null, in the document's own example.</summary>
    [Fact]
    public async Task a_member_may_be_null_just_where_the_document_says_so()
    {
        var document = await Document();
        List<string> faults = [];
        var (allowed, denied) = (0, 0);
        foreach (var (name, operation) in Operations(document).Where(static operation => operation.Node["requestBody"] is not null))
        {
            var (method, path) = (name.Split(' ')[0].ToUpperInvariant(), name.Split(' ')[1]);
            foreach (var parameter in operation["parameters"]!.AsArray().Where(static parameter => (string?)parameter!["in"] == "path"))
            {
                path = path.Replace($"{{{parameter!["name"]}}}", Uri.EscapeDataString(parameter["schema"]!["examples"]![0]!.ToString()), StringComparison.Ordinal);
            }

            var media = operation["requestBody"]!["content"]!["application/json"]!;
            foreach (var (member, schema) in Resolved(document, media["schema"]!)["properties"]!.AsObject())
            {
                var body = media["example"]!.DeepClone();
                body[member] = null;
                using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
                request.Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
                request.Headers.Add("Idempotency-Key", open.Shop.NewKey());
                var answer = await open.Shop.Send(request);
                var isRefused = answer.Code == "malformed-body" && (string?)answer.Json["at"]?["path"] == "$." + member;
                var mayBeNull = MayBeNull(document, schema!);
                (allowed, denied) = (allowed + (mayBeNull ? 1 : 0), denied + (mayBeNull ? 0 : 1));
                if (isRefused == mayBeNull)
                {
                    faults.Add($"{name}: {member} {(mayBeNull ? "may" : "must not")} be null by the document {schema!.ToJsonString()}, and a null is answered {answer.Text}");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(allowed > 10 && denied > 30, $"{allowed} members may be null, {denied} must not");
    }

    [Fact]
    public async Task the_body_of_a_patch_has_a_member_at_least()
    {
        var document = await Document();
        Assert.All(
            Operations(document).Where(static operation => operation.Name.StartsWith("patch", StringComparison.Ordinal)),
            operation => Assert.Equal(1, (int?)Resolved(document, operation.Node["requestBody"]!["content"]!["application/json"]!["schema"]!)["minProperties"]));
    }

    [Fact]
    public async Task the_page_makes_a_new_key_for_every_request_that_needs_one()
    {
        Assert.Contains("try-it-out.js", await open.Host.Http.GetStringAsync(new Uri("/index.html", UriKind.Relative)), StringComparison.Ordinal);
        using var script = await open.Host.Http.GetAsync(new Uri("/try-it-out.js", UriKind.Relative));
        Assert.Equal("text/javascript", script.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Idempotency-Key", await script.Content.ReadAsStringAsync(), StringComparison.Ordinal);
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

    private static bool MayBeNull(JsonNode document, JsonNode schema) =>
        Resolved(document, schema) is var one && (one["type"] is JsonArray types ? types.Any(static type => (string?)type == "null") : (string?)one["type"] == "null")
        || (schema["oneOf"] ?? schema["anyOf"])?.AsArray().Any(one => MayBeNull(document, one!)) == true;

    private static JsonNode Resolved(JsonNode document, JsonNode schema) =>
        (string?)schema["$ref"] is { } reference ? document["components"]!["schemas"]![reference[(reference.LastIndexOf('/') + 1)..]]! : schema;

    private static IEnumerable<JsonNode> Nodes(JsonNode node) => node switch
    {
        JsonObject members => members.Where(member => member.Value is not null).SelectMany(member => Nodes(member.Value!)).Prepend(node),
        JsonArray items => items.Where(item => item is not null).SelectMany(item => Nodes(item!)).Prepend(node),
        _ => [node],
    };

    private async Task<JsonNode> Document() => JsonNode.Parse(await open.Host.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!;
}
