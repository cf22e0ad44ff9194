namespace Pos.Journal.Writing;

/// <summary>A thread that saves snapshots, one after the other: they take long, and nobody waits for them.</summary>
internal sealed class SnapshotThread : IDisposable
{
    // Room for the snapshots of all activations that leave when a silo stops. Work beyond it is dropped: a snapshot only saves time.
    private const int WaitingMax = 100_000;

    private readonly Lock gate = new();
    private readonly Queue<Action> waiting = new();
    private readonly SemaphoreSlim come = new(0);
    private readonly Thread thread;
    private readonly TimeSpan drainMax;
    private bool closed;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="drainMax">How long <see cref="Dispose"/> lets waiting work go on.</param>
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

    /// <summary>
    /// Takes no more work. Ends when the waiting work is done; when its time is up first, drops the rest and ends with the work under way.
    /// </summary>
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
