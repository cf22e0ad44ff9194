using Microsoft.Extensions.DependencyInjection;
using Pos.Grains;
using Pos.Journal;
using Pos.Tests.Simulated;
using Pos.Tests.Simulated.Journal;

namespace Pos.Tests;

/// <summary>One life of a silo: grains, journal, dispatcher. After its death nothing of it runs any more.</summary>
#pragma warning disable CA1001 // A silo dies and is never disposed of: nothing of it runs any more, and its memory goes with the story.
internal sealed class WorldSilo : ISimulatedFaults
#pragma warning restore CA1001
{
    private readonly World _world;
    private readonly Owner _owner;
    private readonly SimulatedSilo _silo;

    public WorldSilo(World world)
    {
        _world = world;
        Silos = new($"silo-{++world.Lives}");
        _owner = new Owner(Silos.Self);
        Journal = new SimulatedJournal(new VirtualTime(world.Machine, _owner), world.Disk, this, world.Limits, ScheduleAtTheDisk);
        _silo = world.Compose(
            _owner, Journal, world.Random, static _ => { }, services => services.AddSingleton<IIncomingGrainCallFilter>(Calls).AddSingleton<ISilos>(Silos));
    }

    public SimulatedJournal Journal { get; }

    /// <summary>What arrives at grains.</summary>
    public WorldCalls Calls { get; } = new();

    /// <summary>What this silo is told of the others.</summary>
    public WorldSilos Silos { get; }

    public IGrainFactory Grains => _silo.Factory;

    public void Start() => _silo.Start();

    public void Die()
    {
        _owner.IsDead = true;
        if (!Journal.IsCrashed)
        {
            Journal.Crash();
        }
    }

    SimulatedFault ISimulatedFaults.At(SimulatedPoint point) => _owner.IsDead ? SimulatedFault.None : _world.Faults(point);

    private void ScheduleAtTheDisk(Action step)
    {
        if (_world.DiskIsSlow)
        {
            _world.Machine.EnqueueLast(_owner, step);
        }
        else
        {
            _world.Machine.Enqueue(_owner, step);
        }
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
