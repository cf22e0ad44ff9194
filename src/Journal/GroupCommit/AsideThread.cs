namespace Pos.Journal.GroupCommit;

/// <summary>A thread for work that takes long and that nobody waits for, one thing after the other.</summary>
internal sealed class AsideThread : IDisposable
{
    // Everything that leaves at once when a silo stops; beyond it work is dropped, which may be done to what only saves time.
    private const int WaitingMax = 100_000;

    private readonly Lock gate = new();
    private readonly Queue<Action> waiting = new();
    private readonly SemaphoreSlim come = new(0);
    private readonly Thread thread;
    private bool closed;

    public AsideThread(string name)
    {
        thread = new Thread(Run) { IsBackground = true, Name = name, Priority = ThreadPriority.BelowNormal };
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

    /// <summary>Takes nothing more, and ends when what waits is done.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
        }

        come.Release();
        thread.Join();
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
