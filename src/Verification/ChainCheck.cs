using Pos.Journal;

namespace Pos.Verification;

/// <summary>Checks order, versions and hashes.</summary>
internal sealed class ChainCheck(Tally tally, IReadOnlyList<Checkpoint> checkpoints)
{
    private readonly byte[] running = RunningHash.Start.ToArray();
    private readonly byte[] hash = new byte[ChainHash.Size];
    private readonly byte[]?[] found = new byte[checkpoints.Count][];
    private long position;

    /// <summary>Position of the last event read.</summary>
    public long Head => position;

    public void Check(in RecordedEvent at, StreamTrace trace)
    {
        NoteCheckpoints(at.Position);
        tally.Check(Invariant.Positions, at.Position > position, at, $"position {at.Position} comes after {position}");
        position = Math.Max(position, at.Position);
        // Behind a gap there is no hash to compare with. The gap is reported once, and the chain goes on behind it.
        if (tally.Check(Invariant.Versions, at.Version == trace.Version + 1, at, $"version {at.Version} follows {trace.Version}"))
        {
            ChainHash.Compute(trace.Hash.Span, at, hash);
            tally.Check(Invariant.Chain, at.Hash.Span.SequenceEqual(hash), at, $"the event's hash is not that of its content behind version {trace.Version}");
        }

        trace.Version = at.Version;
        trace.Hash = at.Hash.ToArray();
        RunningHash.Advance(running, at.Hash.Span);
    }

    /// <summary>Compares with the checkpoints when everything has been read.</summary>
    public void End()
    {
        NoteCheckpoints(long.MaxValue);
        for (var i = 0; i < checkpoints.Count; i++)
        {
            var (name, mark) = checkpoints[i];
            if (!tally.CheckPart(Invariant.Head, mark is not null, name, $"cannot be read") || mark is not { } known)
            {
                continue;
            }

            if (tally.CheckPart(Invariant.Head, known.Position <= position, name, $"says {known.Position}, and the events end at {position}"))
            {
                tally.CheckPart(
                    Invariant.Head,
                    known.Running.Span.SequenceEqual(found[i]),
                    name,
                    $"the running hash at position {known.Position} is not that of the events up to there");
            }
        }
    }

    // A checkpoint was read before the events, and more may have been written since: it is compared at its own position.
    private void NoteCheckpoints(long next)
    {
        for (var i = 0; i < found.Length; i++)
        {
            if (found[i] is null && checkpoints[i].Mark is { } mark && mark.Position < next)
            {
                found[i] = [.. running];
            }
        }
    }
}
