using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pos;

/// <summary>The characters that ids are made of.</summary>
internal static class Parsing
{
    public static readonly SearchValues<char> CodeCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    public static bool IsHash(string? s) => s is { Length: 32 } && !s.AsSpan().ContainsAnyExcept(HexDigits);

    public static bool IsPlainText(string s)
    {
        foreach (var c in s)
        {
            if (char.IsControl(c) || char.IsSurrogate(c) || c is '/' or '\\')
            {
                return false;
            }
        }

        return true;
    }

    public static T OrThrow<T>(string s) where T : IParsable<T> =>
        T.TryParse(s, null, out var result) ? result : throw new FormatException($"'{s}' is no valid {typeof(T).Name}.");
}

/// <summary>Writes an id as the JSON string that it prints as, and reads it back by its own rules.</summary>
public sealed class ParsableJsonConverter<T> : JsonConverter<T> where T : struct, IParsable<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && T.TryParse(reader.GetString(), null, out var value)
            ? value
            : throw new JsonException($"The value is no valid {typeof(T).Name}.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }

    /// <inheritdoc/>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.Parse(reader.GetString()!, null);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(value.ToString()!);
    }
}
