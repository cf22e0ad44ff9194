using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace Pos.LocalEngine;

/// <summary>How an activation comes and goes.</summary>
internal sealed partial class Activation
{
    private HashSet<GrainTimer>? _timers;
    private AsyncServiceScope _scope;
    private DeactivationReason _reason;
    private CancellationToken _deactivationToken;
    private TaskCompletionSource? _gone;
    private GrainReference? _reference;
    private long _lastUsed;
    private long _keepUntil;
    private bool _isKeptForever;
    private bool _isLeaving;

    public object? GrainInstance { get; private set; }

    public GrainReference GrainReference => _reference ??= new GrainReference(Silo, GrainId);

    public IServiceProvider ActivationServices => _scope.ServiceProvider;

    public Task Deactivated
    {
        get
        {
            lock (_turns)
            {
                return _stage == Stage.Gone && _gone is null ? Task.CompletedTask : (_gone ??= new TaskCompletionSource()).Task;
            }
        }
    }

    public object? GetTarget() => GrainInstance;

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => Number.GetHashCode();

    public override string ToString() => $"{GrainId} (activation {Number})";

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (_turns)
        {
            if (_isLeaving || _stage == Stage.Gone)
            {
                return;
            }

            _isLeaving = true;
            _reason = deactivationReason;
            _deactivationToken = cancellationToken;
            if (_stage == Stage.Active)
            {
                _stage = Stage.Deactivating;
                if (_running == 0)
                {
                    StartDeactivating();
                }
            }
            else if (_stage == Stage.New)
            {
                _stage = Stage.Gone;
                Silo.Remove(this);
            }
        }
    }

    internal void DelayDeactivation(TimeSpan timeSpan)
    {
        _isKeptForever = timeSpan == TimeSpan.MaxValue || timeSpan == Timeout.InfiniteTimeSpan;
        _keepUntil = _isKeptForever || timeSpan <= TimeSpan.Zero
            ? 0
            : Silo.Time.GetTimestamp() + (long)(timeSpan.TotalSeconds * Silo.Time.TimestampFrequency);
    }

    /// <summary>True from the moment when it is made ready until it is gone.</summary>
    internal bool IsLiving
    {
        get
        {
            lock (_turns)
            {
                return _stage is not (Stage.New or Stage.Gone);
            }
        }
    }

    /// <summary>True if nobody used it for the age of its class.</summary>
    internal bool IsIdle(long now)
    {
        lock (_turns)
        {
            return _stage == Stage.Active && _running + _waiting + _turns.Count == 0
                && !Class.IsKeptAlive && !_isKeptForever && _keepUntil <= now && now - _lastUsed >= Class.CollectionAgeTicks;
        }
    }

    /// <summary>Takes the queue of an activation that went, and starts. Called before anybody else can see this one.</summary>
    internal void Adopt(Request first, Request last, int count)
    {
        (_firstWaiting, _lastWaiting, _waiting) = (first, last, count);
        _stage = Stage.Activating;
    }

    internal IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(this, callback, options);
        lock (_turns)
        {
            ObjectDisposedException.ThrowIf(_stage == Stage.Gone, this);
            (_timers ??= []).Add(timer);
        }

        timer.Change(options.DueTime, options.Period);
        return timer;
    }

    internal void Forget(GrainTimer timer)
    {
        lock (_turns)
        {
            _timers?.Remove(timer);
        }
    }

    internal void StartActivating()
    {
        Silo.OnActivation();
        RunSoon(
            static activation =>
            {
                RequestContext.Import(activation._firstWaiting?.Context);
                _ = activation.ActivateAsync();
            },
            this);
    }

    private void StartDeactivating() => RunSoon(static activation => _ = activation.DeactivateAsync(null), this);

    private async Task ActivateAsync()
    {
        try
        {
            _scope = Silo.ServiceProvider.CreateAsyncScope();
            GrainInstance = Class.Create(_scope.ServiceProvider);
            if (Class.HasOnActivate)
            {
                await WithinAsync(Silo.Options.ActivationTimeout, ((IGrainBase)GrainInstance).OnActivateAsync, default);
            }
        }
#pragma warning disable CA1031 // Whatever the grain throws is the answer of all waiting calls.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Silo.LogActivationFailed(GrainId, exception);
            await LeaveAsync(exception);
            return;
        }

        bool stays;
        lock (_turns)
        {
            stays = !_isLeaving;
            _stage = stays ? Stage.Active : Stage.Deactivating;
            if (stays)
            {
                StartWaiting();
            }
        }

        if (!stays)
        {
            // A next activation would do the same: moving the calls on could go round for ever.
            await DeactivateAsync(new OrleansMessageRejectionException($"{GrainId} was deactivated while it activated. {_reason}"));
        }
    }

    private async Task DeactivateAsync(Exception? refusal)
    {
        DisposeTimers();
        try
        {
            if (Class.HasOnDeactivate)
            {
                await WithinAsync(
                    Silo.Options.DeactivationTimeout, token => ((IGrainBase)GrainInstance!).OnDeactivateAsync(_reason, token), _deactivationToken);
            }
        }
#pragma warning disable CA1031 // Nobody waits for this answer: the activation goes in any case.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Silo.LogDeactivationFailed(GrainId, exception);
        }

        await LeaveAsync(refusal);
    }

    private async Task WithinAsync(TimeSpan timeout, Func<CancellationToken, Task> work, CancellationToken outer)
    {
        using var cancellation = new CancellationTokenSource(timeout, Silo.Time);
        using var link = outer.UnsafeRegister(static inner => ((CancellationTokenSource)inner!).Cancel(), cancellation);
        var task = work(cancellation.Token);
        try
        {
            await task.WaitAsync(cancellation.Token);
        }
        catch (OperationCanceledException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"{GrainId} did not come to an end within {timeout}.");
        }
    }

    private async Task LeaveAsync(Exception? refusal)
    {
        DisposeTimers();
        try
        {
            await DisposeAsync();
        }
#pragma warning disable CA1031 // As above: the activation goes in any case.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Silo.LogDeactivationFailed(GrainId, exception);
        }

        Request? refused = null;
        Activation? next = null;
        lock (_turns)
        {
            // Whoever finds this activation gone must find the directory already without it.
            _stage = Stage.Gone;
            TakeCalls();
            refusal ??= Silo.IsStopping ? new SiloUnavailableException("The engine is stopping.") : null;
            if (refusal is null && _firstWaiting is not null)
            {
                next = Silo.Replace(this, _firstWaiting, _lastWaiting!, _waiting);
            }
            else
            {
                Silo.Remove(this);
                refused = _firstWaiting;
            }

            (_firstWaiting, _lastWaiting, _waiting) = (null, null, 0);
            if (_gone is not null)
            {
                Silo.Turns.Schedule(new Completion(_gone));
            }
        }

        next?.StartActivating();
        for (; refused is not null; refused = refused.Next)
        {
            refused.Refuse(refusal!);
        }
    }

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

    private void DisposeTimers()
    {
        GrainTimer[] timers;
        lock (_turns)
        {
            timers = _timers?.ToArray() ?? [];
        }

        foreach (var timer in timers)
        {
            timer.Dispose();
        }
    }
}
