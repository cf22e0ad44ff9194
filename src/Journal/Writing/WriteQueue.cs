namespace Pos.Journal.Writing;

/// <summary>Whether the queue took an operation.</summary>
internal enum Entry
{
    Taken,
    Full,
    Closed,
}

/// <summary>The bounded queue before the writer. Any thread enters; one writer takes.</summary>
internal sealed class WriteQueue(JournalOptions options) : IDisposable
{
    private readonly Lock gate = new();
    private readonly AutoResetEvent wake = new(false);
    private Queue<WriteOperation> waiting = new();
    private int events;
    private long bytes;
    private bool closed;
    private bool suspended;
    private bool writerSleeps;

    /// <summary>Events waiting now.</summary>
    public int Events => Volatile.Read(ref events);

    /// <summary>Bytes waiting now.</summary>
    public long Bytes => Volatile.Read(ref bytes);

    /// <summary>A look without a lock, so that a full queue costs its callers no hashing.</summary>
    public bool LooksFull => Volatile.Read(ref suspended) || Volatile.Read(ref events) >= options.QueueEventsMax;

    public Entry Enter(WriteOperation operation)
    {
        var wakeWriter = false;
        lock (gate)
        {
            if (closed)
                return Entry.Closed;
            // An empty queue takes an append of any number of events: no limit may make an order impossible.
            if (suspended || (events > 0 && events + operation.Events > options.QueueEventsMax)
                || bytes + operation.Bytes > options.QueueBytesMax)
                return Entry.Full;
            waiting.Enqueue(operation);
            events += operation.Events;
            bytes += operation.Bytes;
            if (writerSleeps)
            {
                writerSleeps = false;
                wakeWriter = true;
            }
        }

        if (wakeWriter)
            wake.Set();
        return Entry.Taken;
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
                writerSleeps = true;
            }

            wake.WaitOne();
        }
    }

    /// <summary>Takes everything out that stands behind a poisoned append of its session.</summary>
    public List<Append> RemovePoisoned()
    {
        var removed = new List<Append>();
        lock (gate)
        {
            var kept = new Queue<WriteOperation>(waiting.Count);
            foreach (var operation in waiting)
            {
                if (operation is Append append && append.Session.IsPoisonedBefore(append.FirstVersion))
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

        return removed;
    }

    /// <summary>While the store is known not to work: takes everything out and refuses newcomers as if full.</summary>
    public List<WriteOperation> Suspend()
    {
        lock (gate)
        {
            suspended = true;
            var all = new List<WriteOperation>(waiting);
            waiting.Clear();
            events = 0;
            bytes = 0;
            return all;
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

    /// <summary>Refuses newcomers for good; what waits is still taken.</summary>
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
