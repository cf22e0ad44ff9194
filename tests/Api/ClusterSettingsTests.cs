using Microsoft.Extensions.Configuration;
using Pos.Api;
using Pos.Hosting;
using Pos.Silo;

namespace Pos.Tests;

/// <summary>What a process is told of its cluster, and what it refuses by naming the setting.</summary>
public sealed class ClusterSettingsTests
{
    [Fact]
    public void nothing_said_is_one_silo_on_this_machine_with_everything() =>
        Assert.Equal(new ClusterSettings(ClusterProvider.Localhost, "", "pos", "pos", HostRole.All, Dashboard: true), Read());

    [Fact]
    public void a_cluster_is_read_as_the_compose_file_says_it() => Assert.Equal(
        new ClusterSettings(ClusterProvider.Redis, "redis:6379", "shop", "blue", HostRole.Silo),
        Read(("Cluster:Provider", "redis"), ("ConnectionStrings:Cluster", "redis:6379"), ("Orleans:ServiceId", "shop"), ("Orleans:ClusterId", "blue"), ("Pos:Role", "silo")));

    [Fact]
    public void what_the_labels_of_a_pod_say_comes_first()
    {
        var read = Read(("ORLEANS_SERVICE_ID", "pod"), ("ORLEANS_CLUSTER_ID", "green"), ("Orleans:ServiceId", "shop"), ("Orleans:ClusterId", "blue"));
        Assert.Equal(("pod", "green"), (read.ServiceId, read.ClusterId));
    }

    [Theory]
    [InlineData("Cluster:Provider", "zookeeper")]
    [InlineData("Cluster:Provider", "2")]
    [InlineData("Cluster:Provider", "redis,postgres")]
    [InlineData("Pos:Role", "api")]
    [InlineData("Pos:Dashboard", "yes")]
    [InlineData("Pos:Tracing", "1")]
    public void an_unknown_name_is_refused_and_the_setting_named(string setting, string value)
    {
        var message = Assert.Throws<ClusterRefusedException>(() => Read((setting, value))).Message;
        Assert.StartsWith($"{setting} is '{value}'; known are: ", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("postgres")]
    public void a_provider_without_its_place_is_refused(string provider) => Assert.StartsWith(
        "ConnectionStrings:Cluster is missing", Assert.Throws<ClusterRefusedException>(() => Read(("Cluster:Provider", provider))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("localhost", null, true)]
    [InlineData("localhost", "false", false)]
    [InlineData("redis", null, false)]
    [InlineData("redis", "true", true)]
    public void a_dashboard_counts_every_call_of_one_process_and_of_a_cluster_only_when_it_is_asked_for(string provider, string? setting, bool expected) =>
        Assert.Equal(expected, Read(("Cluster:Provider", provider), ("ConnectionStrings:Cluster", "redis:6379"), ("Pos:Dashboard", setting)).Dashboard);

    /// <summary>What is wrong with a string may be its password, as one with a semicolon in it and no quotes.</summary>
    [Theory]
    [InlineData("Host=db;Password=pass;Secret=1", "is no connection string that Npgsql can read")]
    [InlineData("Host=db;Secret", "is no connection string that Npgsql can read")]
    [InlineData("Host=db;Port=Secret", "is no connection string that Npgsql can read")]
    [InlineData("Host=db;Port=99999999999999999999", "is no connection string that Npgsql can read")]
    [InlineData("Host=db;Timeout=99999", "is no connection string that Npgsql can read")]
    [InlineData("Database=pos;Password=Secret", "names no Host")]
    public void a_connection_string_that_cannot_be_read_is_refused_by_its_name_and_not_quoted(string connection, string fault)
    {
        var cluster = Read(("Cluster:Provider", "postgres"), ("ConnectionStrings:Cluster", connection));
        var refused = Assert.Throws<ClusterRefusedException>(() => ClusterDatabase.ConnectionOf(cluster));
        Assert.StartsWith($"ConnectionStrings:Cluster {fault}", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private static ClusterSettings Read(params (string Setting, string? Value)[] settings) => ClusterSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Setting, setting.Value))).Build());
}
