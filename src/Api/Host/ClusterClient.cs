using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Configuration;
using Orleans.Configuration.Internal;
using Orleans.Dashboard;
using Orleans.Hosting;

namespace Pos.Api.Host;

/// <summary>The API as a client of a cluster of Microsoft Orleans.</summary>
internal static class ClusterClient
{
    /// <exception cref="ClusterRefusedException">A setting of the cluster cannot be used.</exception>
    public static void AddClusterClient(this WebApplicationBuilder builder, ClusterSettings cluster)
    {
        builder.Host.UseOrleansClient((_, client) =>
        {
            client.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (cluster.ServiceId, cluster.ClusterId));
            client.AddGateways(cluster, builder.Configuration);
            client.Configure<GatewayOptions>(static options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(5));
            // A client connects to a gateway when it has something to send. With this question it always has, so a process that lost all gateways, and is sent
            // no requests because it is not ready, finds the next gateway by itself.
            client.Configure<TypeManagementOptions>(static options => options.TypeMapRefreshInterval = TimeSpan.FromSeconds(5));
            client.Services.AddOptions<ClientMessagingOptions>().Configure<IOptions<ApiOptions>>(Answer);
            // A cluster that is not there yet is waited for, by a process that lives and is not ready.
            client.UseConnectionRetryFilter(static async (_, stopped) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, stopped);
                return true;
            });
            client.Services.AddGrainReferenceCache();
            if (cluster.Tracing)
            {
                client.AddActivityPropagation();
            }

            if (cluster.Dashboard)
            {
                client.AddDashboard(static options => options.HideTrace = true);
            }
        });
        builder.Services.AddRepetitionOfLostCalls(alsoUnanswered: true);
        builder.Services.AddSingleton<Connection>();
        builder.Services.AddFromExisting<ILifecycleParticipant<IClusterClientLifecycle>, Connection>();
        builder.Services.AddFromExisting<IClusterConnectionStatusObserver, Connection>();
        builder.Services.AddHealthChecks().AddCheck<ConnectionIsThere>("cluster", HealthStatus.Unhealthy, [HealthApi.Ready]);
        // The probes are answered while the client looks for its cluster.
        builder.Services.Configure<HostOptions>(static options => options.ServicesStartConcurrently = true);
    }

    /// <summary>Requests that come before the cluster is found are refused by name.</summary>
    public static void UseClusterClient(this WebApplication app)
    {
        var connection = app.Services.GetRequiredService<Connection>();
        app.Use(next => context => connection.Await(context, next));
    }

    /// <summary>Maps the page at <c>/dashboard</c>, which asks the silos; they collect for it where they have the same setting.</summary>
    public static void MapDashboard(this WebApplication app, ClusterSettings cluster)
    {
        if (cluster.Dashboard)
        {
            app.MapOrleansDashboard("/dashboard").RequiresOperatorInBrowser().ExcludeFromDescription();
        }
    }

    // What went through a gateway that died has no other end than this: a little above the longest wait that is asked for.
    private static void Answer(ClientMessagingOptions messaging, IOptions<ApiOptions> api) =>
        messaging.ResponseTimeout = api.Value.WaitMax + TimeSpan.FromSeconds(5);

    private static void AddGateways(this IClientBuilder client, ClusterSettings cluster, IConfiguration configuration)
    {
        switch (cluster.Provider)
        {
            case ClusterProvider.Localhost:
                client.UseLocalhostClustering(
                    configuration.GetValue("Orleans:Endpoints:GatewayPort", EndpointOptions.DEFAULT_GATEWAY_PORT), cluster.ServiceId, cluster.ClusterId);
                break;
            case ClusterProvider.Redis:
                client.UseRedisClustering(cluster.Connection);
                break;
            case ClusterProvider.Postgres:
                var connection = ClusterConnection.InSchema(cluster.Connection, "Cluster");
                client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connection));
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private sealed class ConnectionIsThere(Connection connection) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(connection.IsThere ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
    }
}
