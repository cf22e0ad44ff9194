using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.CodeGeneration;
using Orleans.Configuration;
using Orleans.Core;
using Orleans.Serialization.Invocation;
using Orleans.Timers;

namespace Pos.Tests.Simulated;

/// <summary>
/// One silo on one thread: hosts the grain classes that a real silo hosts, called through the proxies that Orleans generates. Its turns,
/// timers and calls are steps of a machine, which chooses their order.
/// </summary>
internal sealed class SimulatedSilo : IGrainReferenceRuntime, IGrainRuntime, ITimerRegistry, IDisposable
{
    private readonly Machine _machine;
    private readonly Owner _owner;
    private readonly ServiceProvider _services;
    private readonly Dictionary<GrainId, SimulatedActivation> _activations = [];
    private readonly IIncomingGrainCallFilter[] _incoming;
    private readonly IOutgoingGrainCallFilter[] _outgoing;
    private readonly ILogger _logger;
    private readonly GrainCollectionOptions _collection;
    private long _activationsMade;
    private bool _isCollecting;

    /// <summary>Makes a silo; <see cref="Start"/> starts what it hosts.</summary>
    /// <param name="machine">Runs its steps.</param>
    /// <param name="owner">Dies with the silo.</param>
    /// <param name="configure">Registers what grains need.</param>
    /// <param name="carrier">Carries its calls.</param>
    public SimulatedSilo(Machine machine, Owner owner, Action<IServiceCollection> configure, ICarrier? carrier = null)
    {
        (_machine, _owner) = (machine, owner);
        Time = new VirtualTime(machine, owner);
        Carrier = carrier ?? new FaultlessCarrier();
        Timeouts = new CallTimeouts(this);
        Factory = new SimulatedGrainFactory(this);
        var services = new ServiceCollection();
        services.AddSingleton(Time);
        services.AddSingleton<IGrainFactory>(Factory);
        services.AddSingleton<IGrainRuntime>(this);
        services.AddScoped<IGrainContext>(static _ =>
            SimulatedActivation.Current ?? throw new InvalidOperationException("Only a grain that is being made has a context."));
        services.AddOptions();
        services.TryAdd(ServiceDescriptor.Singleton(typeof(ILogger<>), typeof(NullLogger<>)));
        configure(services);
        _services = services.BuildServiceProvider();
        _incoming = [.. _services.GetServices<IIncomingGrainCallFilter>()];
        _outgoing = [.. _services.GetServices<IOutgoingGrainCallFilter>()];
        _logger = _services.GetService<ILoggerFactory>()?.CreateLogger<SimulatedSilo>() ?? NullLogger<SimulatedSilo>.Instance;
        _collection = _services.GetService<IOptions<GrainCollectionOptions>>()?.Value ?? new();
        var messaging = _services.GetService<IOptions<SiloMessagingOptions>>()?.Value ?? new();
        (ResponseTimeout, ForwardsMax) = (messaging.ResponseTimeout, messaging.MaxForwardCount);
    }

    /// <summary>What the silo was configured with.</summary>
    public IServiceProvider Services => _services;

    /// <summary>Makes references to grains, as in a real silo.</summary>
    public SimulatedGrainFactory Factory { get; }

    public TimeProvider Time { get; }

    public ICarrier Carrier { get; }

    public TimeSpan ResponseTimeout { get; }

    /// <summary>How often a call is passed on by activations that went, before it is refused.</summary>
    public int ForwardsMax { get; }

    internal CallTimeouts Timeouts { get; }

    internal IReadOnlyList<IIncomingGrainCallFilter> IncomingFilters => _incoming;

    internal ILogger Logger => _logger;

    internal GrainCollectionOptions Collection => _collection;

    string IGrainRuntime.SiloIdentity => _owner.Name;

    SiloAddress IGrainRuntime.SiloAddress => OrleansTypes.Instance.Address;

    IGrainFactory IGrainRuntime.GrainFactory => Factory;

    ITimerRegistry IGrainRuntime.TimerRegistry => this;

    IServiceProvider IGrainRuntime.ServiceProvider => _services;

    TimeProvider IGrainRuntime.TimeProvider => Time;

