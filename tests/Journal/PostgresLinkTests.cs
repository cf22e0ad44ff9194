using Pos.Journal;
using Pos.Journal.Postgres;
using Pos.Tests.Rigs;

namespace Pos.Tests;

/// <summary>The connection that writes, when its server answers late.</summary>
[Collection(WithPostgres.Name)]
public sealed class PostgresLinkTests(PostgresServer server)
{
    private readonly string _database = server.CreateDatabase();

    [Fact]
    public void a_reconnect_that_was_given_up_decides_nothing_when_its_answer_comes_late()
    {
        using var proxy = new HoldingProxy(server.Port);
        using var connections = PostgresConnections.Create(new PostgresJournalOptions
        {
            ConnectionString = server.ConnectionString(_database).Replace($"Port={server.Port}", $"Port={proxy.Port}", StringComparison.Ordinal),
            ConnectTimeout = TimeSpan.FromSeconds(4),
            CommandTimeout = TimeSpan.FromSeconds(1),
        });
        using var link = new PostgresLink(connections);
        link.Start();
        link.Break(uncertain: true);
        proxy.Hold("pos_journal.fence");
        Assert.Throws<TimeoutException>(() => link.Use());
        link.Use();
        // This one has committed when the other hears that the journal is shorter.
        link.OnCommitted(new JournalMark(12, RunningHash.Start.ToArray()), new byte[ChainHash.Size]);
        Assert.Equal(2, Connections());
        proxy.Release();
        Assert.True(SpinWait.SpinUntil(() => Connections() == 1, TimeSpan.FromSeconds(60)), "The connection that nobody waits for stays open.");
        link.Use();
    }

    private long Connections() =>
        server.Scalar<long>(_database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pos journal'");
}
