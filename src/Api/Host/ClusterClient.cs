using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Configuration;
using Orleans.Configuration.Internal;
using Orleans.Dashboard;
using Orleans.Hosting;
using Pos.Api.Health;
using Pos.Hosting;

namespace Pos.Api.Host;

/// <summary>The API as a client of a cluster of Microsoft Orleans.</summary>
internal static class ClusterClient
{
    /// <exception cref="ClusterRefusedException">A setting of the cluster cannot be used.</exception>
    public static void AddClusterClient(this WebApplicationBuilder builder, ClusterSettings cluster)
    {
        builder.Host.UseOrleansClient((_, client) =>
        {
            client.AddPosClient(cluster, builder.Configuration);
            client.Services.AddOptions<ClientMessagingOptions>().Configure<IOptions<ApiOptions>>(Answer);
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
    private static void Answer(ClientMessagingOptions messaging, IOptions<ApiOptions> api) => messaging.ResponseTimeout = ResponseMax(api.Value);

    internal static TimeSpan ResponseMax(ApiOptions api) => api.WaitMax + TimeSpan.FromSeconds(5);

    private sealed class ConnectionIsThere(Connection connection) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(connection.IsThere ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
    }
}
