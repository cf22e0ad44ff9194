using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pos.Api;
using Pos.Api.Access;
using Pos.Api.Lists;
using Pos.Api.Server;
using Xunit.Abstractions;

namespace Pos.Tests;

/// <summary>
/// Every endpoint × who asks × own or another store, sent over HTTP: the answers are what the endpoint declares, and they are the table
/// in docs/permissions.md.
/// </summary>
/// <remarks>With POS_WRITE_DOCS=1 the table is written instead of compared.</remarks>
public sealed class PermissionsTests(ITestOutputHelper output)
{
    private const string Yes = "yes";

    private static readonly (string Name, string? Key, string? Approval, Role? Role, bool Everywhere)[] Askers =
    [
        ("nobody", null, null, null, false),
        ("reader", Keys.Reader, null, Role.Reader, false),
        ("cashier", Keys.Cashier, null, Role.Cashier, false),
        ("cashier, approved", Keys.Cashier, Keys.ManagerOfAll, Role.Cashier, false),
        ("manager", Keys.Manager, null, Role.Manager, false),
        ("manager of all", Keys.ManagerOfAll, null, Role.Manager, true),
        ("operator", Keys.Operator, null, Role.Operator, true),
    ];

    // Bodies that say enough to get to the rule; elsewhere an empty object is enough, which ends as 400 behind it.
    private static readonly Dictionary<string, (string What, string Body)[]> Bodies = new(StringComparer.Ordinal)
    {
        ["placeOrder"] =
        [
            ("", """{"store":"STORE","till":"till-1","lines":[{"sku":"tea","quantity":1}],"cash":{"amount":1000,"currency":"GBP"}}"""),
            (
                ", another price",
                """{"store":"STORE","till":"till-1","lines":[{"sku":"tea","quantity":1,"override":{"unitPrice":{"amount":1,"currency":"GBP"},"reason":"old"}}],"cash":{"amount":1000,"currency":"GBP"}}"""),
        ],
        ["placeReturn"] = [("", """{"store":"STORE","till":"till-1","reason":"old","lines":[{"sku":"tea","quantity":1,"disposition":"restock"}]}""")],
        ["adjustStock"] = [("", """{"delta":1,"reason":"found"}""")],
        ["countStock"] = [("", """{"counted":1000}""")],
        ["openCart"] = [("", """{"store":"STORE","till":"till-1"}""")],
        ["commitHold"] = [("", """{"reason":"old"}""")],
        ["endHold"] = [("", """{"reason":"old"}""")],
        ["returnLines"] = [("", "{}"), (", in cash what a card paid", """{"till":"till-1","reason":"old","payout":"cash","lines":[{"line":1,"quantity":1,"disposition":"write-off"}]}""")],
        ["changeCartLine"] = [("", "{}"), (", more at another price", """{"quantity":2}""")],
    };