    /// <summary>Starts the hosted services, one after the other, on the machine's thread: a host would hop over the thread pool.</summary>
    public void Start() => new Strand(_machine, _owner).Run(() =>
    {
        foreach (var service in _services.GetServices<IHostedService>())
        {
            service.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
    });

    public void Dispose() => _services.Dispose();

    /// <summary>Asks every activation that nobody has used for so long to go.</summary>
    public void Collect(TimeSpan age) => Collect(activation => activation.IsUnused(age));

    public ValueTask<T?> InvokeMethodAsync<T>(GrainReference reference, IInvokable request, InvokeMethodOptions options) =>
        new(_outgoing.Length == 0 ? Send<T>(reference, request, options) : SendFiltered<T>(reference, request, options));

    public ValueTask InvokeMethodAsync(GrainReference reference, IInvokable request, InvokeMethodOptions options) =>
        new(_outgoing.Length == 0 ? Send(reference, request, options) : SendFiltered<object>(reference, request, options));

    public void InvokeMethod(GrainReference reference, IInvokable request, InvokeMethodOptions options) =>
        _ = _outgoing.Length == 0 ? Send(reference, request, options) : SendFiltered<object>(reference, request, options);

    public object Cast(IAddressable grain, Type interfaceType) => interfaceType.IsInstanceOfType(grain)
        ? grain
        : Factory.Reference(OrleansTypes.Instance.ContractOf(interfaceType), grain.GetGrainId());

    public void DeactivateOnIdle(IGrainContext grainContext) =>
        grainContext.Deactivate(new(DeactivationReasonCode.ApplicationRequested, $"{nameof(DeactivateOnIdle)} was called."));

    public void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan) => ((SimulatedActivation)grainContext).DelayDeactivation(timeSpan);

    public IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext) =>
        throw new NotSupportedException("Grain<TGrainState> is not simulated: the journal is the truth, and other state is injected.");

    public IDisposable RegisterTimer(IGrainContext grainContext, Func<object?, Task> callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw NoGrainTimers();

    public IGrainTimer RegisterGrainTimer<TState>(
        IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options) =>
        throw NoGrainTimers();

    /// <summary>Brings a call to its grain's activation, made now if there is none.</summary>
    internal void Receive(Delivery delivery)
    {
        var target = delivery.Call.TargetId;
        if (!_activations.TryGetValue(target, out var activation))
        {
            activation = new SimulatedActivation(this, OrleansTypes.Instance.ClassOf(target.Type), target, ++_activationsMade);
            _activations.Add(target, activation);
            if (!_isCollecting)
            {
                _isCollecting = true;
                After(_collection.CollectionQuantum, CollectIdle);
            }
        }

        activation.Receive(delivery);
    }

    internal void Remove(SimulatedActivation activation)
    {
        if (_activations.TryGetValue(activation.GrainId, out var known) && known == activation)
        {
            _activations.Remove(activation.GrainId);
        }
    }

    internal void Vanish(SimulatedActivation activation)
    {
        _machine.Crash(activation);
        Remove(activation);
    }

    internal void Schedule(IThreadPoolWorkItem step) => _machine.Enqueue(_owner, step);

    internal void After(TimeSpan delay, Action step) => _machine.After(_owner, delay, step);

    internal void Escaped(string what) => _machine.Escaped(what);

    private static NotSupportedException NoGrainTimers() => new("Grain timers are not simulated: make a timer with the injected TimeProvider.");

    private Task<T?> Send<T>(GrainReference reference, IInvokable request, InvokeMethodOptions options)
    {
        var call = new ResultCall<T>(this, reference, request, options);
        call.Send();
        return call.Task;
    }

    private Task Send(GrainReference reference, IInvokable request, InvokeMethodOptions options)
    {
        var call = new VoidCall(this, reference, request, options);
        call.Send();
        return call.IsOneWay ? Task.CompletedTask : call.Task;
    }

    private async Task<T?> SendFiltered<T>(GrainReference reference, IInvokable request, InvokeMethodOptions options)
    {
        var call = new OutgoingCall<T>(_outgoing, reference, request, async () => (options & InvokeMethodOptions.OneWay) == 0
            ? await Send<T>(reference, request, options)
            : await SendOneWay<T>(reference, request, options));
        await call.Invoke();
        return call.TypedResult;
    }

    private async Task<T?> SendOneWay<T>(GrainReference reference, IInvokable request, InvokeMethodOptions options)
    {
        await Send(reference, request, options);
        return default;
    }

    private void CollectIdle()
    {
        Collect(static activation => activation.IsIdle);
        _isCollecting = _activations.Count > 0;
        if (_isCollecting)
        {
            After(_collection.CollectionQuantum, CollectIdle);
        }
    }

    private void Collect(Func<SimulatedActivation, bool> which)
    {
        foreach (var activation in _activations.Values.Where(which).OrderBy(static activation => activation.Number).ToList())
        {
            activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "Nobody used it for its age."));
        }
    }
}
