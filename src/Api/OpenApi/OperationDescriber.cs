using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Pos.Api.OpenApi;

/// <summary>Adds to every operation its headers, its examples and its problems.</summary>
internal static class OperationDescriber
{
    public static Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        DescribeParameters(operation, context);
        if (TakesKey.IsRequired(metadata) == true)
        {
            AddHeader(operation, IdempotencyKey.Header, true, "Makes the request repeatable: new for every new request, the same for its repetition.");
        }

        if (TakesKey.IsRequired(metadata) == false)
        {
            AddHeader(operation, IdempotencyKey.Header, false, "With it, a repetition changes nothing also after others have put something else.");
        }

        if (metadata.OfType<PreferAsync>().Any())
        {
            AddHeader(operation, "Prefer", false, "`respond-async` answers 202 as soon as the request is durable.");
        }

        var refusals = metadata.OfType<RefusalMetadata>().LastOrDefault();
        if (refusals?.Kinds.Contains(Problems.ApprovalRefused) == true)
        {
            AddHeader(operation, RequestAccess.ApprovalHeader, false, "A manager's key, when a cashier needs one to stand behind this.");
        }

        if (refusals?.Kinds.Contains(Problems.Of(RejectionCode.VersionMismatch)) == true)
        {
            AddHeader(operation, "If-Match", false, "The ETag at which it has to stand: 412 otherwise. A repetition of what was done is not held up.");
        }

        foreach (var body in context.Description.ParameterDescriptions.Where(parameter => parameter.Source.Id == "Body"))
        {
            SetExample(operation.RequestBody?.Content, Samples.OfRequest(body.Type));
        }

        foreach (var answer in context.Description.SupportedResponseTypes)
        {
            var response = operation.Responses?[answer.StatusCode.ToString(CultureInfo.InvariantCulture)] as OpenApiResponse;
            if (response is not null && answer.Type is { } type && type != typeof(Problem))
            {
                SetExample(response.Content, Samples.Of(type));
                DescribeHeaders(response, answer.StatusCode, type);
            }
        }

