using System.Diagnostics;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Runtime;
using Polly;
using Pos.Api;
using Pos.Grains;

namespace Pos.Silo;

/// <summary>One silo of Microsoft Orleans.</summary>
internal static class OrleansSilo
{
    private const string Npgsql = "Npgsql";

    /// <summary>What Orleans needs to know of the pod it is in.</summary>
    private static readonly string[] Pod = ["POD_NAME", "POD_NAMESPACE", "POD_IP", "ORLEANS_SERVICE_ID", "ORLEANS_CLUSTER_ID"];

    /// <summary>Puts a silo of the cluster into the host.</summary>
    public static void AddOrleansSilo(this WebApplicationBuilder builder, ClusterSettings cluster)
    {
        var configuration = builder.Configuration;
        configuration.ChoosePorts();
        var database = ClusterDatabase.Of(cluster);
        builder.Services.AddSingleton(database);
        if (IsAlone(cluster))
        {
            PlaceAtOnce(builder.Services);
        }

        builder.Host.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (cluster.ServiceId, cluster.ClusterId));
            silo.AddMembership(cluster, database, configuration);
            silo.AddPosSilo();
            // Each is a filter or an observer of every call, and costs every call something.
            if (cluster.Tracing)
            {
                silo.AddActivityPropagation();
            }

            if (cluster.Dashboard)
            {
                silo.AddDashboard(static options => options.HideTrace = true);
                if (IsAlone(cluster))
                {
                    DashboardAlone.Postpone(silo.Services);
                }
            }

            if (IsPod(configuration))
            {
                silo.UseKubernetesHosting();
            }
        });
        // Another silo may die under a call of the API. One that is alone takes the API with it.
        if (cluster.Role == HostRole.All && !IsAlone(cluster))
        {
            builder.Services.AddRepetitionOfLostCalls(alsoUnanswered: false);
        }

        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromSeconds(150));
    }

    /// <summary>What every silo of ours is, however its cluster is found.</summary>
    public static void AddPosSilo(this ISiloBuilder silo)
    {
        silo.Configure<ClusterMembershipOptions>(Detect);
        silo.Configure<SiloMessagingOptions>(Answer);
        silo.Configure<GrainCollectionOptions>(Collect);
        silo.Configure<GrainDirectoryOptions>(Remember);
        silo.Services.AddSingleton<ISilos, MembershipSilos>();
        silo.Services.AddGrainReferenceCache();
    }

    public static Task OpenDatabases(this WebApplication app) =>
        app.Services.GetRequiredService<ClusterDatabase>().Open(app.Lifetime.ApplicationStopping);

    /// <summary>Maps the page at <c>/dashboard</c> and what it asks for.</summary>
    public static void MapDashboard(this WebApplication app, ClusterSettings cluster)
    {
        if (!cluster.Dashboard)
        {
            return;
        }

        if (app.Services.GetService<DashboardAlone>() is { } alone)
        {
            app.MapGet("/dashboard/{**path}", alone.Show).RequiresOperatorInBrowser().ExcludeFromDescription();
        }
        else
        {
            app.MapOrleansDashboard("/dashboard").RequiresOperatorInBrowser().ExcludeFromDescription();
        }
    }

    private static void AddMembership(this ISiloBuilder silo, ClusterSettings cluster, ClusterDatabase database, ConfigurationManager configuration)
    {
        switch (cluster.Provider)
        {
            case ClusterProvider.Localhost:
                silo.UseLocalhostClustering(
                    configuration.GetValue(Ports.Silo, EndpointOptions.DEFAULT_SILO_PORT),
                    configuration.GetValue(Ports.Gateway, EndpointOptions.DEFAULT_GATEWAY_PORT),
                    primarySiloEndpoint: null,
                    cluster.ServiceId,
                    cluster.ClusterId);
                break;
            case ClusterProvider.Redis:
                silo.UseRedisClustering(cluster.Connection);
                break;
            case ClusterProvider.Postgres:
                silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Npgsql, database.Connection));
                break;
            default:
                throw new UnreachableException();
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

    /// <summary>
    /// The cache of the directory keeps the address of a grain that is gone until newer ones push it out: 300 bytes for every order and cart, up to a million of
    /// them. What is asked again and again stays among the last hundred thousand.
    /// </summary>
    private static void Remember(GrainDirectoryOptions options) => options.CacheSize = 100_000;

    /// <summary>Grains that every sale asks are small and stay long. A grain that is over leaves by itself; its age is for activations that were only read.</summary>
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

    /// <summary>
    /// A silo that is alone is where every grain goes: nothing of that can take time or be tried again. Orleans asks for its pipeline of time-outs and
    /// retries by name, at each first call of a grain, and the first that is registered under the name is taken.
    /// </summary>
    private static void PlaceAtOnce(IServiceCollection services) =>
        services.AddResiliencePipeline<string, SiloAddress>("Orleans.Placement", static _ => { });

    private static bool IsAlone(ClusterSettings cluster) => cluster is { Provider: ClusterProvider.Localhost, Role: HostRole.All };

    private static bool IsPod(ConfigurationManager configuration) => Pod.All(name => !string.IsNullOrEmpty(configuration[name]));
}
