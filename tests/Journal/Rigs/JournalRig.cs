using Pos.Journal;

using Pos.Tests.Simulated.Journal;

namespace Pos.Tests.Rigs;

/// <summary>Faults by plan: the next ones at each point, then what always happens there.</summary>
public sealed class PlannedFaults : ISimulatedFaults
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SimulatedPoint, Queue<SimulatedFault>> _next = [];
    private readonly Dictionary<SimulatedPoint, SimulatedFault> _always = [];

    public void Next(SimulatedPoint point, params ReadOnlySpan<SimulatedFault> faults)
    {
        lock (_gate)
        {
            if (!_next.TryGetValue(point, out var queue))
            {
                _next[point] = queue = new Queue<SimulatedFault>();
            }

            foreach (var fault in faults)
            {
                queue.Enqueue(fault);
            }
        }
    }

    public void Always(SimulatedPoint point, SimulatedFault fault)
    {
        lock (_gate)
        {
            _always[point] = fault;
        }
    }

    public SimulatedFault At(SimulatedPoint point)
    {
        lock (_gate)
        {
            return _next.TryGetValue(point, out var queue) && queue.TryDequeue(out var fault) ? fault : _always.GetValueOrDefault(point);
        }
    }
}

/// <summary>One kind of journal with everything a conformance test does to it.</summary>
public abstract class JournalRig : IDisposable
{
    public ManualClock Clock { get; } = new();

    public PlannedFaults Faults { get; } = new();

    public JournalOptions Limits { get; init; } = new();

    /// <summary>Opens a journal over what is there.</summary>
    public abstract IJournal Start();

    /// <summary>Closes it as a host does.</summary>
    public abstract void Stop();

    /// <summary>The process of the current journal dies now, if no fault has killed it already.</summary>
    public abstract void Crash();

    /// <summary>The writer takes nothing from the queue until released.</summary>
    public abstract void Hold();

    public abstract void Release();

    /// <summary>Lets the journal work until a task has ended.</summary>
    public abstract Task<T> Settle<T>(Task<T> task);

    /// <summary>Lets the journal work until something is so.</summary>
    public Task Until(Func<bool> condition) => Until(() => Task.FromResult(condition()));

    /// <summary>Lets the journal work until something is found to be so.</summary>
    public abstract Task Until(Func<Task<bool>> condition);

    /// <summary>With the journal closed: the last events vanish from the store without a word.</summary>
    public abstract void LoseTail(int events);

    /// <summary>With the journal closed: a payload rots.</summary>
    public abstract void FlipBit(long position);

    /// <summary>With the journal closed: the files look as if a newer program had written them.</summary>
    public abstract void PretendNewerSchema();

    public abstract void Dispose();
}

/// <summary>A kind of journal with real threads, which works by itself while a test waits.</summary>
public abstract class ThreadedRig : JournalRig
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Closed while the committer is held.</summary>
    protected ManualResetEventSlim Open { get; } = new(true);

    public override void Hold() => Open.Reset();

    public override void Release() => Open.Set();

    public override Task<T> Settle<T>(Task<T> task) => task.WaitAsync(Patience);

    public override async Task Until(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
