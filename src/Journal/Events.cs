namespace Pos.Journal;

/// <summary>A stream's name: <c>category/key</c>, for example <c>order/4f1c…</c> or <c>stock/london/85123A</c>.</summary>
public readonly record struct StreamName
{
    /// <summary>Characters at most.</summary>
    public const int LengthMax = 200;

    /// <summary>Joins a category and a grain's key.</summary>
    /// <exception cref="ArgumentException">The category is empty or contains <c>/</c>, the key is empty, or both are too long.</exception>
    public StreamName(string category, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(category);
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (category.Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException("A category has no slash.", nameof(category));
        }

        Value = string.Concat(category, "/", key);
        if (Value.Length > LengthMax)
        {
            throw new ArgumentException($"A stream's name has at most {LengthMax} characters.", nameof(key));
        }
    }

    private StreamName(string value) => Value = value;

    /// <summary>The whole name.</summary>
    public string Value { get; }

    /// <summary>The part before the first slash.</summary>
    public string Category => Value[..Value.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>The part after the first slash.</summary>
    public string Key => Value[(Value.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>Reads a whole name.</summary>
    /// <exception cref="FormatException">It has no category, no key, or is too long.</exception>
    public static StreamName Parse(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < value.Length - 1 && value.Length <= LengthMax
            ? new StreamName(value)
            : throw new FormatException($"'{value}' is no stream name: it must be category/key, with at most {LengthMax} characters.");
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>An event about to be appended.</summary>
/// <param name="Type">Pinned name, for example <c>order.placed</c>.</param>
/// <param name="TypeVersion">Version of the payload's shape, from 1.</param>
/// <param name="Payload">UTF-8 JSON; the journal keeps the bytes as they are. Not changed by the caller after the append.</param>
public readonly record struct NewEvent(string Type, int TypeVersion, ReadOnlyMemory<byte> Payload);

/// <summary>The part of an envelope that the caller knows. Empty strings mean "none".</summary>
/// <param name="OccurredAt">Business time, UTC; may lie before the time of recording.</param>
/// <param name="Store">The store it belongs to, or empty (the catalogue).</param>
/// <param name="Till">The till, or empty.</param>
/// <param name="Actor">Who asked for it, or empty.</param>
/// <param name="Correlation">Shared by everything one request or saga caused, or empty.</param>
/// <param name="Causation">The command or event that caused it, or empty.</param>
/// <param name="TraceParent">W3C trace context, or empty.</param>
public sealed record EventContext(
    DateTimeOffset OccurredAt,
    string Store = "",
    string Till = "",
    string Actor = "",
    string Correlation = "",
    string Causation = "",
    string TraceParent = "");

/// <summary>A durable event.</summary>
/// <param name="Position">Its place in the order of everything, from 1, growing in commit order.</param>
/// <param name="Stream">The stream it belongs to.</param>
/// <param name="Version">Its place in the stream, from 1, without gaps.</param>
/// <param name="Type">Pinned name.</param>
/// <param name="TypeVersion">Version of the payload's shape.</param>
/// <param name="RecordedAt">When it was queued for the journal, UTC.</param>
/// <param name="Context">The caller's part of the envelope.</param>
/// <param name="Payload">UTF-8 JSON, byte for byte as appended.</param>
/// <param name="Hash">SHA-256 over the stream's previous hash and this event (32 bytes).</param>
public readonly record struct RecordedEvent(
    long Position,
    StreamName Stream,
    long Version,
    string Type,
    int TypeVersion,
    DateTimeOffset RecordedAt,
    EventContext Context,
    ReadOnlyMemory<byte> Payload,
    ReadOnlyMemory<byte> Hash);
