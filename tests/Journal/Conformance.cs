using Pos.Journal;
using Pos.Tests.Rigs;

namespace Pos.Tests;

public sealed class SimulatedJournalConformance : OneProcessConformance
{
    protected override JournalRig NewRig(JournalOptions limits) => new SimulatedRig { Limits = limits };
}

public sealed class SqliteJournalConformance : OneProcessConformance
{
    protected override JournalRig NewRig(JournalOptions limits) => new SqliteRig { Limits = limits };
}

[Collection(WithPostgres.Name)]
public sealed class PostgresJournalConformance(PostgresServer server) : SeveralProcessesConformance
{
    protected override JournalRig NewRig(JournalOptions limits) => new PostgresRig(server) { Limits = limits };
}
