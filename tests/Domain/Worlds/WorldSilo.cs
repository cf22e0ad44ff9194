using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Pos.Grains;
using Pos.Journal;
using Pos.Journal.Simulated;
using Pos.LocalEngine;
using Pos.Payments;

namespace Pos.Tests;

/// <summary>One life of a silo: engine, grains, journal, dispatcher. After its death nothing of it runs any more.</summary>
internal sealed class WorldSilo : ITurnScheduler, ISimulatedFaults
{
    private readonly World _world;
    private readonly IHost _host;
    private bool _isDead;

    public WorldSilo(World world)
    {
        _world = world;
        Silos = new($"silo-{++world.Lives}");
        var time = new LifeTime(this, world.Time);
        Journal = new SimulatedJournal(time, world.Disk, this, world.Limits, ScheduleAtTheDisk);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services
            .AddSingleton<TimeProvider>(time)
            .AddSingleton(world.Random)
            .AddSingleton<ITurnScheduler>(this)
            .AddSingleton<IJournal>(Journal)
            .AddSingleton<IIncomingGrainCallFilter>(Calls)
            .AddSingleton<ISilos>(Silos)
            .AddSingleton<IPaymentProvider>(world.Provider)
            .AddSingleton<IPaymentNews>(world.Provider)
            .AddLocalEngine(options =>
            {
                options.Assemblies.Add(typeof(EventSourcedGrain<,>).Assembly);
                options.Assemblies.Add(typeof(IStockGrain).Assembly);
                options.Assemblies.Add(typeof(WorldSilo).Assembly);
            })
            .AddPosGrains(_ => { });
        _host = builder.Build();
    }

    public int StepsMax => 1;

    public SimulatedJournal Journal { get; }

    /// <summary>What arrives at grains.</summary>
    public WorldCalls Calls { get; } = new();

    /// <summary>What this silo is told of the others.</summary>
    public WorldSilos Silos { get; }

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public void Start()
    {
        foreach (var service in _host.Services.GetServices<IHostedService>())
        {
            service.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
    }

    public void Die()
    {
        _isDead = true;
        _world.Forget(this);
        if (!Journal.IsCrashed)
        {
            Journal.Crash();
        }
    }

    public void Schedule(IThreadPoolWorkItem item) => Schedule(item.Execute);

    SimulatedFault ISimulatedFaults.At(SimulatedPoint point) => _isDead ? SimulatedFault.None : _world.Faults(point);

    private void ScheduleAtTheDisk(Action step)
    {
        if (!_isDead)
        {
            _world.ScheduleAtTheDisk(this, step);
        }
    }

    private void Schedule(Action item)
    {
        if (!_isDead)
        {
            _world.Schedule(this, item);
        }
    }

    /// <summary>The world's clock, whose timers fall silent with the silo.</summary>
    private sealed class LifeTime(WorldSilo silo, ManualTime time) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override long GetTimestamp() => time.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            time.CreateTimer(
                fired =>
                {
                    if (!silo._isDead)
                    {
                        callback(fired);
                    }
                },
                state,
                dueTime,
                period);
    }
}

/// <summary>Tells a silo of deaths as a story wants it.</summary>
internal sealed class WorldSilos(string self) : ISilos
{
    private Action<string> _died = _ => { };

    public string Self => self;

    public void OnDeath(Action<string> died) => _died += died;

    public void Die(string silo) => _died(silo);
}

/// <summary>Sees every call that arrives, so that a story can act on one.</summary>
internal sealed class WorldCalls : IIncomingGrainCallFilter
{
    public Action<IIncomingGrainCallContext>? OnArrived { get; set; }

    /// <summary>Answers a call in place of its grain, by setting its result: true when it did.</summary>
    public Func<IIncomingGrainCallContext, bool> Answers { get; set; } = _ => false;

    public Task Invoke(IIncomingGrainCallContext context)
    {
        OnArrived?.Invoke(context);
        return Answers(context) ? Task.CompletedTask : context.Invoke();
    }
}
