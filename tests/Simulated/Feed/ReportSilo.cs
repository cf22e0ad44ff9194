using Microsoft.Extensions.DependencyInjection;
using Orleans.CodeGeneration;
using Orleans.Serialization.Invocation;
using Orleans.Storage;
using Orleans.Streams;
using Pos.Reports;
using Pos.Reports.Consuming;
using Pos.Reports.Sagas;
using Pos.Reports.Sales;
using Pos.Reports.Stock;
using Pos.Streams;

namespace Pos.Tests.Simulated;

/// <summary>A silo of the process that hosts the reports: the compiled consumers over the real journal and a storage with faults.</summary>
internal sealed class ReportSilo : ICarrier, IDisposable
{
    private static readonly StreamInstruments Instruments = new(
        new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());

    private static readonly TimeSpan LateMax = TimeSpan.FromSeconds(8);

    private readonly Reporting _reporting;
    private readonly Owner _owner;
    private readonly SimulatedSilo _silo;
    private readonly HashSet<SimulatedActivation> _vanished = new(ReferenceEqualityComparer.Instance);

    public ReportSilo(World world, Reporting reporting, string name)
    {
        (_reporting, Name, _owner) = (reporting, name, new Owner(name));
        Time = new VirtualTime(world.Machine, _owner);
        Strand = new Strand(world.Machine, _owner);
        var chance = new Chance(world.Seed, "saves");
        _silo = world.Compose(
            _owner, world.Journal, new Chance(world.Seed + (ulong)world.Machine.Steps, name), static _ => { },
            services =>
            {
                services.AddKeyedSingleton<IGrainStorage>(ReportStorage.Name, new FaultyStorage(reporting, this));
                services.AddKeyedSingleton<IStreamProvider>(JournalStreams.Provider, new SimulatedStreams());
                services.AddSingleton(Instruments);
                services.AddSingleton<ConsumerServices>();
                services.Configure<JournalStreamsOptions>(options =>
                {
                    // A run lasts for seconds: some store each batch, and some hardly ever.
                    options.SaveEvery = TimeSpan.FromMilliseconds(chance.Of<int>([1, 30, 300, 1_000]));
                    options.SaveEventsMax = 1 + chance.Next(60);
                });
            },
            this);
        world.Timeline.Say($"{name} starts");
    }

    public string Name { get; }

    /// <summary>What runs outside of grains goes on here, and ends with the silo.</summary>
    public Strand Strand { get; }

    public TimeProvider Time { get; }

    public IGrainFactory Grains => _silo.Factory;

    public bool IsDead => _owner.IsDead;

    /// <summary>For whoever has vanished.</summary>
    public Task Never { get; } = new TaskCompletionSource().Task;

    /// <summary>Delivers a batch to a report, which is activated for it.</summary>
    /// <returns>The place that the report expects instead, or <see cref="BatchDelivery.Taken"/>.</returns>
    public Task<long> Deliver(Feed feed, JournalBatch batch, long? delivered)
    {
        var target = _silo.Factory.Reference(OrleansTypes.Instance.ContractOf(feed.Interface), GrainId.Create(feed.Grain, feed.Store));
        return _silo.InvokeMethodAsync<long>(target, new BatchDelivery(batch, delivered), InvokeMethodOptions.None).AsTask();
    }

    /// <summary>Whether an activation vanishes at a write of its state, or has vanished.</summary>
    public bool Vanishes(SimulatedActivation? activation, string stateName)
    {
        if (activation is null || _vanished.Contains(activation))
        {
            return activation is not null;
        }

        if (!_reporting.Strikes(Fault.ReportCrash, stateName))
        {
            return false;
        }

        _reporting.Say($"{activation} vanishes at a write of {stateName}");
        _vanished.Add(activation);
        activation.Vanish();
        return true;
    }

    public void Carry(SimulatedCall call)
    {
        var hit = Reporting.PartOf(call.TargetId.Type.ToString()!);
        if (hit != ReportParts.None && _reporting.Strikes(Fault.DeliveryLost, hit))
        {
            FailAfter(_reporting.Between(TimeSpan.Zero, LateMax), call, "was lost");
            return;
        }

        if (hit != ReportParts.None && _reporting.Strikes(Fault.DeliveryTimedOut, hit))
        {
            FailAfter(_reporting.Between(TimeSpan.Zero, LateMax) / 100, call, "was not answered in time");
        }

        call.Deliver();
    }

    public void OnBegins(SimulatedCall call, SimulatedActivation activation)
    {
        var hit = Reporting.PartOf(activation.GrainId.Type.ToString()!);
        if (hit != ReportParts.None && _reporting.Strikes(Fault.ReportGoes, hit))
        {
            _reporting.Say($"{activation} is asked to go");
            activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "The simulator wished it."), CancellationToken.None);
        }
    }

    public void OnEnded(SimulatedCall call, SimulatedActivation activation)
    {
        // An activation goes or vanishes elsewhere: between two calls, and at its writes.
    }

    public void Die() => _owner.IsDead = true;

    public void Dispose() => _silo.Dispose();

    private static void FailAfter(TimeSpan late, SimulatedCall call, string how) =>
        call.Silo.After(late, () => call.Fail(new TimeoutException($"{call} {how}.")));
}

/// <summary>What feeds one report of one store.</summary>
internal sealed record Feed(ReportKind Report, string Store)
{
    public string Name => $"{Report} of {Store}";

    /// <summary>Name of its grain type, of its state, of its pages.</summary>
    public (string Grain, string State, string Pages) Names => Report switch
    {
        ReportKind.Sales => ("sales-report", "sales", SalesConsumer.Report),
        ReportKind.Stock => ("stock-report", "stock", StockConsumer.Report),
        ReportKind.Sagas => ("saga-report", "sagas", ""),
        _ => throw new ArgumentOutOfRangeException(nameof(Report)),
    };

    public string Grain => Names.Grain;

    public Type Interface => Report switch
    {
        ReportKind.Sales => typeof(ISalesConsumer),
        ReportKind.Stock => typeof(IStockConsumer),
        _ => typeof(ISagaConsumer),
    };

    public ReportParts Part => Reporting.PartOf(Grain);
}
