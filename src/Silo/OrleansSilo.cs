using Orleans.Dashboard;
using Pos.Api.Access;
using Pos.Api.Server;
using Pos.Hosting;
using Pos.Streams;
using Pos.Streams.Storage;

namespace Pos.Silo;

/// <summary>One silo of Microsoft Orleans.</summary>
internal static class OrleansSilo
{
    /// <summary>How long a silo may take to end. Its grains are handed over meanwhile.</summary>
    internal static readonly TimeSpan ShutdownMax = TimeSpan.FromSeconds(150);

    /// <summary>What Orleans needs to know of the pod it is in.</summary>
    private static readonly string[] Pod = ["POD_NAME", "POD_NAMESPACE", "POD_IP", "ORLEANS_SERVICE_ID", "ORLEANS_CLUSTER_ID"];

    /// <summary>Puts a silo of the cluster into the host.</summary>
    public static void AddOrleansSilo(this WebApplicationBuilder builder, ClusterSettings cluster)
    {
        var configuration = builder.Configuration;
        configuration.ChoosePorts();
        builder.Services.AddSingleton(cluster);
        if (cluster.IsOneProcess)
        {
            builder.Services.AddPlacementAtOnce();
        }

        builder.Host.UseOrleans(silo =>
        {
            silo.AddPosSilo().AddMembership(cluster, configuration).AddJournalStates(configuration).AddJournalStreams(configuration);
            // Each is a filter or an observer of every call, and costs every call something.
            if (cluster.Tracing)
            {
                silo.AddActivityPropagation();
            }

            if (cluster.Dashboard)
            {
                silo.AddDashboard(static options => options.HideTrace = true);
                if (cluster.IsOneProcess)
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
        if (cluster.Role == HostRole.All && !cluster.IsOneProcess)
        {
            builder.Services.AddRepetitionOfLostCalls(alsoUnanswered: false);
        }

        builder.Logging.AddFilter("Orleans.Runtime.Watchdog", WatchdogSpeaks(TimeProvider.System.GetTimestamp()));
        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = ShutdownMax);
    }

    public static async Task OpenDatabases(this WebApplication app)
    {
        await app.Services.GetRequiredService<ClusterSettings>().MakeTables(app.Lifetime.ApplicationStopping);
        await app.Services.MakeStates(app.Lifetime.ApplicationStopping);
    }

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

    private static bool IsPod(ConfigurationManager configuration) => Pod.All(name => !string.IsNullOrEmpty(configuration[name]));

    /// <summary>
    /// The watchdog has two threads. The one that is quicker at the start finds no time of the other's last check, and warns of a deadlock that has lasted since
    /// the machine was booted.
    /// </summary>
    private static Func<LogLevel, bool> WatchdogSpeaks(long began) =>
        level => level >= LogLevel.Warning && TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(5);
}
