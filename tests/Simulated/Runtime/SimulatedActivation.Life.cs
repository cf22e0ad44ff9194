using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pos.Tests.Simulated;

/// <summary>How an activation comes and goes.</summary>
internal sealed partial class SimulatedActivation : IGrainContext
{
    /// <summary>For so long Orleans keeps a failed activation, so that nobody activates the grain again and again.</summary>
    private static readonly TimeSpan FailedFor = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _gone = new();
    private Dictionary<Type, object>? _components;
    private CancellationTokenSource? _activating;
    private CancellationToken _deactivationToken;
    private DeactivationReason? _reason;
    private AsyncServiceScope _scope;
    private GrainReference? _reference;
    private SimulatedLifecycle? _lifecycle;
    private long _lastUsed;
    private long _keepUntil;
    private bool _wasActive;

    public object? GrainInstance { get; private set; }

    public ActivationId ActivationId { get; } = ActivationId.GetDeterministic(GrainId.Create(grainId.Type, $"{number}"));

    public GrainAddress Address => new() { GrainId = GrainId, ActivationId = ActivationId, SiloAddress = ((IGrainRuntime)Silo).SiloAddress };

    public GrainReference GrainReference => _reference ??= Silo.Factory.Reference(OrleansTypes.Instance.ContractOf(grainClass), GrainId);

    public IServiceProvider ActivationServices => _scope.ServiceProvider;

    public IGrainLifecycle ObservableLifecycle => _lifecycle ??= new SimulatedLifecycle(Silo.Logger);

    public IWorkItemScheduler Scheduler => this;

    public Task Deactivated => _gone.Task;

    /// <summary>True if it is not used now and nobody has used it for the age of its class.</summary>
    internal bool IsIdle => IsUnused(
        Silo.Collection.ClassSpecificCollectionAge.TryGetValue(grainClass.Type.FullName!, out var age) ? age : Silo.Collection.CollectionAge);

    public object? GetTarget() => GrainInstance;

    public TTarget? GetTarget<TTarget>()
        where TTarget : class => (TTarget?)GrainInstance;

    public object? GetComponent(Type componentType) =>
        componentType.IsInstanceOfType(GrainInstance) ? GrainInstance
        : componentType.IsInstanceOfType(this) ? this
        : _components?.GetValueOrDefault(componentType);

    public TComponent? GetComponent<TComponent>()
        where TComponent : class => (TComponent?)GetComponent(typeof(TComponent));

    public void SetComponent<TComponent>(TComponent? value)
        where TComponent : class
    {
        _components ??= [];
        if (value is null)
        {
            _components.Remove(typeof(TComponent));
        }
        else
        {
            _components[typeof(TComponent)] = value;
        }
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => Number.GetHashCode();

    public override string ToString() => $"{GrainId} (activation {Number})";

    public void ReceiveMessage(object message) => throw new NotSupportedException("Orleans' own messages are not simulated.");

    public void Activate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("The simulated silo activates a grain when it is called.");

    public void Rehydrate(IRehydrationContext context) => throw new NotSupportedException("Migration is not simulated.");

    public void Migrate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Migration is not simulated.");

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        if (_stage == Stage.Gone)
        {
            return;
        }

        _reason ??= deactivationReason;
        if (_stage == Stage.Deactivating)
        {
            return;
        }

        _deactivationToken = cancellationToken;
        _wasActive = _stage == Stage.Active;
        _stage = Stage.Deactivating;
        if (_wasActive && _running == 0)
        {
            StartDeactivating();
        }
        else
        {
            // An activation that is on its way ends there.
            _activating?.Cancel();
        }
    }

    /// <summary>It stops in the middle of everything: nothing of it runs again, and nobody who waits for it is told.</summary>
    public void Vanish() => Silo.Vanish(this);

    internal void DelayDeactivation(TimeSpan timeSpan) => _keepUntil = timeSpan == TimeSpan.MaxValue || timeSpan == Timeout.InfiniteTimeSpan
        ? long.MaxValue
        : timeSpan <= TimeSpan.Zero ? 0 : Silo.Time.GetTimestamp() + (long)(timeSpan.TotalSeconds * Silo.Time.TimestampFrequency);

    /// <summary>True if it is not used now, nothing keeps it, and nobody has used it for so long.</summary>
    internal bool IsUnused(TimeSpan age)
    {
        var now = Silo.Time.GetTimestamp();
        return _stage == Stage.Active && _running + _waiting.Count + _turns.Count == 0 && _keepUntil <= now
            && now - _lastUsed >= (long)(age.TotalSeconds * Silo.Time.TimestampFrequency);
    }

