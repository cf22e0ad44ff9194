namespace Pos.Tests.Simulated;

/// <summary>An execution context in which nothing ambient is set: what is ambient at the caller's side does not reach a grain.</summary>
internal static class CleanContext
{
    private static readonly ExecutionContext Value = Capture();

    public static void Run(ContextCallback work, object state) => ExecutionContext.Run(Value, work, state);

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
