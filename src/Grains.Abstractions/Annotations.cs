using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos;

/// <summary>The words that a client puts on a cart, an order or a return for its own use. No rule of the business reads them.</summary>
/// <param name="Reference">A number or name in the client's own system, by which lists find the thing; 1–100 characters, or null.</param>
/// <param name="Note">For people; 1–2,000 characters, or null.</param>
/// <param name="Customer">The customer in the client's own system; 1–100 characters, or null.</param>
/// <param name="Metadata">Pairs of the client's own, or null.</param>
[GenerateSerializer, Immutable, Alias("pos.Annotations")]
public sealed record Annotations(string? Reference = null, string? Note = null, string? Customer = null, Metadata? Metadata = null)
{
    /// <summary>Annotations of their parts; null without any.</summary>
    public static Annotations? Of(string? reference, string? note, string? customer, Metadata? metadata) =>
        reference is null && note is null && customer is null && metadata is null ? null : new(reference, note, customer, metadata);
}

/// <summary>Pairs of a client's own, in the order of their keys. In JSON an object of texts.</summary>
/// <param name="Entries">Ordered by key; no key comes twice.</param>
[GenerateSerializer, Immutable, Alias("pos.Metadata"), JsonConverter(typeof(MetadataConverter))]
public sealed record Metadata(ImmutableArray<MetadataEntry> Entries)
{
    /// <summary>The pairs of a request; null for none.</summary>
    public static Metadata? Of(IReadOnlyDictionary<string, string>? pairs) => pairs is not { Count: > 0 }
        ? null
        : new([.. pairs.Select(static pair => new MetadataEntry(pair.Key, pair.Value)).OrderBy(static entry => entry.Key, StringComparer.Ordinal)]);

    /// <summary>The value of a key, or null.</summary>
    public string? Find(string key)
    {
        foreach (var entry in Entries)
        {
            if (entry.Key == key)
            {
                return entry.Value;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public bool Equals(Metadata? other) => other is not null && Entries.AsSpan().SequenceEqual(other.Entries.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Entries.Aggregate(0, static (hash, entry) => HashCode.Combine(hash, entry));
}

/// <summary>One pair.</summary>
/// <param name="Key">1–40 of <c>A-Z a-z 0-9 . _ -</c>.</param>
/// <param name="Value">1–500 characters.</param>
[GenerateSerializer, Immutable, Alias("pos.MetadataEntry")]
public readonly record struct MetadataEntry(string Key, string Value);

/// <summary>Writes pairs as a JSON object.</summary>
public sealed class MetadataConverter : JsonConverter<Metadata>
{
    /// <inheritdoc/>
    public override Metadata Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("Metadata is an object of texts.");
        }

        var entries = ImmutableArray.CreateBuilder<MetadataEntry>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            entries.Add(new(key, reader.GetString() ?? throw new JsonException("A value of metadata is a text.")));
        }

        return new(entries.DrainToImmutable());
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Metadata value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartObject();
        foreach (var (key, text) in value.Entries)
        {
            writer.WriteString(key, text);
        }

        writer.WriteEndObject();
    }
}
