using Npgsql;
using Pos.Api;
using Pos.Hosting;
using Pos.Silo;
using Pos.Tests.Rigs;

namespace Pos.Tests;

/// <summary>
/// Orleans' tables and queries, on a real server, asked with the parameters that Orleans' provider for PostgreSQL sends: a membership that
/// has moved meanwhile is not overwritten.
/// </summary>
public sealed class ClusterSchemaTests : IClassFixture<PostgresServer>
{
    private static readonly DateTime At = new(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc);

    private readonly PostgresServer _server;
    private readonly string _connection;

    public ClusterSchemaTests(PostgresServer server)
    {
        _server = server;
        Database = server.CreateDatabase();
        _connection = ClusterDatabase.ConnectionOf(
            new ClusterSettings(ClusterProvider.Postgres, server.ConnectionString(Database), "pos", "pos", HostRole.Silo)) + ";Pooling=false";
    }

    private string Database { get; }

    [Fact]
    public async Task silos_that_start_together_make_the_tables_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ClusterSchema.Ensure(_connection, CancellationToken.None)));
        Assert.Equal(1L, _server.Scalar<long>(Database, "SELECT count(*) FROM pos_orleans.schema_version"));
        Assert.Equal(9L, _server.Scalar<long>(Database, "SELECT count(*) FROM pos_orleans.OrleansQuery"));
    }

    [Fact]
    public async Task tables_of_a_newer_program_are_refused_naming_both_versions()
    {
        await ClusterSchema.Ensure(_connection, CancellationToken.None);
        _server.Execute(Database, "UPDATE pos_orleans.schema_version SET version = 99");
        var refused = await Assert.ThrowsAsync<ClusterRefusedException>(() => ClusterSchema.Ensure(_connection, CancellationToken.None));
        Assert.Contains("version 99", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"up to {ClusterSchema.Version}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_database_that_is_not_there_is_refused_and_named()
    {
        var refused = await Assert.ThrowsAsync<ClusterRefusedException>(
            () => ClusterSchema.Ensure(_connection.Replace(Database, "nowhere", StringComparison.Ordinal), CancellationToken.None));
        Assert.Contains("/nowhere", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_role_that_may_only_use_the_tables_starts_and_one_that_would_have_to_make_them_is_refused()
    {
        _server.Execute(Database, "CREATE ROLE pos_member LOGIN");
        var member = _connection.Replace("Username=postgres", "Username=pos_member", StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<ClusterRefusedException>(() => ClusterSchema.Ensure(member, CancellationToken.None));
        Assert.Contains("may not make them", refused.Message, StringComparison.Ordinal);
        await ClusterSchema.Ensure(_connection, CancellationToken.None);
        _server.Execute(Database, "GRANT USAGE ON SCHEMA pos_orleans TO pos_member; GRANT SELECT ON ALL TABLES IN SCHEMA pos_orleans TO pos_member");
        await ClusterSchema.Ensure(member, CancellationToken.None);
    }

    [Fact]
    public async Task a_silo_joins_is_read_is_suspected_and_declared_dead_and_every_step_moves_the_version()
    {
        await ClusterSchema.Ensure(_connection, CancellationToken.None);
        Assert.Equal(1L, await Ask("InsertMembershipVersionKey"));
        Assert.Equal(0L, await Ask("InsertMembershipVersionKey"));
        var empty = Assert.Single(await Read("MembershipReadAllKey"));
        Assert.Equal((0, DBNull.Value), (empty["version"], empty["starttime"]));

        Assert.Equal(1L, await Ask("InsertMembershipKey", [.. Silo(1), ("Version", 0)]));
        Assert.Equal(0L, await Ask("InsertMembershipKey", [.. Silo(2), ("Version", 0)]));
        Assert.Equal(0L, await Ask("InsertMembershipKey", [.. Silo(1), ("Version", 1)]));
        Assert.Equal(1L, await Ask("InsertMembershipKey", [.. Silo(2), ("Version", 1)]));
        Assert.Equal(2, (await Read("MembershipReadAllKey")).Count);

        Assert.Equal(1L, await Ask("UpdateMembershipKey", [.. Silo(1, status: 6), ("SuspectTimes", "S127.0.0.1:1:2,2026-11-21 12:00:00.000 GMT"), ("Version", 2)]));
        Assert.Equal(0L, await Ask("UpdateMembershipKey", [.. Silo(2, status: 6), ("SuspectTimes", null), ("Version", 2)]));
        Assert.Equal(0L, await Ask("UpdateMembershipKey", [.. Silo(9, status: 6), ("SuspectTimes", null), ("Version", 3)]));
        var row = Assert.Single(await Read("MembershipReadRowKey", [.. Key(1)]));
        Assert.Equal((3, 6, At), (row["version"], row["status"], row["starttime"]));

        var gateway = Assert.Single(await Read("GatewaysQueryKey", ("Status", 3)));
        Assert.Equal((30_000, 2), (gateway["proxyport"], gateway["generation"]));
        await Ask("UpdateIAmAlivetimeKey", [.. Key(2), ("IAmAliveTime", At.AddDays(1))]);
        await Ask("CleanupDefunctSiloEntriesKey", ("IAmAliveTime", At.AddHours(1)));
        Assert.Equal(2, Assert.Single(await Read("MembershipReadAllKey"))["generation"]);
        await Ask("DeleteMembershipTableEntriesKey");
        Assert.Empty(await Read("MembershipReadAllKey"));
    }

    [Fact]
    public async Task of_two_silos_that_write_on_the_same_version_one_wins()
    {
        await ClusterSchema.Ensure(_connection, CancellationToken.None);
        await Ask("InsertMembershipVersionKey");
        var joined = await Task.WhenAll(Enumerable.Range(1, 10).Select(async silo => (long)(await Ask("InsertMembershipKey", [.. Silo(silo), ("Version", 0)]))!));
        Assert.Equal(1L, joined.Sum());
    }

    private static (string, object?)[] Key(int generation) => [("Address", "10.0.0.1"), ("Port", 11_111), ("Generation", generation)];

    private static (string, object?)[] Silo(int generation, int status = 3) =>
        [.. Key(generation), ("SiloName", "silo"), ("HostName", "host"), ("Status", status), ("ProxyPort", 30_000), ("StartTime", At), ("IAmAliveTime", At)];

    private async Task<object?> Ask(string query, params (string, object?)[] parameters)
    {
        await using var asked = await Command(query, parameters);
        return await asked.ExecuteScalarAsync();
    }

    private async Task<List<Dictionary<string, object>>> Read(string query, params (string, object?)[] parameters)
    {
        await using var asked = await Command(query, parameters);
        await using var rows = await asked.ExecuteReaderAsync();
        var found = new List<Dictionary<string, object>>();
        while (await rows.ReadAsync())
        {
            found.Add(Enumerable.Range(0, rows.FieldCount).ToDictionary(rows.GetName, rows.GetValue));
        }

        return found;
    }

    private async Task<NpgsqlCommand> Command(string query, (string Name, object? Value)[] parameters)
    {
        var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        await using var text = new NpgsqlCommand("SELECT QueryText FROM OrleansQuery WHERE QueryKey = $1", connection) { Parameters = { new() { Value = query } } };
        var command = new NpgsqlCommand((string)(await text.ExecuteScalarAsync())!, connection) { Parameters = { new("DeploymentId", "pos") } };
        foreach (var (name, value) in parameters)
        {
            // Typed also when it is null, as the provider sends it.
            command.Parameters.Add(new NpgsqlParameter(name, value ?? DBNull.Value) { DbType = DbTypeOf(name) });
        }

        return command;
    }

    private static System.Data.DbType DbTypeOf(string name) => name switch
    {
        "StartTime" or "IAmAliveTime" => System.Data.DbType.DateTime,
        "Port" or "Generation" or "Status" or "ProxyPort" or "Version" => System.Data.DbType.Int32,
        _ => System.Data.DbType.String,
    };
}
