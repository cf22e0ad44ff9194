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
            AddHeader(operation, IdempotencyKey.Header, true, "Makes the request repeatable. A new request has a new key; a repetition has the same key.");
        }

        if (TakesKey.IsRequired(metadata) == false)
        {
            AddHeader(operation, IdempotencyKey.Header, false, "With a key, a repetition changes nothing, even after another request has replaced the content.");
        }

        if (metadata.OfType<PreferAsync>().Any())
        {
            AddHeader(operation, "Prefer", false, "`respond-async` answers 202 as soon as the request is durable.");
        }

        var refusals = metadata.OfType<RefusalMetadata>().LastOrDefault();
        if (refusals?.Kinds.Contains(Problems.ApprovalRefused) == true)
        {
            AddHeader(operation, RequestAccess.ApprovalHeader, false, "A manager's key, for a request that takes a manager's approval.");
        }

        if (refusals?.Kinds.Contains(Problems.Of(RejectionCode.VersionMismatch)) == true)
        {
            AddHeader(operation, "If-Match", false, "The ETag that the thing must have; 412 otherwise. A repetition of a request that was done is answered whatever the ETag.");
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
                "id" => "The id, as the Location header gave it.",
                "code" => "The barcode, as scanned.",
                "line" => "The line's number.",
                "cursor" => "`nextCursor` of the previous page.",
                "limit" => "The largest number of entries in the answer.",
                "q" => "Words, or their beginnings; a SKU; a barcode.",
                "category" => "Only products of this category; case and accents do not matter.",
                "active" => "`true` for products that are sold at present, `false` for products that are not.",
                "kind" => "What it is.",
                "state" => "Only entries in this state.",
                "olderThan" => "Only sagas without progress for this ISO 8601 duration.",
                "owes" => "`true` for sagas that owe something and make no progress by themselves, so that an operator has to act.",
                "from" => "The first business day, in the store's time zone. The default is the last day.",
                "to" => "The last business day. The default is today.",
                "groupBy" => "What the rows are. The default is days.",
                "order" => "The order of the rows. The default is by key. `gross` and `pieces` begin with the largest row, which is the top seller.",
                "format" => "The format of the answer. The default is what `Accept` asks for.",
                "show" => "Which items the report has. The default is all.",
                "below" => "The threshold of `show=low`: items with fewer pieces available.",
                "report" => "The report's name.",
                "medium" => "What the receipt is made for. The default is `json`.",
                "columns" => "Letters of a line of paper: 42 for rolls of 80 mm, which is the default, or 32 for rolls of 58 mm.",
                "language" => "The receipt's language. The default is what `Accept-Language` asks for, else English.",
                "copy" => "`true` when the receipt was printed before.",
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
            else if (parameter.Name is "active" or "owes" or "copy")
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
        "cursor" or "kind" or "state" or "olderThan" or "from" or "to" or "groupBy" or "order" or "format" or "show" or "below" or "report" or "medium" or "columns" or "language" =>
            SchemaDescriber.DescribeText(schema, name),

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
            response.Description = status == StatusCodes.Status201Created ? "Done." : "The request is durable and still runs. Ask the Location.";
            response.Headers = Header("Location", "The address of the result.", JsonSchemaType.String);
        }

        if (type.IsAssignableTo(typeof(IVersioned)))
        {
            response.Headers ??= new Dictionary<string, IOpenApiHeader>();
            response.Headers["ETag"] = Header(
                "ETag", "The version. `If-Match` demands this version; `If-None-Match` answers 304 without a body when the version is the same.", JsonSchemaType.String)["ETag"];
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
