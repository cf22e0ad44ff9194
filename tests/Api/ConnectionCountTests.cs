using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Pos.Hosting;
using Pos.Journal.Postgres;
using Pos.Streams.Storage;

namespace Pos.Tests;

/// <summary>The connections of PostgreSQL that docs/operations.md counts are those of the settings and of the autoscalers.</summary>
public sealed class ConnectionCountTests
{
    [Theory]
    [InlineData("Host=db", ClusterDatabase.PoolMax)]
    [InlineData("Host=db;Maximum Pool Size=20", 20)]
    [InlineData("Host=db;Minimum Pool Size=20", ClusterDatabase.PoolMax)]
    public void Orleans_opens_as_few_connections_as_is_said(string connection, int max)
    {
        var used = new NpgsqlConnectionStringBuilder(ClusterDatabase.ConnectionOf(new ClusterSettings(ClusterProvider.Postgres, connection, "pos", "pos", HostRole.Silo)));
        Assert.Equal(max, used.MaxPoolSize);
        Assert.True(used.MinPoolSize <= max);
    }

    [Fact]
    public void The_document_counts_what_the_autoscalers_may_start()
    {
        var (silos, apis) = (Replicas("silo"), Replicas("api"));
        var silo = new PostgresJournalOptions().ReadersMax + 2 + PostgresStates.PoolMax;
        var withMembership = (silos + 1) * (silo + ClusterDatabase.PoolMax) + ((apis + 1) * ClusterDatabase.PoolMax);
        var document = File.ReadAllText(Path.Combine(Repository(), "docs", "operations.md"));
        Assert.Contains(FormattableString.Invariant($"**{(silos + 1) * silo} connections**"), document, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"**{withMembership}**"), document, StringComparison.Ordinal);
    }

    private static int Replicas(string of)
    {
        var text = File.ReadAllText(Path.Combine(Repository(), "k8s", "base", $"{of}-availability.yaml"));
        return int.Parse(Regex.Match(text, "maxReplicas: ([0-9]+)").Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pos.Orleans.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("These tests run in the repository.");
    }
}
