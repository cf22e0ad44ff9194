using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Orleans.Hosting;
using Orleans.TestingHost;
using Pos.Journal.Postgres;
using Pos.Tests.Rigs;
using Pos.Verification;

namespace Pos.Tests;

/// <summary>Silos with their journal in one PostgreSQL, and an API in front of them. Each subclass says where the silos find each other.</summary>
public abstract class ClusterShop : RunningShop, IDisposable
{
    private readonly PostgresServer? _own;
    private readonly PostgresServer _postgres;
    private readonly short _silosCount;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pos-cluster-");
    private string _database = "";
    private ServerProcess? _api;

    /// <summary>Three silos on a server of their own.</summary>
    private protected ClusterShop()
    {
        _own = _postgres = new PostgresServer();
        _silosCount = 3;
    }

    /// <summary>One silo of another cluster on the same journal.</summary>
    private protected ClusterShop(ClusterShop other)
    {
        _postgres = other._postgres;
        _database = other._database;
        _silosCount = 1;
    }

    /// <summary>The cluster.</summary>
    public TestCluster Cluster { get; private set; } = null!;

    internal IReadOnlyList<SiloProcess> Silos => [.. Cluster.Silos.Cast<SiloProcess>().Where(silo => silo.IsActive)];

    /// <summary>The journal's database.</summary>
    protected string Journal => _postgres.ConnectionString(_database);

    /// <summary>The settings <c>Cluster:Provider</c> and <c>ConnectionStrings:Cluster</c>. Skips the test where the server is not installed.</summary>
    protected abstract (string Provider, string Connection) Membership { get; }

    /// <summary>Another cluster on the same journal. Neither cluster knows of the other.</summary>
    internal abstract ClusterShop Stranger();

    /// <summary>Whether a setting of the test cluster goes to silos and API.</summary>
    internal static bool IsForServers(string key) =>
        !key.StartsWith("Orleans:Clustering", StringComparison.OrdinalIgnoreCase)
        && ((string[])["Orleans:", "ConnectionStrings:", "Cluster:", "Journal:", "Api:", "Pos:", "Logging:"])
            .Any(start => key.StartsWith(start, StringComparison.OrdinalIgnoreCase));

    /// <summary>Starts silos until there are as many as at the beginning.</summary>
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
        Verifier.Run(new PostgresJournalOptions { ConnectionString = Journal }, null, CancellationToken.None);

    /// <summary>Stops the database server at the very end, if it is this shop's own.</summary>
    public virtual void Dispose()
    {
        _own?.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override async Task<Uri> Open()
    {
        if (_database.Length == 0)
        {
            _database = _postgres.CreateDatabase();
        }

        var (provider, membership) = Membership;
        var builder = new TestClusterBuilder(_silosCount) { CreateSiloAsync = SiloProcess.Create };
        builder.Options.UseTestClusterMembership = false;
        builder.Options.ConfigureFileLogging = false;
        // The test cluster's client expects services that only silos made by the test cluster have, and these silos are the deployed program.
        builder.Options.InitializeClientOnDeploy = false;
        foreach (var (key, value) in ServerSettings)
        {
            builder.Properties[key] = value;
        }

        builder.Properties["Journal:Provider"] = "postgres";
        builder.Properties["Cluster:Provider"] = provider;
        builder.Properties["ConnectionStrings:Journal"] = Journal;
        builder.Properties["ConnectionStrings:Cluster"] = membership;
        builder.AddClientBuilderConfigurator<WhereSilosAre>();
        Cluster = builder.Build();
        await Cluster.DeployAsync();
        await Cluster.InitializeClientAsync();
        KeyValuePair<string, string?>[] identity =
        [
            new("Orleans:ClusterId", Cluster.Options.ClusterId), new("Orleans:ServiceId", Cluster.Options.ServiceId), .. ServerSettings,
            new("Cluster:Provider", provider), new("ConnectionStrings:Cluster", membership),
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

    /// <summary>Tells the test cluster's client where it finds the silos.</summary>
    private sealed class WhereSilosAre : IClientBuilderConfigurator
    {
        public void Configure(IConfiguration configuration, IClientBuilder clientBuilder)
        {
            if (configuration["Cluster:Provider"] == "redis")
            {
                clientBuilder.UseRedisClustering(configuration["ConnectionStrings:Cluster"]!);
                return;
            }

            var connection = new NpgsqlConnectionStringBuilder(configuration["ConnectionStrings:Cluster"]) { SearchPath = "pos_orleans" }.ConnectionString;
            clientBuilder.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connection));
        }
    }
}

/// <summary>The silos find each other in the journal's database.</summary>
public sealed class PostgresCluster : ClusterShop
{
    public PostgresCluster()
    {
    }

    private PostgresCluster(ClusterShop other)
        : base(other)
    {
    }

    protected override (string Provider, string Connection) Membership => ("postgres", Journal);

    internal override ClusterShop Stranger() => new PostgresCluster(this);
}

/// <summary>The silos find each other in a Redis.</summary>
public sealed class RedisCluster : ClusterShop
{
    private readonly RedisServer? _own;
    private readonly RedisServer _redis;

    public RedisCluster() => _own = _redis = new RedisServer();

    private RedisCluster(RedisCluster other)
        : base(other) => _redis = other._redis;

    protected override (string Provider, string Connection) Membership => ("redis", _redis.Connect());

    internal override ClusterShop Stranger() => new RedisCluster(this);

    public override void Dispose()
    {
        base.Dispose();
        _own?.Dispose();
    }
}
