using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Pos.Journal;
using Pos.Journal.Tail;

namespace Pos.Streams;

/// <summary>Fills one partition from the silo's tail reader, and from the journal's pages for subscriptions that are behind.</summary>
internal sealed partial class JournalReceiver(
    JournalQueue queue, JournalTail tail, JournalPages pages, CheckpointFile checkpoint, JournalStreamsOptions options, StreamInstruments instruments,
    TimeProvider clock, ILogger logger) : IQueueAdapterReceiver, IDisposable
{
    // One step of a rewind: small enough that rewinds of other subscriptions of the partition go on meanwhile. A step ends with a page.
    private const int RewindEventsMax = 1_000;
    private const int RewindScanMax = 20_000;
    internal static readonly TimeSpan RewindPause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<RewindRequest> _rewinds = Channel.CreateUnbounded<RewindRequest>(new() { SingleReader = true });
    private readonly ConcurrentQueue<RewoundPage> _rewound = new();
    private volatile TaskCompletionSource _signal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationToken _stopping;
    private JournalFollower? _follower;
    private Task<JournalPage>? _reading;
    private Task _rewinder = Task.CompletedTask;
    private long _readUpTo;
    private long _handedOn;
    private long _stored;

    /// <inheritdoc/>
    public async Task Initialize(TimeSpan timeout)
    {
        // Orleans continues when this fails, so it may have to be done later.
        if (_follower is not null)
        {
            return;
        }

        _stopping = _stop.Token;
        var from = await checkpoint.Read();
        queue.Begin(from);
        queue.OnRewind = request => _rewinds.Writer.TryWrite(request);
        (_readUpTo, _handedOn) = (from.Position, from.Position);
        _stored = clock.GetTimestamp();
        _follower = tail.Follow(from.Position);
        _rewinder = Task.Run(() => Rewind(_stopping));
    }

    /// <inheritdoc/>
    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) => GetQueueMessagesAsync(maxCount, CancellationToken.None);

    /// <inheritdoc/>
    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken)
    {
        if (_stopping.IsCancellationRequested)
        {
            return [];
        }

        await Initialize(options.WaitMax);
        // Orleans has made cursors for everything that the call before returned.
        _handedOn = _readUpTo;
        var news = new List<IBatchContainer>();
        if (clock.GetElapsedTime(_stored) >= options.CheckpointEvery)
        {
            await StoreCheckpoint();
            queue.AskForSaves(news);
        }

        var began = clock.GetTimestamp();
        while (news.Count == 0 && !_stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var signal = _signal;
            if (signal.Task.IsCompleted)
            {
                _signal = signal = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            TakeRewound(news);
            if (queue.HasEnough)
            {
                break;
            }

            _reading ??= _follower!.Read(_stopping).AsTask();
            if (!_reading.IsCompleted && news.Count == 0)
            {
                var left = options.WaitMax - clock.GetElapsedTime(began);
                if (left <= TimeSpan.Zero)
                {
                    break;
                }

                await Either(_reading, signal.Task, left, cancellationToken);
            }

            if (_reading.IsCompleted)
            {
                await TakeRead(news);
            }
        }

        return news;
    }

    /// <inheritdoc/>
    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task Shutdown(TimeSpan timeout)
    {
        // No checkpoint here: Orleans ends a delivery that fails as if the batch had been delivered, so a checkpoint could lie behind what nobody took.
        await _stop.CancelAsync();
        _rewinds.Writer.TryComplete();
        await _rewinder;
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _follower?.Dispose();
        _stop.Dispose();
    }

    private async Task TakeRead(List<IBatchContainer> news)
    {
        var read = _reading!;
        _reading = null;
        JournalPage page;
        try
        {
            page = await read;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }

        _readUpTo = page.UpTo;
        instruments.OnDelivered(queue.Take(page, news));
    }

    private void TakeRewound(List<IBatchContainer> news)
    {
        while (_rewound.TryDequeue(out var page))
        {
            if (!page.Cursor.IsDisposed)
            {
                news.Add(page.Cursor.Rewound(page));
                instruments.OnRewound(page.Events.Count);
            }
        }
    }

    private async Task Either(Task first, Task second, TimeSpan timeMax, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_stopping, cancellationToken);
        await Task.WhenAny(first, second, Task.Delay(timeMax, clock, over.Token));
        await over.CancelAsync();
    }

    private async Task StoreCheckpoint()
    {
        _stored = clock.GetTimestamp();
        try
        {
            await checkpoint.Write(queue.Checkpoint(_handedOn));
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            // Without it more events come again after the next start, and consumers pass over them.
            LogNotStored(logger, checkpoint.Position, failed);
        }
    }

    /// <summary>Serves the subscriptions that are behind, each a step at a time.</summary>
    private async Task Rewind(CancellationToken stop)
    {
        try
        {
            await foreach (var request in _rewinds.Reader.ReadAllAsync(stop))
            {
                if (request.Cursor.IsDisposed)
                {
                    continue;
                }

                try
                {
                    var page = await Step(request, stop);
                    if (page.Events.Count == 0 && page.UpTo < request.UpTo)
                    {
                        _rewinds.Writer.TryWrite(request with { After = page.UpTo });
                        continue;
                    }

                    _rewound.Enqueue(page);
                    _signal.TrySetResult();
                }
                catch (JournalUnavailableException failed)
                {
                    LogNotRewound(logger, request.Store, request.After, failed);
                    _rewinds.Writer.TryWrite(request);
                    await Task.Delay(RewindPause, clock, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The partition goes to another silo, or the silo ends.
        }
    }

    private async Task<RewoundPage> Step(RewindRequest request, CancellationToken stop)
    {
        var events = new List<RecordedEvent>();
        var after = request.After;
        while (after < request.UpTo && after < request.After + RewindScanMax && events.Count < RewindEventsMax)
        {
            var page = await pages.Read(after, request.Store, stop);
            events.AddRange(page.Events.TakeWhile(recorded => recorded.Position <= request.UpTo));
            after = page.UpTo;
        }

        return new(request.Cursor, Math.Min(after, request.UpTo), events);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A checkpoint of the journal's streams could not be stored; the one at position {Position} stays.")]
    private static partial void LogNotStored(ILogger logger, long position, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The journal could not be read for a subscriber of store '{Store}' behind position {Position}; it is tried again.")]
    private static partial void LogNotRewound(ILogger logger, string store, long position, Exception exception);
}
