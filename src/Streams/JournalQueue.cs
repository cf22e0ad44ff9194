using System.Diagnostics.CodeAnalysis;
using Orleans.Runtime;
using Orleans.Streams;
using Pos.Journal;
using Pos.Journal.Tail;

namespace Pos.Streams;

/// <summary>A subscription wants its stream's events above one position and up to another from the journal.</summary>
internal readonly record struct RewindRequest(JournalCursor Cursor, string Store, long After, long UpTo);

/// <summary>A stream's events above the request's position, all of them up to <paramref name="UpTo"/>.</summary>
internal readonly record struct RewoundPage(JournalCursor Cursor, long UpTo, IReadOnlyList<RecordedEvent> Events);

/// <summary>
/// One partition in memory: the last batches of its streams, and where its subscriptions are. Only the partition's pulling agent calls it.
/// </summary>
internal sealed class JournalQueue(Func<string, bool> owns, JournalStreamsOptions options, TimeProvider clock) : IQueueCache
{
    // Consumers that have not moved for so long are slow or stuck, and nobody waits for them.
    private static readonly TimeSpan Stuck = TimeSpan.FromMilliseconds(20);

    private readonly Dictionary<string, StreamLog?> _logs = new(StringComparer.Ordinal);
    private readonly Queue<(StreamLog Log, long UpTo)> _order = new();
    private readonly Dictionary<StreamLog, List<RecordedEvent>> _page = [];
    private long _moved;
    private int _events;

    /// <summary>Where rewinds are asked for.</summary>
    public Action<RewindRequest> OnRewind { get; set; } = static _ => { };

    /// <summary>Events that are kept.</summary>
    public int Events => Volatile.Read(ref _events);

    /// <summary>
    /// Whether there is no use in reading on: the cache is full and all subscriptions work on it. One that is stuck holds nobody up, and one
    /// that has nothing to do makes reading useful.
    /// </summary>
    public bool HasEnough
    {
        get
        {
            if (_events < options.CacheEventsMax || clock.GetElapsedTime(_moved) > Stuck)
            {
                return false;
            }

            foreach (var log in _logs.Values)
            {
                if (log is not null && log.Cursors.Exists(static cursor => cursor.IsCaughtUp))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Begins behind a checkpoint.</summary>
    public void Begin(JournalCheckpoint checkpoint)
    {
        foreach (var (store, last) in checkpoint.Ends)
        {
            // An end above the position is that of events which come again.
            _logs[store] = new StreamLog(JournalStreams.StreamOf(store), store, Math.Min(last, checkpoint.Position));
        }
    }

    /// <summary>Takes the partition's part of what was read, and tells which streams have something new.</summary>
    public int Take(JournalPage page, List<IBatchContainer> news)
    {
        foreach (var recorded in page.Events)
        {
            if (Log(recorded.Context.Store) is { } log && recorded.Position > log.Last)
            {
                if (!_page.TryGetValue(log, out var events))
                {
                    _page[log] = events = [];
                }

                events.Add(recorded);
            }
        }

        var taken = 0;
        foreach (var (log, events) in _page)
        {
            var container = new JournalBatchContainer(log.Id, new JournalBatch(log.Last, events[^1].Position, events));
            log.Add(container);
            _order.Enqueue((log, container.Batch.UpTo));
            news.Add(container);
            taken += events.Count;
        }

        _page.Clear();
        _events += taken;
        while (_order.TryPeek(out var oldest) && (_events > options.CacheEventsMax || _order.Count > options.CacheEventsMax || !oldest.Log.Keeps(oldest.UpTo)))
        {
            _order.Dequeue();
            _events -= oldest.Log.TryDrop(oldest.UpTo) ?? 0;
        }

        return taken;
    }

    /// <summary>
    /// Asks the subscriptions that have been given something since they were asked last to store what they have made of it. An empty batch is the
    /// question, and its return is the answer.
    /// </summary>
    public void AskForSaves(List<IBatchContainer> news)
    {
        foreach (var log in _logs.Values)
        {
            var asked = false;
            foreach (var cursor in log?.Cursors ?? [])
            {
                asked |= cursor.AskForSave();
            }

            if (asked)
            {
                news.Add(new JournalBatchContainer(log!.Id, new JournalBatch(log.Last, log.Last, [])));
            }
        }
    }

    /// <summary>How far all subscriptions have stored what they made of their streams, and where the streams end.</summary>
    /// <param name="readUpTo">How far the partition has read.</param>
    public JournalCheckpoint Checkpoint(long readUpTo)
    {
        var checkpoint = new JournalCheckpoint { Position = readUpTo };
        foreach (var log in _logs.Values)
        {
            if (log is not null)
            {
                checkpoint.Ends[log.Store] = log.Last;
                foreach (var cursor in log.Cursors)
                {
                    checkpoint.Position = cursor.IsSaved ? checkpoint.Position : Math.Min(checkpoint.Position, cursor.Saved);
                }
            }
        }

        return checkpoint;
    }

    public void OnMoved(StreamLog log)
    {
        _moved = clock.GetTimestamp();
        var delivered = log.Delivered();
        while (log.TryDrop(delivered) is { } events)
        {
            _events -= events;
        }
    }

    public void Rewind(RewindRequest request) => OnRewind(request);

    /// <inheritdoc/>
    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token)
    {
        var log = Log(JournalStreams.StoreOf(streamId)) ?? throw new ArgumentException($"{streamId} belongs to another partition.", nameof(streamId));
        if (token is null)
        {
            return new JournalCursor(this, log, log.FirstBeyond(log.Last - 1)?.Batch.After ?? log.Last, greets: false);
        }

        // A token is the end of a batch, and Orleans takes a cursor to begin with the token's batch.
        return log.EndingAt(token.SequenceNumber) is { } batch
            ? new JournalCursor(this, log, batch.Batch.After, greets: false)
            : new JournalCursor(this, log, token.SequenceNumber, greets: true);
    }

    /// <inheritdoc/>
    public int GetMaxAddCount() => options.CacheEventsMax;

    /// <inheritdoc/>
    public void AddToCache(IList<IBatchContainer> messages)
    {
        // The receiver has put them there: what it returns says which streams have news, and may come from the journal for one cursor alone.
    }

    /// <inheritdoc/>
    public bool TryPurgeFromCache([MaybeNullWhen(false)] out IList<IBatchContainer> purgedItems)
    {
        purgedItems = null;
        return false;
    }

    /// <inheritdoc/>
    public bool IsUnderPressure() => false;

    private StreamLog? Log(string store)
    {
        if (!_logs.TryGetValue(store, out var log))
        {
            _logs[store] = log = owns(store) ? new StreamLog(JournalStreams.StreamOf(store), store, 0) : null;
        }

        return log;
    }
}
