namespace Pos.Tests.Simulated;

/// <summary>What can go wrong: the columns of the coverage table.</summary>
internal enum Fault
{
    /// <summary>The whole silo dies between two steps.</summary>
    SiloCrash,

    /// <summary>It dies inside of a write; what was not synced is gone.</summary>
    CrashLosing,

    /// <summary>It dies inside of a write; what was not synced happens to be there.</summary>
    CrashKeeping,

    /// <summary>It dies inside of a write, which is torn.</summary>
    CrashTearing,

    /// <summary>One activation vanishes; whoever waits for it waits in vain.</summary>
    ActivationCrash,

    /// <summary>One activation is asked to go.</summary>
    Deactivation,

    /// <summary>A step of the journal's writer is late.</summary>
    JournalSlow,

    /// <summary>A transaction is rolled back.</summary>
    JournalFailing,

    /// <summary>The disk, or the queue before it, is full.</summary>
    JournalFull,

    /// <summary>A commit's answer is lost: it may have happened or not.</summary>
    ReplyLost,

    /// <summary>The head file cannot be written.</summary>
    FlushFailing,

    /// <summary>Nobody can say what became of a commit.</summary>
    LookUpFailing,

    /// <summary>A stream cannot be read.</summary>
    ReadFailing,

    /// <summary>A second silo takes calls for grains that are active in the first.</summary>
    SecondActivation,

    /// <summary>The second silo dies while the journal goes on.</summary>
    PeerCrash,

    /// <summary>A call arrives late, after others that were made after it.</summary>
    CallDelayed,

    /// <summary>A call never arrives.</summary>
    CallLost,

    /// <summary>A call times out while the callee goes on.</summary>
    CallTimedOut,

    /// <summary>A call arrives twice.</summary>
    CallDuplicated,

    /// <summary>A client sends one request twice at once.</summary>
    ClientDuplicates,

    /// <summary>A client gives up waiting and tries again later.</summary>
    ClientGivesUp,

    /// <summary>A wake-up is claimed and then forgotten until its lease has run out.</summary>
    WakeUpLate,

    /// <summary>A wake-up is delivered twice.</summary>
    WakeUpDoubled,

    /// <summary>The wall clock is set forward or back.</summary>
    ClockJump,

    /// <summary>A stream's snapshot is gone.</summary>
    SnapshotMissing,

    /// <summary>A stream's snapshot was written by another release.</summary>
    SnapshotOld,
}

/// <summary>A fault that struck: the how-manieth chance of its kind it took.</summary>
internal readonly record struct Strike(Fault Fault, int Chance);
