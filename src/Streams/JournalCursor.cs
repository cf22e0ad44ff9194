using Orleans.Streams;

namespace Pos.Streams;

/// <summary>
/// Where one subscription is in its stream. It holds a position and no place in the cache, so that the cache may drop anything: a cursor
/// whose next events are gone has them read from the journal.
/// </summary>
internal sealed class JournalCursor : IQueueCacheCursor
{
    private readonly JournalQueue _queue;
    private readonly StreamLog _log;
    private JournalBatchContainer? _current;
    private JournalBatchContainer? _next;
    private long _scanned;

    /// <param name="queue">The partition.</param>
    /// <param name="log">The stream.</param>
    /// <param name="position">Everything up to here has been delivered.</param>
    /// <param name="greets">
    /// The first batch is empty and ends at the position. Orleans skips the first batch of a cursor whose position was delivered before.
    /// </param>
    public JournalCursor(JournalQueue queue, StreamLog log, long position, bool greets)
    {
        (_queue, _log, Position, _scanned) = (queue, log, position, position);
        _next = greets ? new JournalBatchContainer(log.Id, new JournalBatch(position, position, [])) : null;
        log.Cursors.Add(this);
    }

    /// <summary>Everything up to here has been delivered.</summary>
    public long Position { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>Whether the journal is being read for it.</summary>
    public bool IsRewinding { get; private set; }

    /// <summary>Whether it has nothing more to deliver of what the partition has read.</summary>
    public bool IsCaughtUp => _current is null && _next is null && _log.Last <= _scanned;

    /// <inheritdoc/>
    public IBatchContainer? GetCurrent(out Exception? exception)
    {
        exception = null;
        return _current;
    }

    /// <inheritdoc/>
    public bool MoveNext()
    {
        if (_current is { } delivered)
        {
            Position = Math.Max(Position, delivered.Batch.UpTo);
            _scanned = Math.Max(_scanned, Position);
            _current = null;
            _queue.OnMoved(_log);
        }

        if (IsDisposed || IsRewinding)
        {
            return false;
        }

        (_current, _next) = (_next, null);
        if (_current is not null)
        {
            return true;
        }

        var next = _log.FirstBeyond(_scanned);
        if (next is null ? _log.Last > _scanned : next.Batch.After > _scanned)
        {
            IsRewinding = true;
            _queue.Rewind(new(this, _log.Store, _scanned, next?.Batch.After ?? _log.Last));
            return false;
        }

        // Whatever lies between the position and the batch was looked for and is not there.
        _current = next is null || next.Batch.After <= Position
            ? next
            : new JournalBatchContainer(_log.Id, next.Batch with { After = Position });
        return _current is not null;
    }

    /// <summary>Takes what was read from the journal.</summary>
    /// <param name="read">Events beyond the position; empty when there are none.</param>
    public JournalBatchContainer Rewound(RewoundPage read)
    {
        IsRewinding = false;
        _scanned = Math.Max(_scanned, read.UpTo);
        var batch = read.Events.Count == 0
            ? new JournalBatch(Position, Position, [])
            : new JournalBatch(Position, read.Events[^1].Position, read.Events);
        var container = new JournalBatchContainer(_log.Id, batch);
        _next = batch.Events.Count == 0 ? null : container;
        return container;
    }

    /// <inheritdoc/>
    public void Refresh(StreamSequenceToken token)
    {
        // The position says it all.
    }

    /// <inheritdoc/>
    public void RecordDeliveryFailure()
    {
        // Orleans delivers without end; see JournalStreams.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!IsDisposed)
        {
            IsDisposed = true;
            _log.Cursors.Remove(this);
        }
    }
}
