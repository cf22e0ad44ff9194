using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Pos.Api.OpenApi;

/// <summary>The API's document at <c>/openapi/v1.json</c>, its page at <c>/</c>, and a page for every kind of problem.</summary>
internal static class ApiDocument
{
    private const string Path = "/openapi/v1.json";
    private const string TryItOut = "/try-it-out.js";

    private const string Description =
        """
        A point of sale that never oversells, keeps everything that it acknowledged, and answers a repeated request with the first result.

        * **Money** is an integer of minor units and an ISO 4217 currency: `{"amount":255,"currency":"GBP"}` is £2.55.
        * **Times** are RFC 3339 with an offset; answers are in UTC.
        * **Keys**: every request has `Authorization: Bearer <key>`. A key belongs to a reader, a cashier, a manager or an operator, and opens
          some stores; a thing of another store is 404 for the key. Another price, a count, an adjustment and a return without receipt
          need a manager: a cashier sends a manager's key beside their own, in `X-Approval`.
        * **Idempotency-Key** is required on POST and PATCH and optional on PUT and DELETE: 1–255 printable ASCII characters, kept for 24
          hours. The same request with the same key has one effect, whatever others have done since, and shows the thing as it stands.
          Another request with that key is refused (422). An Idempotency-Key belongs to one caller, one route, and the store and till (or
          the thing) that the request names: the same Idempotency-Key of a colleague, or at another till, is another request.
        * **Versions**: every answer that shows a thing has the thing's version as `ETag`; after a write it is the new version. An answer that
          also depends on other things (a label decoded by a store's rules, a saga's attempts) has a hash behind the version.
          `If-None-Match` answers 304 when the version is the same; `If-Match` on a write answers 412 when the version is another. A
          repetition with the same Idempotency-Key shows the first result, whatever the version is now.
        * **Errors** are RFC 9457 problems with a stable `type` and `code`, and a `traceId` that finds the request in logs and traces.
        * **Lists** take `limit` (1–100) and `cursor`; follow `nextCursor` while `hasMore` is true. A cursor is opaque, and valid only for
          its list and its key.
        * **Bodies** are JSON in UTF-8, at most 256 KB, not compressed; unknown and duplicate members are refused, and so are unknown,
          empty and repeated parameters of a query (400 `invalid-parameter`).
        * **Texts** are kept in Unicode's normal form C, and their lengths are counted as people count characters. Control characters and texts
          without anything to see are refused.
        * **Late**: a sale or return that is sent more than 72 hours after its `occurredAt` (a setting of the server) needs a manager, or a
          manager's approval.
        * **Beyond** 8 KB of path and query the answer is 414 `uri-too-long`, beyond 64 headers or 16 KB of them 431 `headers-too-large`. Beyond twice
          as much, and for a first line that is no HTTP (`%00` in a path), the server answers 414, 431 or 400 without a body and closes the connection.
        * **503** comes with `Retry-After`: nothing was acknowledged, so repeat the request with the same key. A request without an answer after
          30 seconds gets `outcome-unknown`: the request may or may not have been done, and the same key shows which.
        """;

    public const string Name = "v1";

    /// <summary>The name of the security scheme in the document.</summary>
    public const string KeyScheme = "key";

