using System.Collections.Immutable;

namespace Pos.Grains.EventSourcing;

/// <summary>
/// What a decider answers: events to journal, or one named refusal. The default is "accepted, and nothing new": the command was a
/// repetition, or the fact came late.
/// </summary>
public readonly record struct Decision<TEvent>(ImmutableArray<TEvent> Events, Rejection? Rejection) where TEvent : class
{
    /// <summary>Accepted with one event.</summary>
    public static implicit operator Decision<TEvent>(TEvent happened) => new([happened], null);

    /// <summary>Accepted with several events that are stored together.</summary>
    public static implicit operator Decision<TEvent>(ImmutableArray<TEvent> happened) => new(happened, null);

    /// <summary>Refused.</summary>
    public static implicit operator Decision<TEvent>(Rejection rejection) => new([], rejection);
}
