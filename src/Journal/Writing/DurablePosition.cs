namespace Pos.Journal.Writing;

/// <summary>The position up to which the journal is durable, and those who wait for a later one.</summary>
/// <param name="position">The position when the store was opened.</param>
/// <param name="asynchronous">As <see cref="JournalWriter.Asynchronous"/>.</param>
internal sealed class DurablePosition(long position, bool asynchronous)
{
    private readonly Lock _gate = new();
    private List<(long Position, TaskCompletionSource Reached)> _waiters = [];
    private long _position = position;

    public long Value => Volatile.Read(ref _position);

    /// <summary>Everything up to a position is durable. A smaller position than is known changes nothing.</summary>
    public void Advance(long to)
    {
        List<TaskCompletionSource>? reached = null;
        // The confirmer and the watch for other silos' commits may advance at the same time.
        lock (_gate)
        {
            Volatile.Write(ref _position, Math.Max(to, _position));
            if (_waiters.Count == 0)
            {
                return;
            }

            var still = new List<(long, TaskCompletionSource)>();
            foreach (var waiter in _waiters)
            {
                if (waiter.Position <= _position)
                {
                    (reached ??= []).Add(waiter.Reached);
                }
                else
                {
                    still.Add(waiter);
                }
            }

            _waiters = still;
        }

        reached?.ForEach(static r => r.TrySetResult());
    }

    /// <summary>Ends when a position is durable, however long that takes.</summary>
    public Task Reached(long wanted)
    {
        lock (_gate)
        {
            if (wanted <= _position)
            {
                return Task.CompletedTask;
            }
            // Those who wait for the same position share one task, so that those who gave up leave nothing behind.
            foreach (var waiter in _waiters)
            {
                if (waiter.Position == wanted)
                {
                    return waiter.Reached.Task;
                }
            }

            var reached = new TaskCompletionSource(asynchronous ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);
            _waiters.Add((wanted, reached));
            return reached.Task;
        }
    }
}
