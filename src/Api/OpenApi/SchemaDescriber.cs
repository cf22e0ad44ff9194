using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Pos.Api.Carts;
using Pos.Api.Orders;
using Pos.Api.Reports;
using Pos.Receipts;
using Pos.Reports;

namespace Pos.Api.OpenApi;

/// <summary>Adds what the framework cannot see behind our own JSON converters: ids, instants, enumerations.</summary>
internal static class SchemaDescriber
{
    public static Task Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if (!DescribeText(schema, type))
        {
            DescribeOther(schema, type);
        }
        else if (Nullable.GetUnderlyingType(type) is not null)
        {
            schema.Type |= JsonSchemaType.Null;
        }

        return Task.CompletedTask;
    }

    /// <summary>
    /// A schema that has a name is never null, whatever it was first made for: who refers to it says whether there may be none.
    /// </summary>
    public static void NameWhatIsThere(OpenApiDocument document)
    {
        foreach (var type in TextIds.All.Keys)
        {
            if (document.Components?.Schemas?.TryGetValue(type.Name, out var named) == true && named is OpenApiSchema schema)
            {
                schema.Type = JsonSchemaType.String;
            }
        }
    }

    /// <summary>
    /// The body of a PATCH names what changes: a member that is absent stays as it is, no member is null, and at least one is there. Its members are
    /// nullable in C#, which is how absence looks there, and the describer of schemas takes that for a null that may be sent.
    /// </summary>
    public static void DenyNullsInChanges(OpenApiDocument document)
    {
        foreach (var change in document.Paths.Values.Select(static path => path.Operations?.GetValueOrDefault(HttpMethod.Patch)?.RequestBody).OfType<IOpenApiRequestBody>())
        {
            foreach (var media in change.Content?.Values ?? [])
            {
                if (Named(document, media.Schema) is { Properties: { } members } body)
                {
                    body.MinProperties = 1;
                    foreach (var (name, member) in members.ToList())
                    {
                        members[name] = WithoutNull(member);
                    }
                }
            }
        }
    }

    /// <summary>An id as text with its pattern; false for any other type.</summary>
    public static bool DescribeText(OpenApiSchema schema, Type type)
    {
        if (TextIds.Of(type) is not { } text)
        {
            return false;
        }

        schema.Type = JsonSchemaType.String;
        schema.Pattern = text.Pattern;
        schema.Examples = [JsonValue.Create(text.Sample)];
        return true;
    }

    /// <summary>A parameter of what is under way, which is read as text.</summary>
    public static bool DescribeText(OpenApiSchema schema, string parameter)
    {
        (schema.Type, schema.Pattern, var sample) = parameter switch
        {
            "cursor" => (JsonSchemaType.String, "^[A-Za-z0-9_-]{38,1024}$", "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8S"),
            "kind" => (JsonSchemaType.String, "^(order|payment|return|cart)$", "order"),
            "state" => (JsonSchemaType.String, "^[A-Z_]+$", "STOCK_RESERVED"),
            "olderThan" => (JsonSchemaType.String, "^P[0-9A-Z.]+$", "PT5M"),
            "from" or "to" => (JsonSchemaType.String, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "2026-01-31"),
            "groupBy" => (JsonSchemaType.String, OneOf<SalesGrouping>(), "product"),
            "order" => (JsonSchemaType.String, OneOf<SalesOrder>(), "gross"),
            "show" => (JsonSchemaType.String, OneOf<StockFilter>(), "held"),
            "report" => (JsonSchemaType.String, OneOf<ReportKind>(), "sales"),
            "format" => (JsonSchemaType.String, "^(json|csv)$", "csv"),
            "medium" => (JsonSchemaType.String, OneOf<ReceiptMedium>(), "text"),
            "columns" => (JsonSchemaType.String, "^(42|32)$", "42"),
            "language" => (JsonSchemaType.String, $"^({string.Join('|', ReceiptLanguage.All.Select(static one => one.Code))})$", "de"),
            "below" => (JsonSchemaType.String, "^[0-9]{1,10}$", "10"),
            _ => throw new UnreachableException($"No pattern for {parameter}."),
        };
        schema.Examples = [JsonValue.Create(sample)];
        return true;
    }

    /// <summary>A text of one line with at most so many characters.</summary>
    public static bool DescribeText(OpenApiSchema schema, int lengthMax)
    {
        schema.Type = JsonSchemaType.String;
        schema.MaxLength = lengthMax;
        schema.Pattern = @"^\P{Cc}*$";
        return true;
    }

    private static string OneOf<T>() where T : struct, Enum => $"^({string.Join('|', ReportParameters.Names<T>())})$";

    private static OpenApiSchema? Named(OpenApiDocument document, IOpenApiSchema? schema) =>
        schema is not OpenApiSchemaReference { Reference.Id: { } id } ? schema as OpenApiSchema
        : document.Components?.Schemas?.TryGetValue(id, out var named) == true ? named as OpenApiSchema
        : null;

    private static IOpenApiSchema WithoutNull(IOpenApiSchema member)
    {
        if (member is not OpenApiSchema schema)
        {
            return member;
        }

        schema.Type &= ~JsonSchemaType.Null;
        schema.Default = null;
        var cases = schema.OneOf?.Where(static one => one is not OpenApiSchema { Type: JsonSchemaType.Null }).ToList();
        if (cases is not [OpenApiSchemaReference one])
        {
            return schema;
        }

        one.Description = schema.Description;
        return one;
    }

    private static void DescribeOther(OpenApiSchema schema, Type type)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        if (bare == typeof(DateTimeOffset))
        {
            schema.Type = bare == type ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
            schema.Format = "date-time";
        }
        else if (bare == typeof(RejectionCode))
        {
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. Enum.GetValues<RejectionCode>().Select(code => JsonValue.Create(Problems.Of(code).Code))];
        }
        else if (bare.IsEnum)
        {
            schema.Type = JsonSchemaType.String;
        }
        else if (bare.IsGenericType && bare.GetGenericTypeDefinition() == typeof(ImmutableArray<>)
            && schema is { Type: JsonSchemaType.Array, Items: null })
        {
            var items = new OpenApiSchema();
            DescribeText(items, bare.GetGenericArguments()[0]);
            schema.Items = items;
        }
        else if (bare == typeof(Metadata))
        {
            schema.Type = JsonSchemaType.Object | JsonSchemaType.Null;
            schema.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String };
        }
        else if (bare == typeof(Shortage))
        {
            // What is short outside of orders has no line.
            schema.Required?.Remove("line");
        }
        else if (schema.Type == JsonSchemaType.Object && IsRequest(bare))
        {
            schema.AdditionalPropertiesAllowed = false;
        }
    }

    // Answers may gain members; requests with members we do not know are refused.
    private static bool IsRequest(Type type) =>
        type.Name.EndsWith("Request", StringComparison.Ordinal) || type == typeof(StoreDetails) || type == typeof(ProductDetails)
        || type == typeof(ReturnedLine) || type == typeof(EmbeddedBarcode) || type == typeof(PriceOverride);
}
