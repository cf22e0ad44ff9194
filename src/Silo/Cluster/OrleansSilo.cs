using System.Diagnostics;
using Orleans.Configuration;
using Orleans.Dashboard;
using Pos.Api;
using Pos.Grains;

namespace Pos.Silo;

/// <summary>One silo of a cluster of Microsoft Orleans.</summary>
internal static class OrleansSilo
{
    private const string Npgsql = "Npgsql";

    /// <summary>What Orleans needs to know of the pod it is in.</summary>
    private static readonly string[] Pod = ["POD_NAME", "POD_NAMESPACE", "POD_IP", "ORLEANS_SERVICE_ID", "ORLEANS_CLUSTER_ID"];

    public static void AddOrleansSilo(this WebApplicationBuilder builder, ClusterSettings cluster)
    {
        var configuration = builder.Configuration;
        var databases = ClusterDatabases.Of(cluster, configuration);
        builder.Services.AddSingleton(databases);
        builder.Host.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (cluster.ServiceId, cluster.ClusterId));
            silo.AddMembership(cluster, databases, configuration);
            silo.AddStorage(databases);
            silo.Configure<ClusterMembershipOptions>(Detect);
            silo.Configure<SiloMessagingOptions>(Answer);
            silo.Configure<GrainCollectionOptions>(Collect);
            silo.AddActivityPropagation();
            silo.AddDashboard(static options => options.HideTrace = true);
            if (IsPod(configuration))
            {
                silo.UseKubernetesHosting();
            }
        });
        builder.Services.AddSingleton<ISilos, MembershipSilos>();
        builder.Services.AddRepetitionOfLostCalls(alsoUnanswered: false);
        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromSeconds(150));
    }

    public static Task OpenDatabases(this WebApplication app) =>
        app.Services.GetRequiredService<ClusterDatabases>().Open(app.Lifetime.ApplicationStopping);

    public static void MapDashboard(this WebApplication app) => app.MapOrleansDashboard("/dashboard").RequiresOperatorInBrowser();

    private static void AddMembership(this ISiloBuilder silo, ClusterSettings cluster, ClusterDatabases databases, ConfigurationManager configuration)
    {
        switch (cluster.Provider)
        {
            case ClusterProvider.Localhost:
                var endpoints = configuration.GetSection("Orleans:Endpoints");
                silo.UseLocalhostClustering(
                    endpoints.GetValue("SiloPort", EndpointOptions.DEFAULT_SILO_PORT),
                    endpoints.GetValue("GatewayPort", EndpointOptions.DEFAULT_GATEWAY_PORT),
                    primarySiloEndpoint: null,
                    cluster.ServiceId,
                    cluster.ClusterId);
                break;
            case ClusterProvider.Redis:
                silo.UseRedisClustering(cluster.Connection);
                break;
            case ClusterProvider.Postgres:
                silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Npgsql, databases.Membership));
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static void AddStorage(this ISiloBuilder silo, ClusterDatabases databases)
    {
        if (databases.Storage is { } connection)
        {
            silo.AddAdoNetGrainStorageAsDefault(options => (options.Invariant, options.ConnectionString) = (Npgsql, connection));
        }
        else
        {
            // One silo on a journal in a file: what is kept beside the journal is computed from it again.
            silo.AddMemoryGrainStorageAsDefault();
        }
    }

    /// <summary>A dead silo is declared dead within 10 s: docs/operations.md has what that costs.</summary>
    private static void Detect(ClusterMembershipOptions options)
    {
        options.ProbeTimeout = TimeSpan.FromSeconds(1.5);
        options.MinProbeTimeout = TimeSpan.FromSeconds(1);
        options.MaxProbeTimeout = TimeSpan.FromSeconds(2);
        options.NumMissedProbesLimit = 3;
        options.NumVotesForDeathDeclaration = 2;
        options.TableRefreshTimeout = TimeSpan.FromSeconds(10);
        options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
    }

    /// <summary>Above the longest wait of a grain for another (<see cref="GrainsOptions.WaitMax"/>), below the lease of a wake-up.</summary>
    private static void Answer(SiloMessagingOptions options) => options.ResponseTimeout = TimeSpan.FromSeconds(30);

    /// <summary>What is small and asked for by every sale stays; what has ended goes by itself, and its age is for what was only looked at.</summary>
    private static void Collect(GrainCollectionOptions options)
    {
        void Keep<TGrain>(TimeSpan age) where TGrain : Grain => options.ClassSpecificCollectionAge[typeof(TGrain).FullName!] = age;

        Keep<StockGrain>(TimeSpan.FromHours(1));
        Keep<ProductGrain>(TimeSpan.FromHours(2));
        Keep<BarcodeGrain>(TimeSpan.FromHours(2));
        Keep<StoreGrain>(TimeSpan.FromHours(2));
        Keep<CartGrain>(TimeSpan.FromMinutes(15));
        Keep<OrderGrain>(TimeSpan.FromMinutes(5));
        Keep<PaymentGrain>(TimeSpan.FromMinutes(5));
        Keep<ReturnGrain>(TimeSpan.FromMinutes(5));
        Keep<DirectoryGrain>(TimeSpan.FromMinutes(5));
        Keep<SearchGrain>(TimeSpan.FromMinutes(5));
    }

    private static bool IsPod(ConfigurationManager configuration) => Pod.All(name => !string.IsNullOrEmpty(configuration[name]));
}
