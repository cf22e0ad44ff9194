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
    private bool _asks;
    private bool _isAsking;
    private bool _hasFailed;

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

    /// <summary>
    /// Everything up to here has been delivered, and the subscriber has stored what it made of it. 0 before the subscriber was asked: whatever it made of
    /// the events before may be in its memory alone.
    /// </summary>
    public long Saved { get; private set; }

    /// <summary>Whether the subscriber has stored all that the partition has read.</summary>
    public bool IsSaved => IsCaughtUp && Saved == Position;

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
        if (_hasFailed)
        {
            // Orleans gives a batch up when the partition leaves the silo, and would go on behind it. The batch comes again at the next news of the stream.
            (_next, _asks) = _isAsking ? (_next, true) : (_current, _asks);
            (_current, _isAsking, _hasFailed) = (null, false, false);
            return false;
        }

        if (_current is { } delivered)
        {
            (Saved, _isAsking) = (_isAsking ? Position : Saved, false);
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

        if (_asks)
        {
            (_asks, _isAsking) = (false, true);
            _current = new JournalBatchContainer(_log.Id, new JournalBatch(Position, Position, []));
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

    /// <summary>
    /// Puts an empty batch before the next one, if something was delivered since the subscriber was asked last. Returns whether the cursor has something to
    /// deliver.
    /// </summary>
    public bool AskForSave()
    {
        _asks |= Saved < Position;
        return _asks || _next is not null;
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
        _hasFailed = _current is not null;
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