    private async Task ActivateAsync()
    {
        RequestContextExtensions.Import(_waiting.Count > 0 ? _waiting[0].Call.Context : null);
        try
        {
            using var activating = _activating = new CancellationTokenSource(Silo.Collection.ActivationTimeout, Silo.Time);
            _scope = Silo.Services.CreateAsyncScope();
            GrainInstance = grainClass.Create(this);
            if (_lifecycle is not null)
            {
                await _lifecycle.OnStart(activating.Token).WaitAsync(activating.Token);
            }

            if (GrainInstance is IGrainBase grain)
            {
                await grain.OnActivateAsync(activating.Token).WaitAsync(activating.Token);
            }

            _activating = null;
        }
#pragma warning disable CA1031 // Whatever the grain throws is the answer of all waiting calls.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _activating = null;
            if (_stage == Stage.Activating)
            {
                LogActivationFailed(exception);
                _stage = Stage.Deactivating;
                _reason = new DeactivationReason(DeactivationReasonCode.ActivationFailed, exception, "Failed to activate grain.");
                if (exception is not OperationCanceledException)
                {
                    await Task.Delay(FailedFor, Silo.Time, CancellationToken.None);
                }
            }
        }

        if (_stage == Stage.Deactivating)
        {
            await LeaveAsync();
            return;
        }

        _stage = Stage.Active;
        _lastUsed = Silo.Time.GetTimestamp();
        StartWaiting();
    }

    private void StartDeactivating() => BeginSoon(static activation => activation.DeactivateAsync());

    private async Task DeactivateAsync()
    {
        try
        {
            if (GrainInstance is IGrainBase grain && _wasActive)
            {
                using var enough = new CancellationTokenSource(Silo.Collection.DeactivationTimeout, Silo.Time);
                using var link = _deactivationToken.UnsafeRegister(static inner => ((CancellationTokenSource)inner!).Cancel(), enough);
                await grain.OnDeactivateAsync(_reason!.Value, enough.Token).WaitAsync(enough.Token);
            }

            if (_lifecycle is not null)
            {
                await _lifecycle.OnStop(CancellationToken.None);
            }
        }
#pragma warning disable CA1031 // Nobody waits for this answer: the activation goes in any case.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogDeactivationFailed(exception);
        }

        await LeaveAsync();
    }

    private async Task LeaveAsync()
    {
        try
        {
            await DisposeAsync();
        }
#pragma warning disable CA1031 // As above: the activation goes in any case.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogDeactivationFailed(exception);
        }

        // Whoever is told that this activation is gone finds the silo already without it.
        _stage = Stage.Gone;
        Silo.Remove(this);
        var left = _waiting.ToList();
        _waiting.Clear();
        foreach (var delivery in left)
        {
            PassOn(delivery);
        }

        _gone.TrySetResult();
    }

    private void PassOn(Delivery delivery)
    {
        if (_reason!.Value.Exception is { } failure)
        {
            delivery.Call.Fail(failure);
        }
        else if (delivery.Forwards == Silo.ForwardsMax)
        {
            delivery.Call.Fail(Rejection($"{delivery.Call} was forwarded {Silo.ForwardsMax} times. {_reason}"));
        }
        else
        {
            delivery.Forwards++;
            Silo.Receive(delivery);
        }
    }

    // Only Orleans itself makes one.
    private static OrleansMessageRejectionException Rejection(string message) => (OrleansMessageRejectionException)Activator.CreateInstance(
        typeof(OrleansMessageRejectionException), BindingFlags.Instance | BindingFlags.NonPublic, null, [message], null)!;

    private async Task DisposeAsync()
    {
        switch (GrainInstance)
        {
            case IAsyncDisposable disposable:
                await disposable.DisposeAsync();
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }

        if (_scope.ServiceProvider is not null)
        {
            await _scope.DisposeAsync();
        }
    }

    private void LogActivationFailed(Exception exception) => LogActivationFailed(Silo.Logger, GrainId, exception);

    private void LogDeactivationFailed(Exception exception) => LogDeactivationFailed(Silo.Logger, GrainId, exception);

    private void LogCancellationFailed(SimulatedCall call, Exception exception) => LogCancellationFailed(Silo.Logger, call, exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Grain} was not activated.")]
    private static partial void LogActivationFailed(ILogger logger, GrainId grain, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Grain} failed while it was deactivated.")]
    private static partial void LogDeactivationFailed(ILogger logger, GrainId grain, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A callback of the token of {Call} failed.")]
    private static partial void LogCancellationFailed(ILogger logger, SimulatedCall call, Exception exception);
}
