namespace Pos.Journal.Tail;

/// <summary>
/// The journal's past, for those who catch up. They mostly read the same events at about the same time, after a start or for a rebuild, so a page
/// that one of them has read is kept for the others. However many read a page at once, the journal is read once.
/// </summary>
/// <remarks>
/// A page holds the events of a fixed range of positions, and finds those of one store without looking at the others. The pages that were asked
/// for last are kept, as far as they fit. The end of the journal, where a page is not full yet, is read by each reader itself.
/// </remarks>
public sealed class JournalPages(IJournal journal, long bytesMax = JournalPages.BytesMaxDefault) : IDisposable
{
    /// <summary>Positions of a page.</summary>
    public const int Positions = 1_024;

    /// <summary>Bytes of all pages that are kept, about, unless another number is given: 32 MiB.</summary>
    public const long BytesMaxDefault = 32 << 20;

    // An event in memory takes this much beside its payload, about.
    private const int EventBytes = 600;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<long, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _used = [];
    private long _bytes;
    private long _reads;

    /// <summary>Pages read from the journal so far.</summary>
    public long Reads => Interlocked.Read(ref _reads);

    /// <summary>Bytes that are kept now, about.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>
    /// Some events behind a position, and how far they reach: to the end of a page, or to the head of this moment. Waits until the journal has grown
    /// beyond the position, so the answer always reaches beyond it.
    /// </summary>
    /// <param name="after">Exclusive lower bound.</param>
    /// <param name="store">Only events of this store; null for all.</param>
    /// <param name="cancellationToken">Ends the wait for the journal to grow. A page that is being read is waited for: others may want it.</param>
    /// <exception cref="JournalUnavailableException">The store cannot be read now.</exception>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    public async ValueTask<JournalPage> Read(long after, string? store, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (journal.Head <= after)
        {
            await journal.WaitBeyond(after, cancellationToken);
        }

        var begin = after / Positions * Positions;
        var head = journal.Head;
        if (begin + Positions <= head)
        {
            var page = await Whole(begin);
            return new(after, begin + Positions, page.Behind(after, store));
        }

        var end = await Events(after, head, cancellationToken);
        return new(after, head, store is null ? end : end.FindAll(recorded => recorded.Context.Store == store));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private Task<Page> Whole(long begin)
    {
        Entry entry;
        lock (_gate)
        {
            if (_entries.TryGetValue(begin, out var known))
            {
                _used.Remove(known);
                _used.AddFirst(known);
                return known.Value.Loaded.Task;
            }

            entry = new Entry(begin);
            _entries[begin] = _used.AddFirst(entry);
        }

        // The reader that came first reads in its own turn, and the others wait for it.
        _ = Load(entry);
        return entry.Loaded.Task;
    }

    private async Task Load(Entry entry)
    {
        try
        {
            Interlocked.Increment(ref _reads);
            var page = new Page(await Events(entry.Begin, entry.Begin + Positions, _stop.Token));
            lock (_gate)
            {
                if (_entries.TryGetValue(entry.Begin, out var node) && node.Value == entry)
                {
                    entry.Bytes = page.Bytes;
                    _bytes += entry.Bytes;
                }

                while (_bytes > bytesMax && _used.Last is { } oldest && oldest.Value != entry)
                {
                    Forget(oldest.Value);
                }
            }

            entry.Loaded.SetResult(page);
        }
        catch (Exception failed)
        {
            lock (_gate)
            {
                Forget(entry);
            }

            entry.Loaded.SetException(failed);
            // With nobody left who waits, the failure concerns nobody.
            _ = entry.Loaded.Task.Exception;
        }
    }

    private void Forget(Entry entry)
    {
        if (_entries.TryGetValue(entry.Begin, out var node) && node.Value == entry)
        {
            _entries.Remove(entry.Begin);
            _used.Remove(node);
            _bytes -= entry.Bytes;
        }
    }

    private async Task<List<RecordedEvent>> Events(long after, long upTo, CancellationToken cancellationToken)
    {
        var events = new List<RecordedEvent>();
        await foreach (var recorded in journal.ReadAll(after, cancellationToken))
        {
            if (recorded.Position <= upTo)
            {
                events.Add(recorded);
            }

            if (recorded.Position >= upTo)
            {
                break;
            }
        }

        return events;
    }

    private sealed class Entry(long begin)
    {
        public long Begin => begin;

        public TaskCompletionSource<Page> Loaded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Bytes { get; set; }
    }

    private sealed class Page
    {
        private readonly List<RecordedEvent> _events;
        private readonly Dictionary<string, List<RecordedEvent>> _stores = new(StringComparer.Ordinal);

        public Page(List<RecordedEvent> events)
        {
            _events = events;
            foreach (var recorded in events)
            {
                Bytes += recorded.Payload.Length + EventBytes;
                if (!_stores.TryGetValue(recorded.Context.Store, out var own))
                {
                    _stores[recorded.Context.Store] = own = [];
                }

                own.Add(recorded);
            }
        }

        public long Bytes { get; }

        public List<RecordedEvent> Behind(long after, string? store)
        {
            var events = store is null ? _events : _stores.GetValueOrDefault(store);
            return events is null or { Count: 0 } ? [] : events[0].Position > after ? events : events.FindAll(recorded => recorded.Position > after);
        }
    }
}
