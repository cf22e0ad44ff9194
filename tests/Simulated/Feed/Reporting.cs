using System.Runtime.CompilerServices;
using System.Text.Json;
using Pos.Journal;
using Pos.Reports;
using Pos.Reports.Consuming;
using Pos.Reports.Sagas;
using Pos.Reports.Sales;
using Pos.Reports.Stock;
using Pos.Streams;
using OpenSagas = Pos.Reports.Sagas.OpenSagas;

namespace Pos.Tests.Simulated;

/// <summary>
/// The reports of a shop: their storage, which outlives everything; the silo or the two silos that host them; the pulling agents; and an operator who
/// looks at them, retries what is parked and has reports made anew.
/// </summary>
internal sealed class Reporting : IDisposable
{
    private readonly World _world;
    private readonly Chance _chance;
    private readonly Dictionary<string, EventLog> _logs;
    private readonly List<ReportSilo> _gone = [];
    private readonly ReportChecks _checks;
    private ReportSilo _silo = null!;
    private ReportSilo? _left;
    private PullingAgent _agent = null!;
    private long _checkpoint;
    private int _agents;
    private int _silos;

    public Reporting(World world)
    {
        (_world, _chance) = (world, new Chance(world.Seed, "reports"));
        var stores = new Shop(world.Seed).Stores;
        Feeds = [.. stores.SelectMany(static store => Enum.GetValues<ReportKind>().Select(report => new Feed(report, store.Value)))];
        _logs = stores.ToDictionary(static store => store.Value, static _ => new EventLog(), StringComparer.Ordinal);
        _checks = new ReportChecks(world, this);
    }

    /// <summary>All reports of all stores.</summary>
    public IReadOnlyList<Feed> Feeds { get; }

    public SimulatedStates States { get; } = new();

    public ReportsUnderWay UnderWay { get; } = new();

    /// <summary>
    /// Whether a seed has reports: one in four has. A run with reports takes nearly twice the steps of one without, and what the sales do needs all seeds.
    /// </summary>
    public static bool IsIn(ulong seed) => Chance.Mix(seed ^ 0xFEED) % 4 == 0;

    public static ReportParts PartOf(string name) => name switch
    {
        "sales-report" or "sales" or SalesConsumer.Report => ReportParts.Sales,
        "stock-report" or "stock" or StockConsumer.Report => ReportParts.Stock,
        "saga-report" or "sagas" => ReportParts.Sagas,
        _ => ReportParts.None,
    };

    public EventLog Log(string store) => _logs[store];

    public bool Strikes(Fault fault, string name) => Strikes(fault, PartOf(name));

    public bool Strikes(Fault fault, Feed feed) => Strikes(fault, feed.Part);

    public bool Strikes(Fault fault, ReportParts hit)
    {
        if (!_world.Plan.Strikes(fault, hit | UnderWay.Now))
        {
            return false;
        }

        _world.Timeline.Say($"!! {fault} ({hit})");
        return true;
    }

    public TimeSpan Between(TimeSpan min, TimeSpan max) => _chance.Between(min, max);

    public void Say([InterpolatedStringHandlerArgument("")] Words what)
    {
        if (IsOn)
        {
            _world.Timeline.Say(what.ToString());
        }
    }

    public bool IsOn => _world.Timeline.IsOn;

    /// <summary>Takes in an event that was stored.</summary>
    public void Take(in RecordedEvent recorded, JsonElement body)
    {
        if (_logs.TryGetValue(recorded.Context.Store, out var log))
        {
            log.Add(recorded);
            _checks.Take(recorded, body);
        }
    }

    /// <summary>Looks at the storage, after some steps.</summary>
    public void Look()
    {
        if (_chance.Is(0.02))
        {
            _checks.Stored(_chance.Of(Feeds));
        }
    }

