namespace Pos.Payments.Simulator;

public sealed partial class PaymentSimulator
{
    private async Task<PaymentAnswer> Silence(CancellationToken cancellationToken)
    {
        await Pass(_options.Silence, cancellationToken).ConfigureAwait(false);
        return new PaymentAnswer.Unknown("No answer came.");
    }

    // The timer completes the wait in its own callback: whoever owns the clock owns what follows.
    private async Task Pass(TimeSpan time, CancellationToken cancellationToken)
    {
        if (time <= TimeSpan.Zero)
        {
            return;
        }

        var passed = new TaskCompletionSource();
        using var timer = _clock.CreateTimer(static state => End((TaskCompletionSource)state!), passed, time, Timeout.InfiniteTimeSpan);
        using var givenUp = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), passed);
        await passed.Task.ConfigureAwait(false);
    }

    // What waits goes on at once and here: with a context around it the runtime would send it to the thread pool.
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

    private void After(TimeSpan time, Action act)
    {
        // An owned timer cannot fire before it is in the set: it is started behind that.
        ITimer? timer = null;
        timer = _clock.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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
