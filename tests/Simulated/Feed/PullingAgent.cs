using Pos.Journal;
using Pos.Streams;

namespace Pos.Tests.Simulated;

/// <summary>
/// Does to the reports of its silo what a pulling agent of Orleans does, at its worst: delivers the journal's durable events to each report, in
/// batches cut anywhere, until each is taken, and now and then again, too late, torn, or with a gap.
/// </summary>
internal sealed class PullingAgent
{
    private const int EventsMax = 40;

    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromSeconds(5);

    private readonly World _world;
    private readonly Reporting _reporting;
    private readonly ReportSilo _silo;
    private readonly Chance _chance;
    private readonly TimeSpan _lingerMax;
    private readonly bool _isDeaf;
    private readonly Dictionary<Feed, long> _delivered;
    private TaskCompletionSource _news = new();
    private long _stored;
    private bool _isStopped;

    /// <param name="world">The journal.</param>
    /// <param name="reporting">The reports.</param>
    /// <param name="silo">Where the reports are that it calls.</param>
    /// <param name="from">Where it begins.</param>
    /// <param name="number">Its number in the run.</param>
    public PullingAgent(World world, Reporting reporting, ReportSilo silo, long from, int number)
    {
        (_world, _reporting, _silo) = (world, reporting, silo);
        _chance = new Chance(world.Seed, $"agent {number}");
        _lingerMax = TimeSpan.FromMilliseconds(20 + _chance.Next(_chance.Is(0.3) ? 2_000 : 300));
        _isDeaf = _chance.Is(0.4);
        _stored = silo.Time.GetTimestamp();
        _delivered = reporting.Feeds.ToDictionary(static feed => feed, _ => from);
    }

    public ReportSilo Silo => _silo;

    public void Start() => _silo.Strand.Run(() =>
    {
        _ = Follow();
        foreach (var feed in _reporting.Feeds)
        {
            _ = Serve(feed);
        }
    });

    /// <summary>It ends behind what it does now.</summary>
    public void Stop()
    {
        _isStopped = true;
        _news.TrySetResult();
    }

    // One wait for the journal for all subscriptions. What comes while it lingers comes in one batch.
    private async Task Follow()
    {
        for (var read = 0L; !_isStopped;)
        {
            await _world.Journal.WaitBeyond(read, CancellationToken.None);
            await Task.Delay(_chance.Between(TimeSpan.Zero, _lingerMax), _silo.Time, CancellationToken.None);
            read = _world.Journal.Head;
            if (_silo.Time.GetElapsedTime(_stored) > CheckpointEvery)
            {
                _stored = _silo.Time.GetTimestamp();
                await StoreCheckpoint();
            }

            var news = _news;
            _news = new();
            news.TrySetResult();
            _reporting.OnRead(this);
        }
    }

    // An empty batch asks a consumer to store what it has.
    private async Task StoreCheckpoint()
    {
        var checkpoint = _delivered.Values.Min();
        try
        {
            await Task.WhenAll(_reporting.Feeds.Select(feed => _silo.Deliver(feed, new JournalBatch(checkpoint, checkpoint, []), null)));
            _reporting.OnCheckpoint(checkpoint);
        }
        catch (Exception failure)
        {
            // The checkpoint before it stays.
            _reporting.Say($"{_silo.Name} has stored no checkpoint at {checkpoint}: {failure.Message}");
        }
    }

    private async Task Serve(Feed feed)
    {
        while (!_isStopped)
        {
            var news = _news.Task;
            var events = _reporting.Log(feed.Store).Between(_delivered[feed], _world.Journal.Head, 1 + _chance.Next(EventsMax));
            if (events.Count == 0)
            {
                await news;
                continue;
            }

            if (_reporting.Strikes(Fault.FeedLags, feed))
            {
                await Pause(TimeSpan.FromSeconds(4));
            }

            if (!await TryDeliver(feed, events))
            {
                await Pause(TimeSpan.FromSeconds(1));
            }
        }
    }

    private async Task<bool> TryDeliver(Feed feed, List<RecordedEvent> events)
    {
        var (batch, delivered) = Cut(feed, events);
        try
        {
            var answer = _silo.Deliver(feed, batch, delivered);
            var expected = _reporting.Strikes(Fault.BatchDoubled, feed)
                ? (await Task.WhenAll(answer, _silo.Deliver(feed, batch, delivered)))[0]
                : await answer;
            _delivered[feed] = expected == BatchDelivery.Taken ? batch.UpTo : expected;
            return true;
        }
        catch (Exception failure)
        {
            // Deliveries are repeated without end.
            _reporting.Say($"{_silo.Name} has not delivered ({batch.After}, {batch.UpTo}] to {feed.Name}: {failure.GetType().Name} {failure.Message}");
            return false;
        }
    }

    private (JournalBatch Batch, long? Delivered) Cut(Feed feed, List<RecordedEvent> events)
    {
        var after = _delivered[feed];
        var isElsewhere = _isDeaf;
        if (_reporting.Strikes(Fault.BatchOld, feed))
        {
            after = (long)(after * _chance.NextDouble());
            events = [.. _reporting.Log(feed.Store).Between(after, events[0].Position - 1, int.MaxValue), .. events];
            isElsewhere = true;
        }
        else if (events.Count > 1 && _reporting.Strikes(Fault.BatchSkipping, feed))
        {
            var skipped = 1 + _chance.Next(events.Count - 1);
            after = events[skipped - 1].Position;
            events = events[skipped..];
            isElsewhere = true;
        }

        if (_reporting.Strikes(Fault.BatchUnreadable, feed))
        {
            var at = _chance.Next(events.Count);
            events = [.. events];
            events[at] = events[at] with { TypeVersion = 99 };
        }

        var batch = new JournalBatch(after, events[^1].Position, events);
        return (_chance.Is(0.02) ? OrleansTypes.Instance.OverTheWire(batch) : batch, isElsewhere ? null : _delivered[feed]);
    }

    private Task Pause(TimeSpan max) => Task.Delay(_chance.Between(TimeSpan.FromMilliseconds(1), max), _silo.Time, CancellationToken.None);
}