    /// <summary>A state was stored.</summary>
    public void OnWritten<T>(string state, GrainId grain, T? written)
    {
        switch (written)
        {
            case Consumed<Kept<OpenSales>> sales:
                OnWritten(ReportKind.Sales, grain, sales.Parked);
                break;
            case Consumed<Kept<OpenStock>> stock:
                OnWritten(ReportKind.Stock, grain, stock.Parked);
                break;
            case Consumed<Kept<OpenSagas>> sagas:
                OnWritten(ReportKind.Sagas, grain, sagas.Parked);
                break;
        }
    }

    /// <summary>The process starts: a silo, an agent at the checkpoint, an operator.</summary>
    public void Boot()
    {
        foreach (var feed in Feeds)
        {
            _checks.Stored(feed);
        }

        _silo = StartSilo();
        _agent = StartAgent(_silo);
        _silo.Strand.Run(() => _ = Operate(_silo));
    }

    /// <summary>The process dies.</summary>
    public void Die()
    {
        Leave(_silo);
        Leave(_left);
        _left = null;
        UnderWay.NothingIsRebuilt();
    }

    /// <summary>An agent stores how far all reports are. Of two agents either may store last.</summary>
    public void OnCheckpoint(long position) => _checkpoint = position;

    /// <summary>An agent has read the journal: now and then the agent starts anew, or goes to another silo.</summary>
    public void OnRead(PullingAgent agent)
    {
        if (agent != _agent)
        {
            return;
        }

        if (Strikes(Fault.AgentRestarts, ReportParts.All))
        {
            agent.Stop();
            _agent = StartAgent(_silo);
        }
        else if (_left is null && Strikes(Fault.AgentMoves, ReportParts.All))
        {
            Move();
        }
    }

    /// <summary>After the faults: everybody catches up, first those who are not parked; then everything is compared, made anew, and compared again.</summary>
    public async Task Settle(bool withRebuild)
    {
        await CatchUp(feed => !UnderWay.IsParked(feed.Name), "is not parked");
        foreach (var feed in Feeds.Where(feed => UnderWay.IsParked(feed.Name)))
        {
            await ReportOf(feed).Retry(feed.Report, CancellationToken.None);
        }

        await CatchUp(static _ => true, "was retried");
        await CompareAll();
        if (!withRebuild || !_world.IsWell)
        {
            return;
        }

        foreach (var feed in Feeds)
        {
            await ReportOf(feed).Rebuild(feed.Report, CancellationToken.None);
        }

        foreach (var feed in Feeds)
        {
            await RequireRebuilt(feed);
        }

        await CompareAll();
    }

    public void Dispose()
    {
        Die();
        _gone.ForEach(static silo => silo.Dispose());
    }

    private void OnWritten(ReportKind report, GrainId grain, ParkedEvent? parked) => UnderWay.Park(new Feed(report, grain.Key.ToString()!).Name, parked is not null);

    private IReportGrain ReportOf(Feed feed) => _silo.Grains.GetGrain<IReportGrain>(feed.Store);

    private ReportSilo StartSilo() => new(_world, this, $"reports {++_silos}");

    private PullingAgent StartAgent(ReportSilo silo)
    {
        var from = _chance.Is(0.6) ? _checkpoint : (long)(_checkpoint * _chance.NextDouble());
        var agent = new PullingAgent(_world, this, silo, from, ++_agents);
        Say($"{silo.Name} has an agent, which begins behind position {from}");
        agent.Start();
        return agent;
    }

