using System.Collections.Concurrent;

namespace Pos.Journal.Writing;

/// <summary>A thread that saves snapshots, one after the other: they take long, and nobody waits for them.</summary>
internal sealed class SnapshotThread : IDisposable
{
    // Room for the snapshots of all activations that leave when a silo stops. Work beyond it is dropped: a snapshot only saves time.
    private const int WaitingMax = 100_000;

    private readonly BlockingCollection<Action> _waiting = new(WaitingMax);
    private readonly Thread _thread;
    private readonly TimeSpan _drainMax;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="drainMax">How long <see cref="Dispose"/> lets waiting work go on.</param>
    public SnapshotThread(string name, TimeSpan drainMax)
    {
        _drainMax = drainMax;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    public void Put(Action work)
    {
        try
        {
            _waiting.TryAdd(work);
        }
        catch (InvalidOperationException)
        {
            // The journal closes, and the snapshot is dropped.
        }
    }

    /// <summary>
    /// Takes no more work. Ends when the waiting work is done; when its time is up first, drops the rest and ends with the work under way.
    /// </summary>
    public void Dispose()
    {
        _waiting.CompleteAdding();
        if (!_thread.Join(_drainMax))
        {
            while (_waiting.TryTake(out _))
            {
            }

            _thread.Join();
        }

        _waiting.Dispose();
    }

    private void Run()
    {
        foreach (var work in _waiting.GetConsumingEnumerable())
        {
            work();
        }
    }
}
