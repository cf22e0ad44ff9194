using Microsoft.Extensions.Configuration;
using Npgsql;
using Orleans.Hosting;
using Orleans.TestingHost;
using Pos.Journal.Postgres;
using Pos.Tests.Rigs;
using Pos.Verification;

namespace Pos.Tests;

/// <summary>Silos on one PostgreSQL, and an API before them that is their client.</summary>
public sealed class ClusterShop : RunningShop, IDisposable
{
    private readonly PostgresServer? _own;
    private readonly PostgresServer _postgres;
    private readonly string _database;
    private readonly short _silosCount;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pos-cluster-");
    private ServerProcess? _api;

    /// <summary>Three silos on a server of their own.</summary>
    public ClusterShop()
    {
        _own = _postgres = new PostgresServer();
        _database = _postgres.CreateDatabase();
        _silosCount = 3;
    }

    /// <summary>A cluster that knows nothing of another, on the same journal.</summary>
    internal ClusterShop(ClusterShop other)
    {
        _postgres = other._postgres;
        _database = other._database;
        _silosCount = 1;
    }

    /// <summary>The cluster.</summary>
    public TestCluster Cluster { get; private set; } = null!;

    internal IReadOnlyList<SiloProcess> Silos => [.. Cluster.Silos.Cast<SiloProcess>().Where(silo => silo.IsActive)];

    private string Connection => _postgres.ConnectionString(_database);

    /// <summary>Whether silo and API need a setting of the test cluster.</summary>
    internal static bool IsForServers(string key) =>
        !key.StartsWith("Orleans:Clustering", StringComparison.OrdinalIgnoreCase)
        && ((string[])["Orleans:", "ConnectionStrings:", "Cluster:", "Journal:", "Api:", "Pos:", "Logging:"])
            .Any(start => key.StartsWith(start, StringComparison.OrdinalIgnoreCase));

    /// <summary>Starts silos until there are as many as in the beginning.</summary>
    public async Task Heal()
    {
        var missing = _silosCount - Silos.Count;
        if (missing > 0)
        {
            await Cluster.StartAdditionalSilosAsync(missing, startAdditionalSiloOnNewPort: true);
        }
    }

    public override Task Crash() => Cluster.KillSiloAsync(Silos[^1]);

    public override Task<VerificationReport> Verify() =>
        Verifier.Run(new PostgresJournalOptions { ConnectionString = Connection }, null, CancellationToken.None);

    /// <summary>After everything else: the server goes, if it is this shop's own.</summary>
    public void Dispose() => _own?.Dispose();

    protected override async Task<Uri> Open()
    {
        var builder = new TestClusterBuilder(_silosCount) { CreateSiloAsync = SiloProcess.Create };
        builder.Options.UseTestClusterMembership = false;
        builder.Options.ConfigureFileLogging = false;
        // Its hooks are in silos that it makes itself; ours are the ones that are deployed.
        builder.Options.InitializeClientOnDeploy = false;
        foreach (var (key, value) in KeySettings)
        {
            builder.Properties[key] = value;
        }

        builder.Properties["Journal:Provider"] = "postgres";
        builder.Properties["Cluster:Provider"] = "postgres";
        builder.Properties["ConnectionStrings:Journal"] = Connection;
        builder.Properties["ConnectionStrings:Cluster"] = Connection;
        builder.AddClientBuilderConfigurator<OnPostgres>();
        Cluster = builder.Build();
        await Cluster.DeployAsync();
        await Cluster.InitializeClientAsync();
        KeyValuePair<string, string?>[] identity =
        [
            new("Orleans:ClusterId", Cluster.Options.ClusterId), new("Orleans:ServiceId", Cluster.Options.ServiceId), .. KeySettings,
            new("Cluster:Provider", "postgres"), new("ConnectionStrings:Cluster", Connection),
        ];
        _api = await ServerProcess.Start("Api", _folder.FullName, ServerProcess.FreeAddress(), identity);
        return _api.Address;
    }

    protected override async Task Close()
    {
        _api?.Dispose();
        if (Cluster is not null)
        {
            await Cluster.StopClusterClientAsync();
            foreach (var silo in Silos)
            {
                await Cluster.KillSiloAsync(silo);
            }

            await Cluster.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>Where the test cluster's client finds the silos.</summary>
    private sealed class OnPostgres : IClientBuilderConfigurator
    {
        public void Configure(IConfiguration configuration, IClientBuilder clientBuilder)
        {
            var connection = new NpgsqlConnectionStringBuilder(configuration["ConnectionStrings:Cluster"]) { SearchPath = "pos_orleans" }.ConnectionString;
            clientBuilder.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connection));
        }
    }
}
