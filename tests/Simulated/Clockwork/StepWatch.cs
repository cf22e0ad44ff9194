namespace Pos.Tests.Simulated;

/// <summary>Looks from outside at a thread that may be caught in a loop and cannot tell so itself.</summary>
internal sealed class StepWatch
{
    [ThreadStatic]
    private static StepWatch? _mine;

    private volatile Machine? _machine;
    private (Machine? Machine, long Steps) _seen;
    private int _looks;

    /// <summary>
    /// How often in a row a machine is found in the same step before it is given up. A step takes microseconds; looks and not time are
    /// counted, so that a computer that was asleep does not look like a loop.
    /// </summary>
    public int LooksMax { get; init; } = 30;

    /// <summary>From now on this thread runs a machine, or none.</summary>
    public static void Watch(Machine? machine)
    {
        if (_mine is { } mine)
        {
            mine._machine = machine;
        }
    }

    /// <summary>Belongs to this thread.</summary>
    public void Begin() => _mine = this;

    /// <summary>Called by another thread, once in a while.</summary>
    /// <exception cref="EndlessStepException">The step does not end.</exception>
    public void Look()
    {
        var machine = _machine;
        var now = (machine, machine?.StepsBegun ?? 0);
        if (machine is null || now != _seen)
        {
            (_seen, _looks) = (now, 0);
        }
        else if (++_looks >= LooksMax)
        {
            throw new EndlessStepException($"seed {machine.Seed}: step {machine.Steps}, {machine.Doing}, does not end");
        }
    }
}

/// <summary>A step of a simulation does not end: it names seed, step and whose turn it is.</summary>
internal sealed class EndlessStepException(string message) : Exception(message);
