namespace Pos.Grains.Sagas;

/// <summary>Callers that wait until a saga's durable state has come as far as they need.</summary>
/// <param name="name">Of the saga, for the error.</param>
/// <param name="services">Time and settings.</param>
internal sealed class SagaWaiters<TState>(string name, GrainServices services)
{
    private readonly List<(Func<TState, bool> Reached, TaskCompletionSource Signal)> _waiting = [];
    private bool _ended;

    /// <summary>Waits until a state is reached, but not longer than asked.</summary>
    /// <exception cref="NotDurableException">The activation ended first.</exception>
    public async Task Until(Func<TState, bool> reached, TimeSpan waitMax)
    {
        var bounded = waitMax < services.Options.WaitMax ? waitMax : services.Options.WaitMax;
        if (bounded <= TimeSpan.Zero)
        {
            return;
        }

        if (_ended)
        {
            throw Unknown();
        }

        // The timer completes the wait itself: waiting for whichever of two tasks ends first would go through the thread pool.
        var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add((reached, signal));
        using var enough = services.Clock.CreateTimer(
            static state => ((TaskCompletionSource)state!).TrySetResult(), signal, bounded, Timeout.InfiniteTimeSpan);
        await signal.Task;
        _waiting.RemoveAll(waiting => waiting.Signal == signal);
    }

    /// <summary>Tells everyone whose state this is.</summary>
    public void OnChanged(TState state)
    {
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            if (_waiting[i].Reached(state))
            {
                _waiting[i].Signal.TrySetResult();
                _waiting.RemoveAt(i);
            }
        }
    }

    /// <summary>Tells everyone that the outcome is unknown here.</summary>
    public void End()
    {
        _ended = true;
        foreach (var (_, signal) in _waiting)
        {
            signal.TrySetException(Unknown());
        }

        _waiting.Clear();
    }

    private NotDurableException Unknown() => new($"{name}: this activation ends before the saga does. Repeat the same operation.");
}
