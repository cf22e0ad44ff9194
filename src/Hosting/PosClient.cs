using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Pos.Hosting;

/// <summary>Composes a client of a cluster: a process that calls grains and has none itself.</summary>
public static class PosClient
{
    internal static readonly TimeSpan GatewaysRefresh = TimeSpan.FromSeconds(5);
    internal static readonly TimeSpan GrainsRefresh = TimeSpan.FromSeconds(5);
    internal static readonly TimeSpan ConnectPause = TimeSpan.FromSeconds(1);

    /// <summary>Lets the client find the silos of its cluster, and find them again.</summary>
    /// <exception cref="ClusterRefusedException">The connection string of the cluster's database cannot be read.</exception>
    public static IClientBuilder AddPosClient(this IClientBuilder client, ClusterSettings cluster, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        client.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (cluster.ServiceId, cluster.ClusterId));
        client.AddGateways(cluster, configuration);
        client.Configure<GatewayOptions>(static options => options.GatewayListRefreshPeriod = GatewaysRefresh);
        // A client connects to a gateway when it has something to send. With this question it always has, so a process that lost all gateways, and is sent
        // no requests because it is not ready, finds the next gateway by itself.
        client.Configure<TypeManagementOptions>(static options => options.TypeMapRefreshInterval = GrainsRefresh);
        // The process waits for a cluster that is not there yet. Meanwhile it lives and is not ready.
        client.UseConnectionRetryFilter(static async (_, stopped) =>
        {
            await Task.Delay(ConnectPause, TimeProvider.System, stopped);
            return true;
        });
        client.Services.AddGrainReferenceCache();
        return client;
    }

    private static void AddGateways(this IClientBuilder client, ClusterSettings cluster, IConfiguration configuration)
    {
        switch (cluster.Provider)
        {
            case ClusterProvider.Localhost:
                client.UseLocalhostClustering(
                    configuration.GetValue(Ports.Gateway, EndpointOptions.DEFAULT_GATEWAY_PORT), cluster.ServiceId, cluster.ClusterId);
                break;
            case ClusterProvider.Redis:
                client.UseRedisClustering(cluster.Connection);
                break;
            case ClusterProvider.Postgres:
                var connection = ClusterDatabase.ConnectionOf(cluster);
                client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connection));
                break;
            default:
                throw new UnreachableException();
        }
    }
}