    private void Move()
    {
        var (old, agent) = (_silo, _agent);
        _left = old;
        _silo = StartSilo();
        _agent = StartAgent(_silo);
        _silo.Strand.Run(() => _ = Operate(_silo));
        // The old one has not heard of it yet.
        _world.Machine.After(new Owner("membership"), _chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(8)), () =>
        {
            agent.Stop();
            if (_left == old)
            {
                Leave(old);
                _left = null;
            }
        });
    }

    private void Leave(ReportSilo? silo)
    {
        if (silo is { IsDead: false })
        {
            Say($"{silo.Name} is gone");
            silo.Die();
            _gone.Add(silo);
        }
    }

    private async Task Operate(ReportSilo silo)
    {
        while (_world.Plan.IsOn || _world.Book.Position < 100)
        {
            await Task.Delay(_chance.Between(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(3)), silo.Time, CancellationToken.None);
            var feed = _chance.Of(Feeds);
            try
            {
                await Operate(silo, feed);
            }
            catch (Exception failure)
            {
                Say($"the operator hears of {feed.Name}: {failure.GetType().Name} {failure.Message}");
            }
        }
    }

    private async Task Operate(ReportSilo silo, Feed feed)
    {
        var grain = silo.Grains.GetGrain<IReportGrain>(feed.Store);
        if (Strikes(Fault.RebuildAsked, feed))
        {
            UnderWay.Rebuild(feed.Name, true);
            await grain.Rebuild(feed.Report, CancellationToken.None);
        }
        else if (UnderWay.IsParked(feed.Name) && _chance.Is(0.5))
        {
            // A position that is not the parked one's is passed over.
            await (_chance.Is(0.2) ? grain.Skip(feed.Report, 1, CancellationToken.None) : grain.Retry(feed.Report, CancellationToken.None));
        }
        else if (_chance.Is(0.3))
        {
            var all = await grain.Progress(CancellationToken.None);
            UnderWay.Rebuild(feed.Name, all.Single(one => one.Report == feed.Report).Rebuild is { IsUnderWay: true });
        }
        else
        {
            await _checks.Answered(feed, silo.Grains);
        }
    }

    private async Task CatchUp(Func<Feed, bool> which, string how)
    {
        var until = _world.Machine.Elapsed + TimeSpan.FromMinutes(3);
        foreach (var feed in Feeds.Where(which).ToList())
        {
            while (which(feed) && await PositionOf(feed) < _logs[feed.Store].LastUpTo(long.MaxValue))
            {
                if (_world.Machine.Elapsed > until)
                {
                    _world.Violations.Report(
                        Invariant.ReportsCatchUp, feed.Name, $"{how}, and is at {await PositionOf(feed)} of {_logs[feed.Store].LastUpTo(long.MaxValue)} three minutes after the last fault");
                    return;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(200), _silo.Time, CancellationToken.None);
            }
        }
    }

    private async Task<long> PositionOf(Feed feed)
    {
        try
        {
            return (await ReportOf(feed).Progress(CancellationToken.None)).Single(one => one.Report == feed.Report).Freshness.Position;
        }
        catch (Exception failure) when (failure is not NullReferenceException)
        {
            // An activation that was overtaken goes, and the next one answers.
            Say($"{feed.Name} does not answer: {failure.Message}");
            return -1;
        }
    }

    private async Task CompareAll()
    {
        foreach (var feed in Feeds)
        {
            _checks.Stored(feed);
            await _checks.Answered(feed, _silo.Grains);
        }
    }

    private async Task RequireRebuilt(Feed feed)
    {
        for (var left = 600; left > 0; left--)
        {
            var rebuild = (await ReportOf(feed).Progress(CancellationToken.None)).Single(one => one.Report == feed.Report).Rebuild;
            if (rebuild is null or { IsUnderWay: false, Error: not null } && left > 100)
            {
                // An activation that was overtaken finds out at its next write, and takes its rebuild along.
                await ReportOf(feed).Rebuild(feed.Report, CancellationToken.None);
            }
            else if (rebuild is { IsUnderWay: false })
            {
                _world.Violations.Require(rebuild.Error is null, Invariant.ReportsCatchUp, feed.Name, $"its rebuild failed: {rebuild.Error}");
                _world.Violations.Require(
                    rebuild.Differences.IsEmpty, Invariant.ReportIsTheFold, feed.Name, $"made anew it differs: {string.Join("; ", rebuild.Differences)}");
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), _silo.Time, CancellationToken.None);
        }

        _world.Violations.Report(Invariant.ReportsCatchUp, feed.Name, "its rebuild does not end");
    }
}
