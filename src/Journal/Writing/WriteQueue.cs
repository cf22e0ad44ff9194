using System.Diagnostics;

namespace Pos.Journal.Writing;

/// <summary>The bounded queue in front of the committer. Any thread puts operations in; the committer takes them out in batches.</summary>
internal sealed class WriteQueue(JournalOptions options) : IDisposable
{
    private readonly Lock gate = new();
    private readonly AutoResetEvent wake = new(false);
    private Queue<WriteOperation> waiting = new();
    private int events;
    private long bytes;
    private bool closed;
    private bool suspended;
    private bool committerSleeps;

    /// <summary>Events waiting now.</summary>
    public int Events => Volatile.Read(ref events);

    /// <summary>Bytes waiting now.</summary>
    public long Bytes => Volatile.Read(ref bytes);

    /// <summary>Looks without a lock, so that a full queue costs its callers no hashing.</summary>
    public bool LooksFull => Volatile.Read(ref suspended) || Volatile.Read(ref events) >= options.QueueEventsMax;

    /// <summary>
    /// Puts an operation in. False: the queue is full, and nothing has changed. A closed queue takes the operation and fails it at once.
    /// </summary>
    public bool TryEnter(WriteOperation operation)
    {
        bool isClosed;
        var wakeCommitter = false;
        lock (gate)
        {
            isClosed = closed;
            if (!isClosed)
            {
                // An empty queue takes an append of any number of events: no limit may make an order impossible.
                if (suspended || (events > 0 && events + operation.Events > options.QueueEventsMax)
                    || bytes + operation.Bytes > options.QueueBytesMax)
                    return false;
                waiting.Enqueue(operation);
                events += operation.Events;
                bytes += operation.Bytes;
                wakeCommitter = committerSleeps;
                committerSleeps = false;
            }
        }

        if (isClosed)
        {
            operation.Ends = AppendResult.Failed;
            operation.Settle(new JournalUnavailableException("The journal is closed."));
        }

        if (wakeCommitter)
            wake.Set();
        return true;
    }

    /// <summary>The next batch, or null when nothing waits.</summary>
    public Batch? TryTake()
    {
        lock (gate)
        {
            return Take();
        }
    }

    /// <summary>Waits for the next batch; null when the queue is closed and empty.</summary>
    public Batch? WaitAndTake()
    {
        while (true)
        {
            lock (gate)
            {
                if (Take() is { } batch)
                    return batch;
                if (closed)
                    return null;
                committerSleeps = true;
            }

            wake.WaitOne();
        }
    }

    /// <summary>Takes out and settles everything that stands behind an append of its session that was not stored.</summary>
    public void SettlePoisoned()
    {
        var removed = new List<Append>();
        lock (gate)
        {
            var kept = new Queue<WriteOperation>(waiting.Count);
            foreach (var operation in waiting)
            {
                if (operation is Append append && !append.MayBeWritten())
                {
                    removed.Add(append);
                    events -= operation.Events;
                    bytes -= operation.Bytes;
                }
                else
                {
                    kept.Enqueue(operation);
                }
            }

            waiting = kept;
        }

        removed.ForEach(static append => append.Settle(null));
    }

    /// <summary>While the store is known not to work: fails everything that waits, and refuses newcomers as if the queue were full.</summary>
    public void Suspend()
    {
        List<WriteOperation> all;
        lock (gate)
        {
            suspended = true;
            all = [.. waiting];
            waiting.Clear();
            events = 0;
            bytes = 0;
        }

        foreach (var operation in all)
        {
            if (operation is not Append append || append.MayBeWritten())
                operation.Ends = AppendResult.Failed;
            operation.Settle(null);
        }
    }

    /// <summary>The store works again.</summary>
    public void Resume()
    {
        if (!Volatile.Read(ref suspended))
            return;
        lock (gate)
        {
            suspended = false;
        }
    }

    /// <summary>Takes no newcomers any more. The committer still takes out the waiting ones.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
        }

        wake.Set();
    }

    public void Dispose() => wake.Dispose();

    private Batch? Take()
    {
        Debug.Assert(events >= 0 && bytes >= 0 && (waiting.Count > 0 || (events, bytes) == (0, 0)), "The queue lost count of what waits.");
        if (waiting.Count == 0)
            return null;
        var batch = new Batch();
        while (waiting.TryPeek(out var next) && (batch.Operations.Count == 0
            || (batch.Events + next.Events <= options.BatchEventsMax && batch.Bytes + next.Bytes <= options.BatchBytesMax)))
        {
            batch.Add(waiting.Dequeue());
            events -= next.Events;
            bytes -= next.Bytes;
        }

        return batch;
    }
}