    [Fact]
    public async Task the_table_is_what_the_server_does_and_what_the_endpoints_declare()
    {
        await using var host = await PosHost.Start();
        var world = await World.Open(host);
        var table = new StringBuilder();
        var faults = new List<string>();
        foreach (var endpoint in Endpoints(host))
        {
            var permission = endpoint.Metadata.GetMetadata<Permission>();
            if (permission is null)
            {
                faults.Add($"{endpoint.DisplayName} has no rule");
                continue;
            }

            var name = endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? "";
            foreach (var (what, body) in Bodies.GetValueOrDefault(name, [("", "{}")]))
            {
                var needsApproval = permission.NeedsApproval || what.Length > 0;
                table.Append(CultureInfo.InvariantCulture, $"| `{Method(endpoint)} {Pattern(endpoint)}`{what} | {permission} | {endpoint.Metadata.GetMetadata<Owner>()!.Name} |");
                foreach (var asker in Askers)
                {
                    var isBound = world.IsBound(endpoint, body);
                    var own = await world.Ask(endpoint, "london", body, asker.Key, asker.Approval);
                    var other = isBound ? await world.Ask(endpoint, "paris", body, asker.Key, asker.Approval) : own;
                    var cell = own == other ? own : $"{own} / {other}";
                    var (shouldOwn, shouldOther) = Expected(permission, needsApproval, isBound, asker.Role, asker.Everywhere, asker.Approval is not null);
                    if ((own, other) != (shouldOwn, shouldOther))
                    {
                        faults.Add($"{Method(endpoint)} {Pattern(endpoint)}{what} as {asker.Name}: {cell}, and the rule says {shouldOwn} / {shouldOther}");
                    }

                    table.Append(CultureInfo.InvariantCulture, $" {cell} |");
                }

                table.Append('\n');
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Compare(Page(table.ToString()));
    }

    // The rule once more, in other words than the gate's.
    private static (string Own, string Other) Expected(Permission permission, bool needsApproval, bool isBound, Role? role, bool everywhere, bool approved)
    {
        if (permission == Permission.Anonymous)
        {
            return (Yes, Yes);
        }

        if (role is not { } asker)
        {
            return ("401", "401");
        }

        if (asker < permission.Role || (permission.Everywhere && !everywhere))
        {
            return ("403", "403");
        }

        var own = needsApproval && asker < Role.Manager && !approved ? "approval" : Yes;
        return (own, isBound && !everywhere ? "404" : own);
    }

    private static IEnumerable<RouteEndpoint> Endpoints(PosHost host) => host.Services.GetRequiredService<EndpointDataSource>().Endpoints
        .OfType<RouteEndpoint>()
        .OrderBy(endpoint => Pattern(endpoint), StringComparer.Ordinal).ThenBy(Method, StringComparer.Ordinal);

    private static string Pattern(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.Trim('/');

    private static string Method(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods[0] ?? "GET";

    private static string Page(string rows) =>
        $"""
        # Who may do what

        `tests/Api/PermissionsTests.cs` sends every cell of this table to a server, and fails when an answer differs from this page. `POS_WRITE_DOCS=1 dotnet test
        tests/Api --filter PermissionsTests` writes the page anew. [access.md](access.md) explains the checks.

        | Cell | Meaning |
        | --- | --- |
        | `yes` | the request is let in |
        | `approval` | the request is refused (403 `approval-required`) until a manager's key stands beside it in `X-Approval` |
        | `401`, `403`, `404` | the request is refused |
        | two values | the first holds for resources of the key's stores. The second holds for resources of other stores, which do not exist for that key |

        A reader, a cashier and a manager have keys of some stores. A manager of all and an operator have keys of all stores.

        *Whose* names the way to find the store that owns the request's resource. The API always finds the store from the resource itself. A store that the request names besides
        (in its query, in any case, several times) is checked in addition, and so is a manager's key in `X-Approval`. A host with an endpoint that declares no such way does not
        start. `tests/Api/Access` sends every endpoint the key of another store, with a store named in every possible place. Things that all stores share can be changed and approved
        only with keys for all stores.

        Everything under `/dashboard`, where the dashboard of Orleans is on, is for operators (`operate`). A browser sends the operator's key as a password; `tests/Api/ProgramTests.cs`
        checks that.

        | Endpoint | Permission | Whose | {string.Join(" | ", Askers.Select(asker => asker.Name))} |
        | --- | --- | --- |{string.Concat(Askers.Select(_ => " --- |"))}
        {rows}
        """.ReplaceLineEndings("\n").TrimEnd() + "\n";

    private void Compare(string page)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Pos.Orleans.sln")))
        {
            folder = folder.Parent;
        }

        var path = Path.Combine(folder.FullName, "docs", "permissions.md");
        if (Environment.GetEnvironmentVariable("POS_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, page);
            output.WriteLine($"Written: {path}");
        }

        var written = File.Exists(path) ? File.ReadAllLines(path) : [];
        Assert.Equal(written, page.TrimEnd('\n').Split('\n'));
    }

    /// <summary>Two stores with one of everything.</summary>
    private sealed class World(Shop shop, HashSet<string> asksForStore)
    {
        private readonly Dictionary<(string Store, string Kind), string> _ids = [];

        public static async Task<World> Open(PosHost host)
        {
            var shop = await Shop.Open(host);
            var london = (await shop.Get("/stores/london")).Json;
            await shop.Put(
                "/stores/paris",
                $$"""{"name":"Paris","district":"","kind":"shop","currency":"GBP","timeZone":"Europe/Paris","taxInclusive":true,"taxRates":{{london["taxRates"]!.ToJsonString()}},"tills":["till-1"]}""");
            await shop.Product("tea");
            var document = JsonNode.Parse(await host.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!;
            var world = new World(shop, [.. AskingForStore(document)]);
            foreach (var store in (string[])["london", "paris"])
            {
                await world.Make(store, "receipt", $"/stores/{store}/stock/tea/receipts", """{"quantity":1000}""");
                await world.Make(store, "hold", $"/stores/{store}/stock/tea/holds", """{"quantity":1,"expiresInSeconds":3600}""");
                await world.Make(store, "ending", $"/stores/{store}/stock/tea/holds", """{"quantity":1,"expiresInSeconds":3600}""");
                var order = await world.Make(
                    store, "orders", "/orders", $$"""{"store":"{{store}}","till":"till-1","lines":[{"sku":"tea","quantity":1}],"cards":[{"token":"tok_approve"}]}""");
                world._ids[(store, "payments")] = order + ".1";
                await world.Make(store, "returns", "/returns", Bodies["placeReturn"][0].Body.Replace("STORE", store, StringComparison.Ordinal));
                if (document["paths"]!["/api/v1/carts"] is not null)
                {
                    var cart = await world.Make(store, "carts", "/carts", $$"""{"store":"{{store}}","till":"till-1"}""");
                    for (var line = 0; line < 2; line++)
                    {
                        await world.Make(store, "line", $"/carts/{cart}/lines", """{"sku":"tea","override":{"unitPrice":{"amount":1,"currency":"GBP"},"reason":"old"}}""");
                    }
                }
            }

            return world;
        }

        private const string Barcode = "4006381333931";

        /// <summary>Whether a request to it is about one store.</summary>
        public bool IsBound(RouteEndpoint endpoint, string body)
        {
            var pattern = Pattern(endpoint);
            return (pattern.Contains("{store}", StringComparison.Ordinal) && endpoint.Metadata.GetMetadata<Permission>() != Permission.Operate)
                || (pattern.Contains("{id}", StringComparison.Ordinal) && !pattern.Contains("{kind}", StringComparison.Ordinal))
                || asksForStore.Contains(Method(endpoint) + pattern)
                || body.Contains("STORE", StringComparison.Ordinal)
                || endpoint.Metadata.OfType<IAcceptsMetadata>().Any(accepts => typeof(INamesStore).IsAssignableFrom(accepts.RequestType));
        }

        /// <summary>What a request is answered, as far as access goes.</summary>
        public async Task<string> Ask(RouteEndpoint endpoint, string store, string body, string? key, string? approval)
        {
            var method = Method(endpoint);
            if (Pattern(endpoint).Contains("/barcodes/", StringComparison.Ordinal))
            {
                // The last one asked may have given it up.
                await shop.Put($"/barcodes/{Barcode}", """{"sku":"tea"}""");
            }

            using var client = new HttpClient { BaseAddress = shop.Host.Http.BaseAddress };
            using var request = new HttpRequestMessage(new HttpMethod(method), Path(endpoint, store));
            if (method is "POST" or "PUT" or "PATCH")
            {
                request.Content = new StringContent(body.Replace("STORE", store, StringComparison.Ordinal), Encoding.UTF8, "application/json");
            }

            request.Headers.Add("Idempotency-Key", shop.NewKey());
            if (key is not null)
            {
                request.Headers.Authorization = new("Bearer", key);
            }

            if (approval is not null)
            {
                request.Headers.Add("X-Approval", approval);
            }

            using var response = await client.SendAsync(request);
            var code = response.Content.Headers.ContentType?.MediaType == "application/problem+json"
                ? (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["code"]
                : "";
            return response.StatusCode switch
            {
                HttpStatusCode.Unauthorized => "401",
                HttpStatusCode.Forbidden => code == "approval-required" ? "approval" : "403",
                HttpStatusCode.NotFound => "404",
                // None of these comes from a rule about access.
                HttpStatusCode.InternalServerError or HttpStatusCode.MethodNotAllowed or HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable =>
                    throw new InvalidOperationException($"{request.Method} {request.RequestUri}: {response.StatusCode}"),
                _ => Yes,
            };
        }

        private static IEnumerable<string> AskingForStore(JsonNode document) =>
            from path in document["paths"]!.AsObject()
            from verb in path.Value!.AsObject()
            where verb.Value!["parameters"]?.AsArray().Any(parameter => (string?)parameter!["in"] == "query" && (string?)parameter["name"] == "store") == true
            select verb.Key.ToUpperInvariant() + path.Key;

        private async Task<string> Make(string store, string kind, string path, string body)
        {
            var answer = await shop.Post(path, body);
            Assert.True((int)answer.Status is 200 or 201, answer.Text);
            return _ids[(store, kind)] = (string?)answer.Json["id"] ?? "";
        }

        private string Path(RouteEndpoint endpoint, string store)
        {
            var pattern = Pattern(endpoint);
            var segments = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
            var path = string.Join('/', segments.Select((segment, i) => segment switch
            {
                "{store}" => store,
                "{sku}" => "tea",
                // The other one is committed before.
                "{hold}" => _ids[(store, pattern.EndsWith("/end", StringComparison.Ordinal) ? "ending" : "hold")],
                "{kind}" => "order",
                "{report}" => "sales",
                "{id}" => _ids[(store, segments[i - 1] == "{kind}" ? "orders" : segments[i - 1])],
                // The first one is taken out.
                "{line}" => Method(endpoint) == "PATCH" ? "2" : "1",
                "{code}" => segments[i - 1] == "problems" ? "forbidden" : Barcode,
                _ when segment.StartsWith('{') => throw new InvalidOperationException($"Say here what {segment} of {pattern} is."),
                _ => segment,
            }));
            return "/" + path + (asksForStore.Contains(Method(endpoint) + pattern) ? $"?store={store}" : "");
        }
    }
}
