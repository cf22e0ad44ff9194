using Orleans.Runtime;

namespace Pos.LocalEngine;

/// <summary>A grain's timer. It is itself the request that its ticks make: the next one is due only when the last has ended.</summary>
internal sealed class GrainTimer : Request, IGrainTimer
{
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly GrainTimerCreationOptions _options;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ITimer _timer;
    private TimeSpan _dueTime;
    private TimeSpan _period;
    private bool _isTicking;
    private bool _isChanged;

    internal GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        _activation = activation;
        _callback = callback;
        _options = options;
        _timer = CleanContext.CreateTimer(activation.Silo.Time, static timer => ((GrainTimer)timer!).Tick(), this);
    }

    internal override bool AlwaysInterleaves => _options.Interleave;

    internal override bool ReadsOnly => false;

    internal override bool KeepsAlive => _options.KeepAlive;

    internal override bool IsObsolete => _disposed.IsCancellationRequested;

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        lock (_disposed)
        {
            (_dueTime, _period) = (dueTime, period);
            _isChanged = true;
            if (!_isTicking)
            {
                _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _activation.Forget(this);
        try
        {
            _disposed.Cancel();
        }
        catch (AggregateException exception)
        {
            _activation.Silo.LogTimerFailed(_activation.GrainId, exception);
        }
    }

    internal override Task Start(object grain)
    {
        lock (_disposed)
        {
            _isChanged = false;
        }

        return _callback(_disposed.Token) ?? Task.CompletedTask;
    }

    internal override void End(Task outcome)
    {
        if (outcome.Exception is { } exception)
        {
            _activation.Silo.LogTimerFailed(_activation.GrainId, exception);
        }

        lock (_disposed)
        {
            _isTicking = false;
            if (!IsObsolete)
            {
                _timer.Change(_isChanged ? _dueTime : _period, Timeout.InfiniteTimeSpan);
            }
        }
    }

    internal override void Refuse(Exception reason)
    {
        lock (_disposed)
        {
            _isTicking = false;
            if (!IsObsolete)
            {
                _timer.Change(_period, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private static void Check(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan && (time < TimeSpan.Zero || time.TotalMilliseconds >= uint.MaxValue - 1))
        {
            throw new ArgumentOutOfRangeException(name, time, "A timer waits at least nothing and at most 49 days, or for ever.");
        }
    }

    private void Tick()
    {
        lock (_disposed)
        {
            _isTicking = true;
        }

        _activation.TryAccept(this);
    }
}
