using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pos.Journal;

namespace Pos.Grains.Feeds;

/// <summary>
/// Follows the journal for everything that a silo keeps in memory beside its grains: what is there at the start by category, and from
/// there on every event by position, whichever silo wrote it.
/// </summary>
/// <remarks>
/// The head is noted before the views begin, and the tail is read from there, so that nothing falls between the two; what is read twice
/// is the views' to pass over. The position moves event by event, so that a read that fails goes on where it stopped.
/// </remarks>
internal sealed partial class JournalFeed : IHostedService, IDisposable
{
    private readonly IJournal _journal;
    private readonly IFeedView[] _views;
    private readonly string[] _categories;
    private readonly TimeProvider _clock;
    private readonly FeedOptions _options;
    private readonly ILogger _logger;
    private readonly Meter _meter;
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private long _position = -1;

    public JournalFeed(
        IJournal journal, IEnumerable<IFeedView> views, TimeProvider clock, IOptions<FeedOptions> options, IMeterFactory meters,
        ILogger<JournalFeed> logger)
    {
        (_journal, _views, _clock, _options, _logger) = (journal, [.. views], clock, options.Value, logger);
        _categories = [.. _views.Select(view => view.Category).Distinct(StringComparer.Ordinal)];
        _meter = meters.Create("Pos.Feeds");
        _meter.CreateObservableGauge(
            "pos.feed.lag", () => IsCaughtUp ? Math.Max(0, _journal.Head - Volatile.Read(ref _position)) : _journal.Head, "{event}",
            "Durable events that the views of this silo have not looked at yet.");
    }

    /// <summary>Whether everything that was durable when the silo started has reached the views.</summary>
    public bool IsCaughtUp { get; private set; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = Run(_stop.Token);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stop.Cancel();
        await _loop.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _meter.Dispose();
        _stop.Dispose();
    }

    private async Task Run(CancellationToken stop)
    {
        var pause = _options.RetryMin;
        // Not on the thread that starts the host: a large catalogue takes seconds.
        for (var wait = _options.Linger; await Passed(wait, stop);)
        {
            try
            {
                await Follow(stop);
                (wait, pause) = (_options.Linger, _options.RetryMin);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failed)
            {
                LogUnread(_logger, Math.Max(0, _position), failed);
                wait = pause;
                pause = pause * 2 < _options.RetryMax ? pause * 2 : _options.RetryMax;
            }
        }
    }

    /// <summary>Reads what there is, then waits until there is more.</summary>
    private async Task Follow(CancellationToken stop)
    {
        if (_position < 0)
        {
            await Begin(stop);
        }

        // Everything up to here has been passed over or applied once this read has ended; what came meanwhile may have been, too.
        var head = _journal.Head;
        await foreach (var recorded in _journal.ReadAll(_position, _categories, stop))
        {
            foreach (var view in _views)
            {
                if (view.Category == recorded.Stream.Category)
                {
                    Take(view, recorded);
                }
            }

            Volatile.Write(ref _position, recorded.Position);
        }

        Volatile.Write(ref _position, Math.Max(_position, head));
        if (!IsCaughtUp)
        {
            IsCaughtUp = true;
            LogCaughtUp(_logger, _position);
        }

        await _journal.WaitBeyond(_position, stop);
    }

    private async Task Begin(CancellationToken stop)
    {
        var head = _journal.Head;
        foreach (var view in _views)
        {
            await foreach (var recorded in _journal.ReadStreams(view.Category, stop))
            {
                Take(view, recorded);
            }
        }

        Volatile.Write(ref _position, head);
    }

    // Events that a newer release wrote are passed over: a view that misses them is better than a silo that never gets ready.
    private void Take(IFeedView view, in RecordedEvent recorded)
    {
        try
        {
            view.Apply(recorded);
        }
        catch (UnreadableEventException unreadable)
        {
            LogUnreadable(_logger, recorded.Stream, unreadable);
        }
    }

    private async Task<bool> Passed(TimeSpan time, CancellationToken stop)
    {
        try
        {
            await Task.Delay(time, _clock, stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The journal could not be followed behind position {Position}; it is tried again.")]
    private static partial void LogUnread(ILogger logger, long position, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Stream} cannot be taken into the views of this silo as it is now.")]
    private static partial void LogUnreadable(ILogger logger, StreamName stream, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The views of this silo have caught up with the journal at position {Position}.")]
    private static partial void LogCaughtUp(ILogger logger, long position);
}
