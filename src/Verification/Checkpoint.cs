using Pos.Journal;

namespace Pos.Verification;

/// <summary>A mark up to which the journal itself says that it reaches.</summary>
/// <param name="Name">The place of the mark: <c>journal</c>, <c>head file</c>.</param>
/// <param name="Mark">The mark; null when it cannot be read.</param>
public sealed record Checkpoint(string Name, JournalMark? Mark);
