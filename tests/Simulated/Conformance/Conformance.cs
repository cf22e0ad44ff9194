namespace Pos.Tests.Simulated;

/// <summary>
/// What the simulator takes for granted of Orleans. Each fact runs on a real Orleans silo and on the simulated one, so that the two
/// cannot drift apart: whoever finds a difference adds a fact.
/// </summary>
public abstract partial class Conformance
{
    private static int _scripts;

    /// <summary>Tells a story on a silo.</summary>
    protected abstract Task On(Func<Stage, Task> story);

    /// <summary>Where a story is told.</summary>
    /// <param name="Grains">Calls from outside of grains.</param>
    /// <param name="Collect">Asks all activations that are not used to go.</param>
    protected internal sealed record Stage(IGrainFactory Grains, Func<Task> Collect)
    {
        /// <summary>The script of this story.</summary>
        public Script Script { get; } = Script.Begin($"story-{Interlocked.Increment(ref _scripts)}");

        public IPlainScripted Plain => Grains.GetGrain<IPlainScripted>(Script.Key);

        public IReentrantScripted Reentrant => Grains.GetGrain<IReentrantScripted>(Script.Key);

        /// <summary>
        /// Waits until what was sent before has arrived: a call to another grain travels behind it on the same connection, and is answered.
        /// </summary>
        public Task Arrived() => Caller(static (_, _) => Task.FromResult("")).Do("call");

        /// <summary>Another grain, which calls the one of the script for the story.</summary>
        public IPlainScripted Caller(Func<ScriptedGrain, CancellationToken, Task<string>> calls)
        {
            var other = Script.Begin($"{Script.Key}-caller");
            other["call"] = calls;
            return Grains.GetGrain<IPlainScripted>(other.Key);
        }
    }
}
