using System.Collections.Immutable;
using Pos.Journal;

namespace Pos.Grains.EventSourcing;

/// <summary>
/// The result of a decision: events to journal, or one named refusal. The default is "accepted without events": the command was a repetition, or
/// the fact came too late to change anything.
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

/// <summary>A decision whose events are queued for the journal. It is not told to anybody until <paramref name="Result"/> is durable.</summary>
/// <param name="Result">Ends when the decision and everything it was decided on is durable, or is not.</param>
/// <param name="Rejection">Why it was refused, or null.</param>
public readonly record struct Recording(Task<AppendResult> Result, Rejection? Rejection);
