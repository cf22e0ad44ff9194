using Pos.Journal;

namespace Pos.Verification;

/// <summary>A place that the journal itself says it reaches.</summary>
/// <param name="Name">Where that is written: <c>journal</c>, <c>head file</c>.</param>
/// <param name="Mark">What is written there; null when it cannot be read.</param>
public sealed record Checkpoint(string Name, JournalMark? Mark);
