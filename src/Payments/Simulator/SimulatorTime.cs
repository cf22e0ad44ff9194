namespace Pos.Payments.Simulator;

/// <summary>The simulator's waits and delayed acts, on a clock that a simulation may own.</summary>
internal sealed class SimulatorTime(TimeProvider clock)
{
    private readonly HashSet<ITimer> _timers = [];

    /// <summary>Ends when a time has passed. The timer's own callback ends the wait, so whoever owns the clock owns the continuation.</summary>
    public async Task Pass(TimeSpan time, CancellationToken cancellationToken)
    {
        if (time <= TimeSpan.Zero)
        {
            return;
        }

        var passed = new TaskCompletionSource();
        using var timer = clock.CreateTimer(static state => End((TaskCompletionSource)state!), passed, time, Timeout.InfiniteTimeSpan);
        using var givenUp = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), passed);
        await passed.Task.ConfigureAwait(false);
    }

    // Without a synchronization context, so that the continuation runs here at once: otherwise the runtime sends it to the thread pool.
    private static void End(TaskCompletionSource passed)
    {
        var around = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            passed.TrySetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(around);
        }
    }

    /// <summary>Acts when a time has passed.</summary>
    public void After(TimeSpan time, Action act)
    {
        // The timer is started when it is in the set, so that it cannot fire before.
        ITimer? timer = null;
        timer = clock.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_timers)
        {
            _timers.Add(timer);
        }

        timer.Change(time, Timeout.InfiniteTimeSpan);

        void Fire()
        {
            lock (_timers)
            {
                _timers.Remove(timer!);
            }

            timer!.Dispose();
            act();
        }
    }
}
