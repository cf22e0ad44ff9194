using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>The events of one store in their order.</summary>
internal sealed class EventLog
{
    private readonly List<RecordedEvent> _all = [];

    public void Add(in RecordedEvent recorded) => _all.Add(recorded);

    /// <summary>Position of the last event up to a position; 0 for none.</summary>
    public long LastUpTo(long position) => IndexBeyond(position) is var index and > 0 ? _all[index - 1].Position : 0;

    /// <summary>The first events above one position, up to another.</summary>
    public List<RecordedEvent> Between(long after, long upTo, int max)
    {
        var (from, to) = (IndexBeyond(after), IndexBeyond(upTo));
        return from >= to ? [] : _all.GetRange(from, Math.Min(max, to - from));
    }

    private int IndexBeyond(long position)
    {
        var (low, high) = (0, _all.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _all[middle].Position > position ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
