using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pos.Api.Json;

/// <summary>How bodies are read: by the rules that answers are written by, and by stricter ones. A refusal says what would be accepted.</summary>
internal static class ReadJson
{
    /// <summary>Texts in Unicode's normal form C; enumerations and ids that say what they may be.</summary>
    public static ApiJson Strict { get; } = Make();

    private static ApiJson Make()
    {
        var options = new JsonSerializerOptions(ApiJson.Wire.Options);
        options.Converters.Insert(0, new Enumerations());
        options.Converters.Insert(0, new Ids());
        options.Converters.Insert(0, new Texts());
        return new ApiJson(options);
    }

    /// <summary>
    /// Reads texts in Unicode's normal form C, so that a composed é and an e with a combining accent are one text. The deciders say which characters a
    /// text may have.
    /// </summary>
    private sealed class Texts : JsonConverter<string>
    {
        public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? reader.GetString()!.Normalize() : throw new ValueFaultException("The value is no text.");

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

        public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString()!.Normalize();

        public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);
    }

    private sealed class Enumerations : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum && typeToConvert != typeof(RejectionCode);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(Enumeration<>).MakeGenericType(typeToConvert))!;
    }

    private sealed class Enumeration<T> : JsonConverter<T> where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && EnumNames.TryParse<T>(reader.GetString()!, out var value)
                ? value
                : throw new ValueFaultException($"The value is one of {EnumNames.List<T>()}.");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(EnumNames.Of(value));
    }

    private sealed class Ids : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => TextIds.All.ContainsKey(typeToConvert);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(Id<>).MakeGenericType(typeToConvert))!;
    }

    private sealed class Id<T> : JsonConverter<T> where T : struct, ITextId<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && T.TryParse(reader.GetString(), null, out var value)
                ? value
                : throw new ValueFaultException($"The value cannot be read: {T.Rule}.");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}

/// <summary>Enumerations by the names that are written.</summary>
internal static class EnumNames
{
    /// <summary>All names, in the order of their declaration.</summary>
    public static IReadOnlyList<string> All<T>() where T : struct, Enum => [.. Names<T>.All.Select(name => name.Text)];

    /// <summary>All names, as they are told to people.</summary>
    public static string List<T>() where T : struct, Enum => string.Join(", ", All<T>());

    /// <summary>The name of a value.</summary>
    public static string Of<T>(T value) where T : struct, Enum => Names<T>.All.First(name => EqualityComparer<T>.Default.Equals(name.Value, value)).Text;

    /// <summary>The value of a name, whatever its case.</summary>
    public static bool TryParse<T>(string text, out T value) where T : struct, Enum
    {
        foreach (var (known, name) in Names<T>.All)
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                value = known;
                return true;
            }
        }

        value = default;
        return false;
    }

    private static class Names<T> where T : struct, Enum
    {
        public static readonly (T Value, string Text)[] All =
        [
            .. typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (
                (T)field.GetValue(null)!, field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? field.Name)),
        ];
    }
}
