using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pos.Journal;
using Pos.Journal.Tail;

namespace Pos.Grains.Feeds;

/// <summary>
/// Follows the journal for the views that a silo keeps in memory beside its grains. At the start it reads the streams of each category; from then on it
/// reads every event by position, also those that other silos wrote.
/// </summary>
/// <remarks>
/// The feed notes the journal's head before it reads the streams, and follows the silo's tail reader from there, so that no event falls between the two.
/// Views pass over events that come twice. The position moves event by event, so that a failed read continues where it stopped.
/// </remarks>
internal sealed partial class JournalFeed : IHostedService, IDisposable
{
    private readonly IJournal _journal;
    private readonly JournalTail _tail;
    private readonly IFeedView[] _views;
    private readonly string[] _categories;
    private readonly TimeProvider _clock;
    private readonly FeedOptions _options;
    private readonly ILogger _logger;
    private readonly Meter _meter;
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private JournalFollower? _follower;
    private long _position = -1;

    public JournalFeed(
        IJournal journal, JournalTail tail, IEnumerable<IFeedView> views, TimeProvider clock, IOptions<FeedOptions> options, IMeterFactory meters,
        ILogger<JournalFeed> logger)
    {
        (_journal, _tail, _views, _clock, _options, _logger) = (journal, tail, [.. views], clock, options.Value, logger);
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
        _follower?.Dispose();
        _meter.Dispose();
        _stop.Dispose();
    }

    private async Task Run(CancellationToken stop)
    {
        var pause = _options.RetryMin;
        // On another thread than the host's start: a large catalogue takes seconds.
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

    /// <summary>Reads what there is, then waits until there is more and reads that.</summary>
    private async Task Follow(CancellationToken stop)
    {
        if (_position < 0)
        {
            await Begin(stop);
        }

        _follower ??= _tail.Follow(_position, _categories);
        // A view may have failed in the middle of a page.
        _follower.Position = _position;
        // Under load there is always more: what was there is what counts.
        var head = _journal.Head;
        while (_position < head)
        {
            Take(await _follower.Read(stop));
        }

        if (!IsCaughtUp)
        {
            IsCaughtUp = true;
            LogCaughtUp(_logger, _position);
        }

        Take(await _follower.Read(stop));
    }

    private void Take(JournalPage page)
    {
        foreach (var recorded in page.Events)
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

        Volatile.Write(ref _position, page.UpTo);
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

    // Events of a newer release are passed over: an incomplete view is better than a silo that never gets ready.
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The journal could not be read after position {Position}. The feed tries again.")]
    private static partial void LogUnread(ILogger logger, long position, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The views of this silo cannot read {Stream}: a newer release wrote it, or it is damaged. Update this silo.")]
    private static partial void LogUnreadable(ILogger logger, StreamName stream, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The views of this silo have caught up with the journal at position {Position}.")]
    private static partial void LogCaughtUp(ILogger logger, long position);
}
