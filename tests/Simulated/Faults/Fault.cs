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

    // From here on: faults of the feed and of the reports. They have a table of their own.

    /// <summary>A pulling agent delivers a batch twice at once.</summary>
    BatchDoubled,

    /// <summary>It delivers a batch that begins with events from before.</summary>
    BatchOld,

    /// <summary>It passes over some events, so that its consumer sees a gap.</summary>
    BatchSkipping,

    /// <summary>An event arrives unreadable. The journal has it whole.</summary>
    BatchUnreadable,

    /// <summary>A batch never arrives.</summary>
    DeliveryLost,

    /// <summary>A delivery times out while the consumer goes on.</summary>
    DeliveryTimedOut,

    /// <summary>A subscription gets nothing for a while.</summary>
    FeedLags,

    /// <summary>The agent starts anew, at a checkpoint or behind it.</summary>
    AgentRestarts,

    /// <summary>The agent goes to another silo. The old one goes on for a while, so that a report has two activations.</summary>
    AgentMoves,

    /// <summary>A report's activation vanishes before or behind a write of its state.</summary>
    ReportCrash,

    /// <summary>It is asked to go.</summary>
    ReportGoes,

    /// <summary>The storage fails and has stored nothing.</summary>
    StateWriteLost,

    /// <summary>The storage has stored a state and fails all the same.</summary>
    StateWriteUnknown,

    /// <summary>The storage cannot be read.</summary>
    StateReadFailing,

    /// <summary>The storage takes its time.</summary>
    StateSlow,

    /// <summary>An operator has a report made anew.</summary>
    RebuildAsked,
}

/// <summary>A fault that struck: the how-manieth chance of its kind it took.</summary>
internal readonly record struct Strike(Fault Fault, int Chance);
