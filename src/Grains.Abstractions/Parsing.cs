using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pos;

/// <summary>The characters that ids are made of.</summary>
internal static class Parsing
{
    public static readonly SearchValues<char> CodeCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    // Letters without anything to see: Hangul fillers, an empty braille cell, a joiner of glyphs, variation selectors.
    private static readonly SearchValues<char> Fillers = SearchValues.Create(
        "\u034F\u115F\u1160\u17B4\u17B5\u180B\u180C\u180D\u2800\u3164\uFE00\uFE01\uFE02\uFE03\uFE04\uFE05\uFE06\uFE07\uFE08\uFE09\uFE0A\uFE0B\uFE0C\uFE0D\uFE0E\uFE0F\uFFA0");

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

    /// <summary>Whether a text is made of what people see: no invisible, private or unassigned characters, no space but the plain one.</summary>
    public static bool IsVisible(string s)
    {
        foreach (var c in s)
        {
            if (c != ' ' && (Fillers.Contains(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned))
            {
                return false;
            }
        }

        return char.GetUnicodeCategory(s[0]) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark);
    }

    /// <summary>
    /// Whether a text stays itself as a segment of an address: dots are steps there, and what looks like an escape is decoded by one
    /// proxy more.
    /// </summary>
    public static bool IsAddress(string s)
    {
        for (var i = s.IndexOf('%', StringComparison.Ordinal); i >= 0; i = s.IndexOf('%', i + 1))
        {
            if (i + 1 < s.Length && char.IsAsciiHexDigit(s[i + 1]))
            {
                return false;
            }
        }

        return s is not ("." or "..");
    }

    /// <summary>An id as it is in the journal.</summary>
    public static T Journaled<T>(string s) where T : struct, IJournaledId<T> =>
        T.TryReadJournaled(s, out var result) ? result : throw new FormatException($"'{s}' is no {typeof(T).Name}.");

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

/// <summary>An id whose rule has become stricter. Ids in the journal are read by the older rule.</summary>
public interface IJournaledId<T> where T : struct, IJournaledId<T>
{
    /// <summary>Reads an id by the rule of any release.</summary>
    static abstract bool TryReadJournaled([NotNullWhen(true)] string? s, out T result);
}

/// <summary>Writes an id as its string in JSON, and reads every string that a release has written.</summary>
public sealed class JournaledIdJsonConverter<T> : JsonConverter<T> where T : struct, IJournaledId<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && T.TryReadJournaled(reader.GetString(), out var value)
            ? value
            : throw new JsonException($"The value is no valid {typeof(T).Name}.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
