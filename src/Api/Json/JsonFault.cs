using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pos.Api.Json;

/// <summary>A value that a converter of this API does not take. The message says what it would take.</summary>
internal sealed class ValueFaultException(string message) : JsonException(message);

/// <summary>
/// Says what is wrong with a JSON body, without the names of the types behind it. The reader's exceptions tell one fault from another only by their texts, so
/// the body is compared with its contract once more, up to the place at which reading stopped.
/// </summary>
internal static class JsonFault
{
    public const string NullValue = "The value must not be null.";

    private const string WrongType = "The value has the wrong type or does not fit.";

    /// <param name="fault">Of reading <paramref name="json"/>.</param>
    /// <param name="json">The body.</param>
    /// <param name="type">The body's contract.</param>
    public static string Describe(JsonException fault, ReadOnlySpan<byte> json, JsonTypeInfo type)
    {
        if (fault is ValueFaultException)
        {
            return fault.Message;
        }

        // The reader of tokens has failed, so this is no JSON at all. The reader says why, and behind that where; the answer has the place beside the text.
        if (fault.InnerException is JsonException)
        {
            var end = fault.Message.IndexOf(" Path: ", StringComparison.Ordinal);
            return (end < 0 ? fault.Message : fault.Message[..end]).ReplaceLineEndings(" ");
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = ApiJson.DepthMax });
        try
        {
            reader.Read();
            return new Comparison(Offset(json, fault)).OfValue(ref reader, type) ?? WrongType;
        }
        catch (JsonException)
        {
            // Behind the value at which reading stopped, the text is no JSON or too deep.
            return WrongType;
        }
    }

    private static long Offset(ReadOnlySpan<byte> json, JsonException fault)
    {
        var start = 0;
        for (var line = fault.LineNumber ?? 0; line > 0; line--)
        {
            start += json[start..].IndexOf((byte)'\n') + 1;
        }

        return start + (fault.BytePositionInLine ?? 0);
    }

    /// <summary>Compares JSON with contracts. The JSON is well-formed up to the end that is given.</summary>
    /// <param name="end">The place at which reading stopped: no fault begins behind it.</param>
    private readonly struct Comparison(long end)
    {
        /// <summary>The first fault of the value that the reader stands at; null without one. The reader stands at the value's end then.</summary>
        public string? OfValue(ref Utf8JsonReader reader, JsonTypeInfo type)
        {
            if (reader.TokenStartIndex > end)
            {
                return null;
            }

            // The members of a nullable structure are those of the structure.
            type = Nullable.GetUnderlyingType(type.Type) is { } bare ? type.Options.GetTypeInfo(bare) : type;

            switch (reader.TokenType, type.Kind)
            {
                case (JsonTokenType.StartObject, JsonTypeInfoKind.Object):
                    return OfObject(ref reader, type);
                case (JsonTokenType.StartObject, JsonTypeInfoKind.Dictionary):
                    return OfEntries(ref reader, type.Options.GetTypeInfo(type.ElementType!));
                case (JsonTokenType.StartArray, JsonTypeInfoKind.Enumerable):
                    var element = type.Options.GetTypeInfo(type.ElementType!);
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    {
                        if (OfValue(ref reader, element) is { } fault)
                        {
                            return fault;
                        }
                    }

                    return null;
                default:
                    reader.Skip();
                    return null;
            }
        }

        private string? OfObject(ref Utf8JsonReader reader, JsonTypeInfo type)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.TokenStartIndex <= end)
            {
                var name = reader.GetString()!;
                if (type.Properties.FirstOrDefault(known => known.Name == name) is not { } member)
                {
                    var names = type.Properties.Where(static known => known.Set is not null || known.AssociatedParameter is not null).Select(static known => known.Name).ToList();
                    return $"There is no member '{name}' here.{(names.Count > 0 ? $" The nearest is '{Nearest.Of(name, names)}'." : "")}";
                }

                if (!seen.Add(name))
                {
                    return Twice(name);
                }

                reader.Read();
                if (reader.TokenType == JsonTokenType.Null && !member.IsSetNullable)
                {
                    return NullValue;
                }

                if (OfValue(ref reader, type.Options.GetTypeInfo(member.PropertyType)) is { } fault)
                {
                    return fault;
                }
            }

            var missing = type.Properties.Where(member => member.IsRequired && !seen.Contains(member.Name)).Select(static member => $"'{member.Name}'").ToList();
            return reader.TokenStartIndex <= end && missing.Count > 0 ? $"Required members are missing: {string.Join(", ", missing)}." : null;
        }

        private string? OfEntries(ref Utf8JsonReader reader, JsonTypeInfo type)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.TokenStartIndex <= end)
            {
                var name = reader.GetString()!;
                if (!seen.Add(name))
                {
                    return Twice(name);
                }

                reader.Read();
                if (OfValue(ref reader, type) is { } fault)
                {
                    return fault;
                }
            }

            return null;
        }

        private static string Twice(string name) => $"The member '{name}' comes twice.";
    }
}
