using Pos.Journal;
using Pos.Streams.Storage;
using Pos.Tests.Rigs;

namespace Pos.Tests;

/// <summary>The states in the journal's PostgreSQL database.</summary>
public sealed class PostgresStorageTests(PostgresServer server) : StorageConformance, IClassFixture<PostgresServer>
{
    private readonly string _database = server.CreateDatabase();

    private protected override Dictionary<string, string?> Settings => new()
    {
        ["Journal:Provider"] = "postgres",
        ["Journal:CommandTimeout"] = "00:00:30",
        ["Journal:ConnectTimeout"] = "00:00:30",
        ["ConnectionStrings:Journal"] = server.ConnectionString(_database),
    };

    [Fact]
    public async Task silos_that_start_together_make_the_tables_once()
    {
        var database = server.CreateDatabase();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Tables(database).Ensure(CancellationToken.None)));
        Assert.Equal(1L, server.Scalar<long>(database, "SELECT count(*) FROM pos_states.schema_version"));
        Assert.Equal(3L, server.Scalar<long>(database, "SELECT count(*) FROM pos_states.OrleansQuery"));
    }

    [Fact]
    public async Task tables_of_a_newer_program_are_refused_naming_both_versions()
    {
        server.Execute(_database, "UPDATE pos_states.schema_version SET version = 99");
        var refused = await Assert.ThrowsAsync<JournalRefusedException>(() => Tables(_database).Ensure(CancellationToken.None));
        Assert.Contains("version 99", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"up to {PostgresStates.Version}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_role_that_may_not_make_the_tables_is_told_what_to_run()
    {
        var database = server.CreateDatabase();
        server.Execute(database, "CREATE ROLE pos_least LOGIN");
        var least = new PostgresStates(server.ConnectionString(database).Replace("Username=postgres", "Username=pos_least", StringComparison.Ordinal) + ";Pooling=false");
        var refused = await Assert.ThrowsAsync<JournalRefusedException>(() => least.Ensure(CancellationToken.None));
        Assert.Contains("states.sql", refused.Message, StringComparison.Ordinal);
        await Tables(database).Ensure(CancellationToken.None);
        server.Execute(database, "GRANT USAGE ON SCHEMA pos_states TO pos_least; GRANT SELECT ON ALL TABLES IN SCHEMA pos_states TO pos_least");
        await least.Ensure(CancellationToken.None);
    }

    private PostgresStates Tables(string database) => new(server.ConnectionString(database) + ";Pooling=false");
}
