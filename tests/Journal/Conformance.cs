using Pos.Journal;
using Pos.Tests.Rigs;

namespace Pos.Tests;

public sealed class SimulatedJournalConformance : JournalConformance
{
    protected override JournalRig NewRig(GroupCommitOptions limits) => new SimulatedRig { Limits = limits };
}

public sealed class SqliteJournalConformance : JournalConformance
{
    protected override JournalRig NewRig(GroupCommitOptions limits) => new SqliteRig { Limits = limits };
}
