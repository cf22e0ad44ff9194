using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;

namespace Pos.LocalEngine;

/// <summary>The engine: knows every activation, brings calls to them, and comes and goes with the process.</summary>
internal sealed partial class LocalSilo : IClusterClient, IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private readonly Func<GrainId, Activation> _makeActivation;
    private readonly ILogger _logger;
    private readonly Sweep _idleSweep;
    private readonly TaskCompletionSource _allGone = new();
    private GrainMap? _grains;
    private long _activationsMade;
    private volatile bool _isStopping;

    public LocalSilo(
        IServiceProvider services, IOptions<LocalEngineOptions> options, TimeProvider time, ITurnScheduler turns, ILogger<LocalSilo> logger)
    {
        ServiceProvider = services;
        Options = options.Value;
        Time = time;
        Turns = turns;
        _logger = logger;
        _makeActivation = MakeActivation;
        Timeouts = new CallTimeouts(time, turns, Options.ResponseTimeout);
        _idleSweep = new Sweep(time, turns, Options.CollectionQuantum, CollectIdle);
    }

    /// <summary>One process has no address that anybody could reach it at.</summary>
    internal static SiloAddress Address { get; } = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 0), 1);

    public IServiceProvider ServiceProvider { get; }

    internal LocalEngineOptions Options { get; }

    internal TimeProvider Time { get; }

    internal ITurnScheduler Turns { get; }

    internal CallTimeouts Timeouts { get; }

    internal IIncomingGrainCallFilter[] IncomingFilters { get; private set; } = [];

    internal IOutgoingGrainCallFilter[] OutgoingFilters { get; private set; } = [];

    internal DeactivationReason Stopping { get; } = new(DeactivationReasonCode.ShuttingDown, "The process stops.");

    /// <summary>
    /// True once the stop has begun. Whoever adds an activation asks afterwards: the barriers here and in the stop make sure that either
    /// the stop sees the activation, or this sees the stop.
    /// </summary>
    internal bool IsStopping
    {
        get
        {
            Interlocked.MemoryBarrier();
            return _isStopping;
        }
    }

    /// <summary>Enumerated in place: <c>Values</c> would stop everybody and copy everything.</summary>
    private IEnumerable<Activation> All => _activations.Select(pair => pair.Value);

    internal IEnumerable<Activation> Living => All.Where(activation => activation.IsLiving);

    internal IEnumerable<GrainClass> Classes => _grains?.Classes ?? [];

    private GrainMap Grains => _grains ?? throw new SiloUnavailableException("The engine has not been started.");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        IncomingFilters = [.. ServiceProvider.GetServices<IIncomingGrainCallFilter>()];
        OutgoingFilters = [.. ServiceProvider.GetServices<IOutgoingGrainCallFilter>()];
        _grains = GrainMap.Make(Options, Time);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        Interlocked.MemoryBarrier();
        foreach (var activation in InOrder(All))
        {
            activation.Deactivate(Stopping, cancellationToken);
        }

        if (_activations.IsEmpty)
        {
            return;
        }

        try
        {
            await _allGone.Task.WaitAsync(Options.ShutdownTimeout, Time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            LogLeftBehind(_activations.Count, string.Join(", ", InOrder(All).Take(10)));
        }
    }

    public void Dispose()
    {
        Timeouts.Dispose();
        _idleSweep.Dispose();
    }

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidKey =>
        (TGrainInterface)(object)Make(typeof(TGrainInterface), grainClassNamePrefix, GrainIdKeyExtensions.CreateGuidKey(primaryKey));

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey =>
        (TGrainInterface)(object)Make(typeof(TGrainInterface), grainClassNamePrefix, GrainIdKeyExtensions.CreateIntegerKey(primaryKey));

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey =>
        (TGrainInterface)(object)Make(typeof(TGrainInterface), grainClassNamePrefix, StringKey(primaryKey));

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) =>
        (IGrain)Make(Keyed<IGrainWithGuidKey>(grainInterfaceType), null, GrainIdKeyExtensions.CreateGuidKey(grainPrimaryKey));

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) =>
        (IGrain)Make(Keyed<IGrainWithIntegerKey>(grainInterfaceType), null, GrainIdKeyExtensions.CreateIntegerKey(grainPrimaryKey));

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) =>
        (IGrain)Make(Keyed<IGrainWithStringKey>(grainInterfaceType), null, StringKey(grainPrimaryKey));

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => (TGrainInterface)MakeReference(typeof(TGrainInterface), grainId);

    internal object MakeReference(Type interfaceType, GrainId grainId) => Grains.MakeReference(interfaceType, this, grainId);

    /// <summary>Brings a call to its grain's activation, made now if there is none.</summary>
    internal void Deliver(GrainCall call)
    {
        var grainId = call.Target.GrainId;
        while (true)
        {
            if (!_activations.TryGetValue(grainId, out var activation))
            {
                if (_isStopping)
                {
                    call.Refuse(new SiloUnavailableException("The engine is stopping."));
                    return;
                }

                activation = _activations.GetOrAdd(grainId, _makeActivation);
            }

            if (activation.TryAccept(call))
            {
                return;
            }
        }
    }

    internal Activation? Find(GrainId grainId) => _activations.TryGetValue(grainId, out var found) && found.IsLiving ? found : null;

    internal void OnError(GrainType grainType) => Grains.ClassOf(grainType).Calls.OnError();

    /// <summary>Takes from every activation how many calls have ended there since this was last called.</summary>
    /// <returns>How many activations there are of each class.</returns>
    internal Dictionary<GrainClass, int> TakeCalls(Action<GrainId, long> called)
    {
        Dictionary<GrainClass, int> living = [];
        foreach (var activation in All)
        {
            if (activation.TakeCalls() is > 0 and var calls)
            {
                called(activation.GrainId, calls);
            }

            if (activation.IsLiving)
            {
                living[activation.Class] = living.GetValueOrDefault(activation.Class) + 1;
            }
        }

        return living;
    }

    internal void OnActivation() => _idleSweep.Arm();

    internal void Remove(Activation activation)
    {
        _activations.TryRemove(KeyValuePair.Create(activation.GrainId, activation));
        if (_isStopping && _activations.IsEmpty)
        {
            Turns.Schedule(new Completion(_allGone));
        }
    }

    /// <summary>
    /// Makes the next activation of a grain in the same step in which the last one goes, so that no call can overtake those that wait.
    /// </summary>
    internal Activation Replace(Activation last, Request firstWaiting, Request lastWaiting, int waiting)
    {
        var next = MakeActivation(last.GrainId);
        next.Adopt(firstWaiting, lastWaiting, waiting);
        _activations[last.GrainId] = next;
        if (IsStopping)
        {
            next.Deactivate(Stopping);
        }

        return next;
    }

    private static IdSpan StringKey(string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return IdSpan.Create(key);
    }

    private static Type Keyed<TKey>(Type contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return typeof(TKey).IsAssignableFrom(contract)
            ? contract
            : throw new ArgumentException($"{contract.FullName} is not an {typeof(TKey).Name}.", nameof(contract));
    }

    private static List<Activation> InOrder(IEnumerable<Activation> activations) =>
        [.. activations.OrderBy(activation => activation.Number)];

    private GrainReference Make(Type contract, string? prefix, IdSpan key) => Grains.MakeReference(contract, prefix, this, key);

    private Activation MakeActivation(GrainId grainId) =>
        new(this, Grains.ClassOf(grainId.Type), grainId, Interlocked.Increment(ref _activationsMade));

    private bool CollectIdle()
    {
        var now = Time.GetTimestamp();
        foreach (var activation in InOrder(All.Where(activation => activation.IsIdle(now))))
        {
            activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "Nobody used it for its age."));
        }

        return !_activations.IsEmpty;
    }
}
