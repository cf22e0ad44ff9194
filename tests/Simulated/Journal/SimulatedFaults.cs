using Pos.Journal;

namespace Pos.Tests.Simulated.Journal;

/// <summary>Where a simulated journal can be struck.</summary>
public enum SimulatedPoint
{
    /// <summary>Before a transaction is written.</summary>
    Write,

    /// <summary>The transaction is written; before the disk has it for certain.</summary>
    Sync,

    /// <summary>The disk has it; before the writer learns so.</summary>
    Reply,

    /// <summary>Before the fate of an unknown commit is looked up.</summary>
    LookUp,

    /// <summary>Before the head file is written.</summary>
    Head,

    /// <summary>The head file is written and on the disk; before anybody is told.</summary>
    Acknowledge,

    /// <summary>Before anything is read.</summary>
    Read,
}

/// <summary>What strikes.</summary>
public enum SimulatedFault
{
    /// <summary>Nothing; the step succeeds.</summary>
    None,

    /// <summary>
    /// The step answers with an error. At <see cref="SimulatedPoint.Sync"/> the transaction is not kept, at
    /// <see cref="SimulatedPoint.Reply"/> it is: the writer cannot tell the two apart.
    /// </summary>
    Fail,

    /// <summary>The disk is full. Told apart from <see cref="Fail"/> only by its message.</summary>
    Full,

    /// <summary>The process dies. What was written and not synced is gone.</summary>
    CrashLosing,

    /// <summary>The process dies. What was written and not synced happens to be there afterwards.</summary>
    CrashKeeping,

    /// <summary>The process dies in the middle of the write: a torn transaction is dropped at the next start, a torn head slot ignored.</summary>
    CrashTearing,
}

/// <summary>Decides about faults. Asked once at each step; a simulator answers from its seed.</summary>
public interface ISimulatedFaults
{
    /// <summary>What strikes now.</summary>
    SimulatedFault At(SimulatedPoint point);
}
