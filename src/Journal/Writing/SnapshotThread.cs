namespace Pos.Journal.Writing;

/// <summary>A thread for work that takes long and that nobody waits for, one thing after the other.</summary>
internal sealed class SnapshotThread : IDisposable
{
    // Everything that leaves at once when a silo stops; beyond it work is dropped, which may be done to what only saves time.
    private const int WaitingMax = 100_000;

    private readonly Lock gate = new();
    private readonly Queue<Action> waiting = new();
    private readonly SemaphoreSlim come = new(0);
    private readonly Thread thread;
    private readonly TimeSpan drainMax;
    private bool closed;

    /// <param name="name">The thread's.</param>
    /// <param name="drainMax">How long what waits may take when this ends.</param>
    public SnapshotThread(string name, TimeSpan drainMax)
    {
        this.drainMax = drainMax;
        thread = new Thread(Run) { IsBackground = true, Name = name };
        thread.Start();
    }

    public void Put(Action work)
    {
        lock (gate)
        {
            if (closed || waiting.Count >= WaitingMax)
                return;
            waiting.Enqueue(work);
        }

        come.Release();
    }

    /// <summary>Takes nothing more, and ends when what waits is done, or when its time is up and what is under way is done.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
        }

        come.Release();
        if (!thread.Join(drainMax))
        {
            lock (gate)
            {
                waiting.Clear();
            }

            thread.Join();
        }

        come.Dispose();
    }

    private void Run()
    {
        while (Take() is { } work)
            work();
    }

    private Action? Take()
    {
        come.Wait();
        lock (gate)
        {
            return waiting.TryDequeue(out var work) ? work : null;
        }
    }
}
