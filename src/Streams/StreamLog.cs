using Orleans.Runtime;

namespace Pos.Streams;

/// <summary>What a partition keeps of one stream: its last batches, and where it ends.</summary>
internal sealed class StreamLog(StreamId id, string store, long last)
{
    private readonly List<JournalBatchContainer> _batches = [];

    public StreamId Id => id;

    public string Store => store;

    /// <summary>Position of the stream's last event, as far as the partition has read; or a position behind which it has none.</summary>
    public long Last { get; private set; } = last;

    public List<JournalCursor> Cursors { get; } = [];

    public void Add(JournalBatchContainer container)
    {
        _batches.Add(container);
        Last = container.Batch.UpTo;
    }

    /// <summary>The first kept batch that reaches beyond a position.</summary>
    public JournalBatchContainer? FirstBeyond(long position)
    {
        var at = Find(position);
        return at < _batches.Count ? _batches[at] : null;
    }

    /// <summary>The kept batch that ends at a position.</summary>
    public JournalBatchContainer? EndingAt(long position) =>
        FirstBeyond(position - 1) is { } found && found.Batch.UpTo == position ? found : null;

    /// <summary>Whether a batch that ended at a position has not been dropped.</summary>
    public bool Keeps(long upTo) => _batches.Count > 0 && _batches[0].Batch.UpTo <= upTo;

    /// <summary>Drops the oldest batch if it ends at or before a position; returns its events.</summary>
    public int? TryDrop(long upTo)
    {
        if (_batches.Count == 0 || _batches[0].Batch.UpTo > upTo)
        {
            return null;
        }

        var events = _batches[0].Batch.Events.Count;
        _batches.RemoveAt(0);
        return events;
    }

    /// <summary>Everything up to here has been delivered to all who subscribe.</summary>
    public long Delivered()
    {
        var delivered = long.MaxValue;
        foreach (var cursor in Cursors)
        {
            delivered = Math.Min(delivered, cursor.Position);
        }

        return delivered;
    }

    private int Find(long position)
    {
        var (low, high) = (0, _batches.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _batches[middle].Batch.UpTo > position ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