        DescribeProblems(operation, context.Document!, refusals);
        operation.Security = [new() { [new OpenApiSecuritySchemeReference(ApiDocument.KeyScheme, context.Document)] = [] }];
        return Task.CompletedTask;
    }

    private static void DescribeParameters(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            var described = context.Description.ParameterDescriptions.FirstOrDefault(candidate => candidate.Name == parameter.Name);
            var schema = new OpenApiSchema();
            if (described?.ParameterDescriptor?.ParameterType is { } type && SchemaDescriber.DescribeText(schema, type))
            {
                parameter.Schema = schema;
            }

            parameter.Description = parameter.Name switch
            {
                "store" => "The store's id.",
                "sku" => "The product's SKU.",
                "hold" => "The hold's id.",
                "id" => "Its id, as the Location header named it.",
                "code" => "The barcode, as scanned.",
                "line" => "The line's number.",
                "cursor" => "`nextCursor` of the page before.",
                "limit" => "Entries at most.",
                "q" => "Words, or their beginnings; a SKU; a barcode.",
                "category" => "Only products of this category; case and accents do not matter.",
                "active" => "Only products that are, or are not, sold at present.",
                "kind" => "What it is.",
                "state" => "Only those in this state.",
                "olderThan" => "Only those that have not come on for so long: an ISO 8601 duration.",
                "owes" => "Only what somebody has to look at: it owes something, and does not come on by itself.",
                _ => parameter.Description,
            };
            if (parameter.Name == "limit")
            {
                parameter.Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer,
                    Format = "int32",
                    Minimum = "1",
                    Maximum = Paging.LimitMax.ToString(CultureInfo.InvariantCulture),
                    Default = Paging.LimitDefault,
                };
            }
            else if (parameter.Name is "active" or "owes")
            {
                parameter.Schema = new OpenApiSchema { Type = JsonSchemaType.Boolean };
            }
            else if (DescribeQuery(schema, parameter.Name))
            {
                parameter.Schema = schema;
            }

            // What need not be sent is not sent by a page that fills in samples.
            if (!parameter.Required && parameter.Schema is OpenApiSchema optional)
            {
                optional.Examples = null;
            }
        }
    }

    // What is read as text, so that what is wrong with it can be said.
    private static bool DescribeQuery(OpenApiSchema schema, string? name) => name switch
    {
        "store" => SchemaDescriber.DescribeText(schema, typeof(StoreId)),
        "cursor" or "kind" or "state" or "olderThan" => SchemaDescriber.DescribeText(schema, name),

        // Of any kind: an order's, a return's, or a payment's, which is made as a hold's is.
        "id" when schema.Pattern is null => SchemaDescriber.DescribeText(schema, typeof(HoldId)),
        "code" => SchemaDescriber.DescribeText(schema, typeof(Barcode)),
        "q" => SchemaDescriber.DescribeText(schema, ProductQuery.TextLengthMax),
        "category" => SchemaDescriber.DescribeText(schema, Limits.NameLengthMax),
        _ => false,
    };

    // Without an example: pages that try a request out would send it, and no sample of a key, a version or a preference is right.
    private static void AddHeader(OpenApiOperation operation, string name, bool required, string description)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Header,
            Required = required,
            Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyKey.LengthMax, Pattern = "^[ -~]+$" },
        });
    }

    private static void DescribeHeaders(OpenApiResponse response, int status, Type type)
    {
        if (status is StatusCodes.Status201Created or StatusCodes.Status202Accepted)
        {
            response.Description = status == StatusCodes.Status201Created ? "Done." : "Durable, and still running: ask the Location.";
            response.Headers = Header("Location", "Where to read it.", JsonSchemaType.String);
        }

        if (type.IsAssignableTo(typeof(IVersioned)))
        {
            response.Headers ??= new Dictionary<string, IOpenApiHeader>();
            response.Headers["ETag"] = Header(
                "ETag", "The version. If-Match demands it; If-None-Match saves the body of what has not changed (304).", JsonSchemaType.String)["ETag"];
        }
    }

    private static void DescribeProblems(OpenApiOperation operation, OpenApiDocument document, RefusalMetadata? refusals)
    {
        foreach (var kinds in (refusals?.Kinds ?? []).GroupBy(kind => kind.Status))
        {
            if (operation.Responses?[kinds.Key.ToString(CultureInfo.InvariantCulture)] is not OpenApiResponse response)
            {
                continue;
            }

            foreach (var kind in kinds)
            {
                // One example of each kind in the document, however many operations can answer it.
                document.AddComponent(kind.Code, new OpenApiExample { Summary = kind.Title, Value = Samples.Of(kind) });
            }

            response.Description = string.Join(" ", kinds.Select(kind => $"`{kind.Code}`: {kind.Title}"));
            if (kinds.Any(kind => kind.RetryAfterSeconds > 0))
            {
                response.Headers = Header("Retry-After", "Seconds to wait before repeating the request.", JsonSchemaType.Integer);
            }

            foreach (var media in Medias(response.Content))
            {
                media.Examples = kinds.ToDictionary(kind => kind.Code, kind => (IOpenApiExample)new OpenApiExampleReference(kind.Code, document));
            }
        }
    }

    private static Dictionary<string, IOpenApiHeader> Header(string name, string description, JsonSchemaType type) => new()
    {
        [name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = type } },
    };

    private static void SetExample(IDictionary<string, OpenApiMediaType>? content, JsonNode? example)
    {
        foreach (var media in Medias(content))
        {
            media.Example = example?.DeepClone();
        }
    }

    private static IEnumerable<OpenApiMediaType> Medias(IDictionary<string, OpenApiMediaType>? content) => content?.Values ?? Enumerable.Empty<OpenApiMediaType>();
}
