using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Polly;

namespace Pos.Hosting;

/// <summary>Composes a silo of Microsoft Orleans. The program, the tests and the benchmarks all use it; the grains and the journal are registered beside it.</summary>
public static class PosSilo
{
    /// <summary>Adds what every silo has, however its cluster is found.</summary>
    public static ISiloBuilder AddPosSilo(this ISiloBuilder silo)
    {
        silo.Configure<ClusterMembershipOptions>(Detect);
        silo.Configure<SiloMessagingOptions>(Answer);
        silo.Configure<GrainDirectoryOptions>(Remember);
        silo.Services.AddSingleton<ISilos, MembershipSilos>();
        silo.Services.AddGrainReferenceCache();
        return silo;
    }

    /// <summary>
    /// For a silo that is alone, before Orleans is added: every grain goes there, so placement cannot take time and need not be tried again. Orleans asks for
    /// its pipeline of time-outs and retries by name, at each first call of a grain, and takes the first that is registered under the name.
    /// </summary>
    public static IServiceCollection AddPlacementAtOnce(this IServiceCollection services) =>
        services.AddResiliencePipeline<string, SiloAddress>("Orleans.Placement", static _ => { });

    /// <summary>Lets the silo find its cluster.</summary>
    /// <exception cref="ClusterRefusedException">The connection string of the cluster's database cannot be read.</exception>
    public static ISiloBuilder AddMembership(this ISiloBuilder silo, ClusterSettings cluster, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        silo.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (cluster.ServiceId, cluster.ClusterId));
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
                var connection = ClusterDatabase.ConnectionOf(cluster);
                silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connection));
                break;
            default:
                throw new UnreachableException();
        }

        return silo;
    }

    /// <summary>Makes Orleans' tables where they are missing. A silo reads them as soon as it starts, so this comes before.</summary>
    /// <exception cref="ClusterRefusedException">The tables are not there and cannot be made.</exception>
    public static Task MakeTables(this ClusterSettings cluster, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return cluster.Provider == ClusterProvider.Postgres
            ? ClusterSchema.Ensure(ClusterDatabase.ConnectionOf(cluster), cancellationToken)
            : Task.CompletedTask;
    }

    /// <summary>A dead silo is declared dead within 10 s: docs/operations.md has what that costs.</summary>
    internal static void Detect(ClusterMembershipOptions options)
    {
        options.ProbeTimeout = TimeSpan.FromSeconds(1.5);
        options.MinProbeTimeout = TimeSpan.FromSeconds(1);
        options.MaxProbeTimeout = TimeSpan.FromSeconds(2);
        options.NumMissedProbesLimit = 3;
        options.NumVotesForDeathDeclaration = 2;
        options.TableRefreshTimeout = TimeSpan.FromSeconds(10);
        options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
    }

    internal static void Answer(SiloMessagingOptions options)
    {
        // Above the longest wait of a grain for another (Pos:Grains:WaitMax), below the lease of a wake-up.
        options.ResponseTimeout = TimeSpan.FromSeconds(30);
        // A grain that is unknown or over leaves when it has answered, and calls that wait behind that answer go to its next activation. Orleans' default
        // refuses a call that was passed on twice, so a crowd that asked for one such grain got errors. This is the most that Orleans allows.
        options.MaxForwardCount = byte.MaxValue;
    }

    /// <summary>
    /// The cache of the directory keeps the address of a grain that is gone until newer ones push it out: 300 bytes for every order and cart, up to a million of
    /// them. Addresses that are asked for again and again stay among the last hundred thousand.
    /// </summary>
    private static void Remember(GrainDirectoryOptions options) => options.CacheSize = 100_000;
}
