namespace Pos.LocalEngine;

/// <summary>An execution context in which nothing ambient is set.</summary>
internal static class CleanContext
{
    internal static readonly ExecutionContext Value = Capture();

    /// <summary>Makes a timer that keeps nothing ambient alive and is not yet due.</summary>
    internal static ITimer CreateTimer(TimeProvider time, TimerCallback callback, object state)
    {
        ITimer? timer = null;
        ExecutionContext.Run(Value, _ => timer = time.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan), null);
        return timer!;
    }

    /// <remarks>Only a new thread surely has one: whoever calls first may be deep inside of a request.</remarks>
    private static ExecutionContext Capture()
    {
        ExecutionContext? context = null;
        var thread = new Thread(() => context = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return context!;
    }
}

/// <summary>Completes a task for code outside of grains, inside of a work item for the reason told at <see cref="GrainCall"/>'s return.</summary>
internal sealed class Completion(TaskCompletionSource source) : IThreadPoolWorkItem
{
    public void Execute() => source.TrySetResult();
}
