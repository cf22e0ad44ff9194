#if ORLEANS
using Orleans.Configuration;
using Orleans.Hosting;
#else
using Pos.LocalEngine;
#endif
using Pos.Grains;

namespace Pos.Silo;

/// <summary>The one place that chooses the engine.</summary>
internal static class Engine
{
    public static void AddEngine(this WebApplicationBuilder builder)
    {
#if ORLEANS
        builder.Host.UseOrleans(silo => silo.UseLocalhostClustering());
#else
        builder.Services.AddLocalEngine(options => options.Assemblies.Add(typeof(EventSourcedGrain<,>).Assembly));
#endif
    }
}