    public static void AddApiDocument(this IServiceCollection services)
    {
        services.AddSingleton<WrittenDocument>();
        services.AddOpenApi(Name, static options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = IsOfTheApi;
            options.CreateSchemaReferenceId = NameOf;
            options.AddSchemaTransformer(SchemaDescriber.Describe);
            options.AddOperationTransformer(OperationDescriber.Describe);
            options.AddDocumentTransformer(Describe);
        });
    }

    public static void MapApiDocument(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, static (WrittenDocument document, HttpContext context) => document.Send(context))
            .ExcludeFromDescription().Requires(Permission.Anonymous, Owner.Nobody);
        app.MapGet(TryItOut, static () => TypedResults.Stream(typeof(ApiDocument).Assembly.GetManifestResourceStream("try-it-out.js")!, "text/javascript"))
            .ExcludeFromDescription().Requires(Permission.Anonymous, Owner.Nobody);
        app.MapGet("/problems/{code}", Explain).ExcludeFromDescription().Requires(Permission.Anonymous, Owner.Nobody);
    }

    /// <summary>The page's files are asked only when no endpoint matches, so that requests to the API pass them by.</summary>
    public static void UseApiPage(this IApplicationBuilder app) => app.UseWhen(
        static context => context.GetEndpoint() is null && HttpMethods.IsGet(context.Request.Method),
        static page => page.UseLimit().UseSwaggerUI(options =>
        {
            options.RoutePrefix = "";
            options.DocumentTitle = "Pos.Orleans API";
            options.SwaggerEndpoint(Path, "Pos.Orleans API v1");
            options.EnableValidator(null);
            options.InjectJavascript(TryItOut);
        }));

    // Its files are megabytes that need no key.
    private static IApplicationBuilder UseLimit(this IApplicationBuilder page)
    {
        var rates = page.ApplicationServices.GetRequiredService<Rates>();
        return page.Use(next => context => rates.RefuseReader(context.Connection.RemoteIpAddress)?.ExecuteAsync(context) ?? next(context));
    }

    private static Results<Ok<ProblemKind>, Refusal> Explain(string code)
    {
        foreach (var kind in Problems.All)
        {
            if (kind.Code == code)
            {
                return TypedResults.Ok(kind);
            }
        }

        return new Refusal(Problems.NotFound, Problems.NotFound.Title);
    }

    /// <summary>Whether an endpoint is the API's. Endpoints that hosts add (dashboards, verification) are not part of the promised API.</summary>
    internal static bool IsOfTheApi(ApiDescription endpoint) => endpoint.RelativePath?.StartsWith("api/v1/", StringComparison.Ordinal) == true;

    // A page is named after its items, and a status after the member that has it: state.
    private static string? NameOf(JsonTypeInfo type) =>
        type.Type.IsGenericType && type.Type.GetGenericTypeDefinition() == typeof(Page<>)
            ? type.Type.GetGenericArguments()[0].Name + "Page"
            : OpenApiOptions.CreateDefaultSchemaReferenceId(type)?.Replace("Status", "State", StringComparison.Ordinal);

    private static Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        SchemaDescriber.NameWhatIsThere(document);
        SchemaDescriber.DenyNullsInChanges(document);
        document.Info = new OpenApiInfo
        {
            Title = "Pos.Orleans API",
            Version = "v1",
            Description = Description,
            License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
        };
        // The describer of schemas does not get to see what is inside a list that may be absent.
        foreach (var schema in document.Components?.Schemas?.Values.OfType<OpenApiSchema>().Where(schema => schema is { Type: null, Enum.Count: > 0 }) ?? [])
        {
            schema.Type = JsonSchemaType.String;
        }

        document.Servers = [new OpenApiServer { Url = "/", Description = "The server that this document came from." }];
        document.AddComponent(KeyScheme, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key of this installation." });
        document.Tags = new HashSet<OpenApiTag>
        {
            new() { Name = "Stores", Description = "Shops, their currency, taxes and tills." },
            new() { Name = "Barcodes", Description = "Which code belongs to which product." },
            new() { Name = "Carts", Description = "What a customer is about to buy, until it is an order." },
            new() { Name = "Products", Description = "What can be sold." },
            new() { Name = "Stock", Description = "How much of a product is in a store, and how it came about." },
            new() { Name = "Holds", Description = "Pieces kept back for a while." },
            new() { Name = "Orders", Description = "Sales, from the request to their end." },
            new() { Name = "Payments", Description = "What became of each card." },
            new() { Name = "Returns", Description = "Goods that come back without a receipt." },
        };
        return Task.CompletedTask;
    }
}
