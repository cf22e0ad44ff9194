namespace Pos.LocalEngine;

/// <summary>
/// Decides when turns run. The engine hands it everything it wants run and starts no thread, task or pool item by itself, so that whoever
/// implements this owns the order of the world. Replace it by registering a service before <c>AddLocalEngine</c>.
/// </summary>
/// <remarks>
/// Three kinds of work arrive here: turns of activations; completions of calls made by non-grain code (the caller's continuation runs inside
/// of the item, unless it captured a synchronization context or task scheduler of its own); and the engine's sweeps for time-outs and idle
/// activations. An item must be executed exactly once, on any thread, never inside of <see cref="Schedule"/>. Two items may run at
/// the same time; items of one activation never exist twice.
/// </remarks>
public interface ITurnScheduler
{
    /// <summary>
    /// How many steps (a request's start or a continuation) an activation may run in one item before it goes back to the end of the queue.
    /// At least 1.
    /// </summary>
    int StepsMax { get; }

    /// <summary>Takes an item to execute soon. Does not throw and does not block.</summary>
    void Schedule(IThreadPoolWorkItem item);

    /// <summary>Takes an activation that has run its steps and has more of them: whatever waits already may go first.</summary>
    void ScheduleLast(IThreadPoolWorkItem item) => Schedule(item);
}

/// <summary>Runs turns on the process's thread pool.</summary>
public sealed class ThreadPoolTurns : ITurnScheduler
{
    /// <inheritdoc/>
    public int StepsMax => 64;

    /// <remarks>The thread's own queue: what a call needs is still in the processor's cache there.</remarks>
    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem item) => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: true);

    /// <remarks>The queue of all threads: a busy grain must not come back before an HTTP request that waits there.</remarks>
    /// <inheritdoc/>
    public void ScheduleLast(IThreadPoolWorkItem item) => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
}
