namespace Pos.Tests.Simulated;

/// <summary>One run: a shop opens, sells under faults, the faults stop, everything must come to rest, and all of it is checked.</summary>
internal sealed class Simulation : IDisposable
{
    /// <summary>After the faults have stopped, everything is settled within this: a lease, a wake-up, a few retries.</summary>
    public static readonly TimeSpan RestMax = TimeSpan.FromMinutes(10);

    private const int StepsToRestMax = 400_000;

    private readonly World _world;
    private readonly Shop _shop;
    private readonly Staff _staff;
    private readonly Workshop _shared = new();
    private readonly Owner _street = new("street");
    private readonly int _steps;

    private Simulation(ulong seed, int steps, HashSet<Strike>? only, bool withTimeline)
    {
        _steps = steps;
        _world = new World(seed, only, withTimeline);
        _shop = new Shop(seed);
        _staff = new Staff(seed, _shop);
        foreach (var key in _staff.All)
        {
            _world.Requests.Employ(key.Person);
        }
    }

    /// <summary>Runs a seed on this thread.</summary>
    public static RunResult Run(ulong seed, int steps, HashSet<Strike>? only = null, bool withTimeline = false)
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            using var simulation = new Simulation(seed, steps, only, withTimeline);
            PoolWatch.Watch(simulation._world.Machine);
            StepWatch.Watch(simulation._world.Machine);
            simulation.Run();
            simulation._world.Violations.Require(
                simulation._world.Machine.Escape is null, Invariant.NothingEscapes, "machine", simulation._world.Machine.Escape ?? "");
            return simulation.Result();
        }
        finally
        {
            PoolWatch.Watch(null);
            StepWatch.Watch(null);
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    public void Dispose() => _world.Dispose();

    private RunResult Result() => new(
        _world.Seed, _world.Machine.Steps, _world.Machine.Hash, _world.Book.Position, _world.Violations.First, _world.Plan.Struck,
        _world.Plan.Coverage, _world.Plan.FeedCoverage, _world.Timeline.Lines, _world.Crashes, _world.SnapshotsRead);

    private void Run()
    {
        var strand = new Strand(_world.Machine, _street);
        if (!Finish(strand, Open, "the shop opens"))
        {
            return;
        }

        _world.Plan.IsOn = true;
        var clients = Enumerable.Range(1, _shop.Clients).Select(number => new Client(_world, _shop, _staff, _shared, number)).ToList();
        Task trade = Task.CompletedTask;
        strand.Run(() => trade = Task.WhenAll(clients.Select(client => client.Run())));
        var until = _world.Machine.Steps + _steps;
        while (_world.Machine.Steps < until && _world.IsWell && _world.TakeStep())
        {
        }

        _shared.IsClosing = true;
        _world.Plan.IsOn = false;
        _world.Cards.Chances = new();
        _world.LosePeer();
        _world.Timeline.Say("== the faults stop");
        Rest(trade, clients);
        if (_world is { IsWell: true, Reports: { } reports } && Finish(strand, () => reports.Settle(withRebuild: true), "the reports"))
        {
            _world.Restart();
            Finish(strand, () => reports.Settle(withRebuild: false), "the reports after a restart");
        }

        if (_world.IsWell)
        {
            new Inspection(_world, work => Finish(strand, work, "an inspection")).Run();
        }
    }

    private async Task Open()
    {
        foreach (var store in _shop.Stores)
        {
            await Insist(grains => grains.GetGrain<IStoreGrain>(store.Value).Define(new(Setup(store.Value, "defineStore"), _shop.Details)));
        }

        foreach (var (index, sku) in _shop.Goods.Append(Shop.Service).Index())
        {
            await Insist(grains => grains.GetGrain<IProductGrain>(sku.Value).Define(new(Setup(sku.Value, "defineProduct"), Shop.Product(sku, 99 + (index * 55)))));
            var code = Shop.Barcode(sku);
            await Insist(grains => grains.GetGrain<IBarcodeGrain>(code).Claim(new(Setup(code, "claimBarcode"), sku)));
        }

        foreach (var store in _shop.Stores)
        {
            foreach (var sku in _shop.Goods)
            {
                var key = new StockKey(store, sku).ToString();
                await Insist(grains => grains.GetGrain<IStockGrain>(key).Receive(new(Setup(key, "receiveStock"), _shop.StockMax)));
            }
        }
    }

    private async Task Insist<T>(Func<IGrainFactory, Task<Outcome<T>>> ask)
        where T : class
    {
        var outcome = await ask(_world.Silo.Grains);
        _world.Violations.Require(outcome.Rejection is null, Invariant.RepliesAreOutcomes, "setup", outcome.Rejection?.Detail ?? "");
    }

    private Operation Setup(string what, string kind)
    {
        var id = $"setup-{what}";
        _world.Requests.Send(new(id, kind, _staff.Root.Name, null));
        return new(id, "", _world.Machine.UtcNow + TimeSpan.FromHours(24), _staff.Root.Name, "", id, ApprovedBy: _staff.Root.Name);
    }

    /// <summary>Steps until a task outside of the silo has ended.</summary>
    private bool Finish(Strand strand, Func<Task> work, string what)
    {
        var task = Task.CompletedTask;
        strand.Run(() => task = work());
        for (var left = StepsToRestMax; left > 0 && !task.IsCompleted && _world.IsWell; left--)
        {
            if (!_world.TakeStep())
            {
                break;
            }
        }

        _world.Violations.Require(!task.IsFaulted, Invariant.RepliesAreOutcomes, what, task.Exception?.InnerException?.ToString() ?? "");
        _world.Violations.Require(task.IsCompleted, Invariant.EverySagaEnds, what, "it does not end");
        return _world.IsWell;
    }

    private void Rest(Task trade, List<Client> clients)
    {
        var until = _world.Machine.Elapsed + RestMax;
        for (var left = StepsToRestMax; left > 0 && _world.IsWell && !IsAtRest(trade); left--)
        {
            if (_world.Machine.Elapsed > until || !_world.TakeStep())
            {
                break;
            }
        }

        _world.Violations.Require(!trade.IsFaulted, Invariant.RepliesAreOutcomes, "a client", trade.Exception?.InnerException?.ToString() ?? "");
        var waiting = string.Join("; ", clients.Where(client => client.Waiting.Length > 0).Select(client => client.Waiting));
        _world.Violations.Require(trade.IsCompleted, Invariant.EverySagaEnds, "clients", $"no answer within {RestMax}: {waiting}");
        foreach (var stream in _world.Book.Streams)
        {
            _world.Violations.Require(
                stream.Debt == SagaSteps.None && stream is not StockItem { NextExpiry: not null } and not CartTrace { IsLive: true }, Invariant.EverySagaEnds, stream.Stream,
                $"still owes {stream.Debt}, or has a hold or a cart to end, {RestMax} after the last fault");
        }
    }

    private bool IsAtRest(Task trade)
    {
        // What is stored and not yet acknowledged is not shown yet either.
        if (!trade.IsCompleted || _world.Journal.Head < _world.Book.Position)
        {
            return false;
        }

        foreach (var stream in _world.Book.Streams)
        {
            if (stream.Debt != SagaSteps.None || stream is StockItem { NextExpiry: not null } or CartTrace { IsLive: true })
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>What came of a run.</summary>
internal sealed record RunResult(
    ulong Seed, long Steps, ulong Hash, long Events, Violation? Violation, IReadOnlyList<Strike> Struck, int[,] Coverage, int[,] FeedCoverage,
    IReadOnlyList<string> Timeline, int Crashes, int SnapshotsRead);
