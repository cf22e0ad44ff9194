using Pos.Journal;

namespace Pos.Verification;

/// <summary>Checks order, versions and hashes.</summary>
internal sealed class ChainCheck(Tally tally, IReadOnlyList<Checkpoint> checkpoints)
{
    private readonly byte[] _running = RunningHash.Start.ToArray();
    private readonly byte[] _hash = new byte[ChainHash.Size];
    private readonly byte[]?[] _found = new byte[checkpoints.Count][];
    private long _position;

    /// <summary>Position of the last event read.</summary>
    public long Head => _position;

    public void Check(in RecordedEvent at, StreamTrace trace)
    {
        NoteCheckpoints(at.Position);
        tally.Check(Invariant.Positions, at.Position > _position, at, $"position {at.Position} comes after {_position}");
        _position = Math.Max(_position, at.Position);
        // Behind a gap there is no hash to compare with. The gap is reported once, and the chain goes on behind it.
        if (tally.Check(Invariant.Versions, at.Version == trace.Version + 1, at, $"version {at.Version} follows {trace.Version}"))
        {
            ChainHash.Compute(trace.Hash.Span, at, _hash);
            tally.Check(Invariant.Chain, at.Hash.Span.SequenceEqual(_hash), at, $"the event's hash is not that of its content behind version {trace.Version}");
        }

        trace.Version = at.Version;
        trace.Hash = at.Hash.ToArray();
        RunningHash.Advance(_running, at.Hash.Span);
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

            if (tally.CheckPart(Invariant.Head, known.Position <= _position, name, $"says {known.Position}, and the events end at {_position}"))
            {
                tally.CheckPart(
                    Invariant.Head,
                    known.Running.Span.SequenceEqual(_found[i]),
                    name,
                    $"the running hash at position {known.Position} is not that of the events up to there");
            }
        }
    }

    // A checkpoint was read before the events, and more may have been written since: it is compared at its own position.
    private void NoteCheckpoints(long next)
    {
        for (var i = 0; i < _found.Length; i++)
        {
            if (_found[i] is null && checkpoints[i].Mark is { } mark && mark.Position < next)
            {
                _found[i] = [.. _running];
            }
        }
    }
}
