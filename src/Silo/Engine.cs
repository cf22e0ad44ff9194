#if !ORLEANS
using Pos.Grains;
using Pos.LocalEngine;
#endif
using Pos.Api;

namespace Pos.Silo;

/// <summary>The one place that chooses the engine.</summary>
internal static class Engine
{
    /// <exception cref="ClusterRefusedException">A setting of the cluster cannot be used with this engine.</exception>
    public static ClusterSettings AddEngine(this WebApplicationBuilder builder)
    {
        var cluster = ClusterSettings.Read(builder.Configuration);
#if ORLEANS
        builder.AddOrleansSilo(cluster);
        return cluster;
#else
        builder.Services.AddLocalEngine(options => options.Assemblies.Add(typeof(EventSourcedGrain<,>).Assembly));
        return cluster.InOneProcess();
#endif
    }

    /// <summary>What the engine needs before the host starts, which would log a refusal of its own with its stack.</summary>
    /// <exception cref="ClusterRefusedException">It is not there and cannot be made.</exception>
    public static Task OpenEngine(this WebApplication app) =>
#if ORLEANS
        app.OpenDatabases();
#else
        Task.CompletedTask;
#endif

    /// <summary>What the engine adds to the API.</summary>
    public static void MapEngine(this WebApplication app)
    {
#if ORLEANS
        app.MapDashboard();
#else
        app.MapLocalDashboard();
#endif
    }
}
