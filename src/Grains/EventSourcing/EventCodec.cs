using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pos.Journal;

namespace Pos.Grains.EventSourcing;

/// <summary>One kind of event: its pinned name, the version of its payload's shape, and how it is written.</summary>
public sealed record EventCase(string Name, int Version, JsonTypeInfo Json);

/// <summary>
/// An aggregate's events as the journal stores them: pinned names and UTF-8 JSON. Names and members are a storage format. An old event stays
/// readable for ever; a new shape gets a new version beside the old one.
/// </summary>
public sealed class EventCodec<TEvent> where TEvent : class
{
    private readonly FrozenDictionary<Type, EventCase> _byType;
    private readonly FrozenDictionary<(string Name, int Version), EventCase> _byName;

    /// <summary>Every case of <typeparamref name="TEvent"/>, each once.</summary>
    public EventCodec(params ImmutableArray<EventCase> cases)
    {
        _byType = cases.ToFrozenDictionary(@case => @case.Json.Type);
        _byName = cases.ToFrozenDictionary(@case => (@case.Name, @case.Version));
        Cases = cases;
    }

    /// <summary>Every case there is.</summary>
    public ImmutableArray<EventCase> Cases { get; }

    /// <summary>An event as it is appended.</summary>
    /// <exception cref="ArgumentException">The case has no name in this codec.</exception>
    public NewEvent Write(TEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return _byType.TryGetValue(happened.GetType(), out var known)
            ? new NewEvent(known.Name, known.Version, JsonSerializer.SerializeToUtf8Bytes(happened, known.Json))
            : throw new ArgumentException($"{happened.GetType().FullName} has no name in the journal.", nameof(happened));
    }

    /// <summary>A stored event.</summary>
    /// <exception cref="UnreadableEventException">This release does not know the name or version, or the payload does not fit it.</exception>
    public TEvent Read(in RecordedEvent recorded)
    {
        if (!_byName.TryGetValue((recorded.Type, recorded.TypeVersion), out var known))
        {
            throw new UnreadableEventException(
                $"{recorded.Stream} version {recorded.Version}: this release does not know '{recorded.Type}' version {recorded.TypeVersion}.");
        }

        try
        {
            return (TEvent)JsonSerializer.Deserialize(recorded.Payload.Span, known.Json)!;
        }
        catch (JsonException unfit)
        {
            throw new UnreadableEventException(
                $"{recorded.Stream} version {recorded.Version}: the payload does not fit '{recorded.Type}' version {recorded.TypeVersion}.", unfit);
        }
    }
}

/// <summary>The journal holds an event that this release cannot read: it was written by a newer one, or is damaged.</summary>
public sealed class UnreadableEventException(string message, Exception? inner = null) : Exception(message, inner);
