using System.Diagnostics;

namespace Pos.Journal.Writing;

/// <summary>The bounded queue in front of the committer. Any thread puts operations in; the committer takes them out in batches.</summary>
internal sealed class WriteQueue(JournalOptions options) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private Queue<WriteOperation> _waiting = new();
    private int _events;
    private long _bytes;
    private bool _closed;
    private bool _suspended;
    private bool _committerSleeps;
    private int _gathering = int.MaxValue;

    /// <summary>Events waiting now.</summary>
    public int Events => Volatile.Read(ref _events);

    /// <summary>Bytes waiting now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Looks without a lock, so that a full queue costs its callers no hashing.</summary>
    public bool LooksFull => Volatile.Read(ref _suspended) || Volatile.Read(ref _events) >= options.QueueEventsMax;

    /// <summary>
    /// Puts an operation in. False: the queue is full, and nothing has changed. A closed queue takes the operation and fails it at once.
    /// </summary>
    public bool TryEnter(WriteOperation operation)
    {
        bool isClosed;
        var wakeCommitter = false;
        lock (_gate)
        {
            isClosed = _closed;
            if (!isClosed)
            {
                // An empty queue takes an append of any number of events: no limit may make an order impossible.
                if (_suspended || (_events > 0 && _events + operation.Events > options.QueueEventsMax)
                    || _bytes + operation.Bytes > options.QueueBytesMax)
                {
                    return false;
                }

                _waiting.Enqueue(operation);
                _events += operation.Events;
                _bytes += operation.Bytes;
                wakeCommitter = _committerSleeps || _waiting.Count >= _gathering;
                _committerSleeps = false;
                _gathering = wakeCommitter ? int.MaxValue : _gathering;
            }
        }

        if (isClosed)
        {
            operation.Ends = AppendResult.Failed;
            operation.Settle(new JournalUnavailableException("The journal is closed."));
        }

        if (wakeCommitter)
        {
            _wake.Set();
        }

        return true;
    }

    /// <summary>The next batch, or null when nothing waits.</summary>
    public Batch? TryTake()
    {
        lock (_gate)
        {
            return Take();
        }
    }

    /// <summary>Waits for the next batch; null when the queue is closed and empty.</summary>
    public Batch? WaitAndTake()
    {
        while (true)
        {
            lock (_gate)
            {
                if (Take() is { } batch)
                {
                    return batch;
                }

                if (_closed)
                {
                    return null;
                }

                _committerSleeps = true;
            }

            _wake.WaitOne();
        }
    }

    /// <summary>
    /// Waits until so many operations wait, but not longer than a time. See <see cref="JournalOptions.LingerMax"/>.
    /// </summary>
    public void Gather(int operations, TimeSpan max)
    {
        if (max <= TimeSpan.Zero)
        {
            return;
        }

        lock (_gate)
        {
            if (_closed || _waiting.Count >= operations)
            {
                return;
            }

            _gathering = operations;
        }

        _wake.WaitOne(max);
        lock (_gate)
        {
            _gathering = int.MaxValue;
        }
    }

    /// <summary>Takes out and settles everything that stands behind an append of its session that was not stored.</summary>
    public void SettlePoisoned()
    {
        var removed = new List<Append>();
        lock (_gate)
        {
            var kept = new Queue<WriteOperation>(_waiting.Count);
            foreach (var operation in _waiting)
            {
                if (operation is Append append && !append.MayBeWritten())
                {
                    removed.Add(append);
                    _events -= operation.Events;
                    _bytes -= operation.Bytes;
                }
                else
                {
                    kept.Enqueue(operation);
                }
            }

            _waiting = kept;
        }

        removed.ForEach(static append => append.Settle(null));
    }

    /// <summary>While the store is known not to work: fails everything that waits, and refuses newcomers as if the queue were full.</summary>
    public void Suspend()
    {
        List<WriteOperation> all;
        lock (_gate)
        {
            _suspended = true;
            all = [.. _waiting];
            _waiting.Clear();
            _events = 0;
            _bytes = 0;
        }

        foreach (var operation in all)
        {
            if (operation is not Append append || append.MayBeWritten())
            {
                operation.Ends = AppendResult.Failed;
            }

            operation.Settle(null);
        }
    }

    /// <summary>The store works again.</summary>
    public void Resume()
    {
        if (!Volatile.Read(ref _suspended))
        {
            return;
        }

        lock (_gate)
        {
            _suspended = false;
        }
    }

    /// <summary>Takes no newcomers any more. The committer still takes out the waiting ones.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }

        _wake.Set();
    }

    public void Dispose() => _wake.Dispose();

    private Batch? Take()
    {
        Debug.Assert(_events >= 0 && _bytes >= 0 && (_waiting.Count > 0 || (_events, _bytes) == (0, 0)), "The queue lost count of what waits.");
        if (_waiting.Count == 0)
        {
            return null;
        }

        var batch = new Batch();
        while (_waiting.TryPeek(out var next) && (batch.Operations.Count == 0
            || (batch.Events + next.Events <= options.BatchEventsMax && batch.Bytes + next.Bytes <= options.BatchBytesMax)))
        {
            batch.Add(_waiting.Dequeue());
            _events -= next.Events;
            _bytes -= next.Bytes;
        }

        return batch;
    }
}
