using Pos.Journal;

namespace Pos.Grains.EventSourcing;

/// <summary>A decision on its way to the disk. Says nothing until it has arrived.</summary>
/// <param name="Result">Ends when the decision and everything it was decided on is durable, or is not.</param>
/// <param name="Rejection">Why it was refused, or null.</param>
public readonly record struct Recording(Task<AppendResult> Result, Rejection? Rejection);
