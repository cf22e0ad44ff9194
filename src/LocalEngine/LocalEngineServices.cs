using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Runtime;

namespace Pos.LocalEngine;

/// <summary>Registers the local engine.</summary>
public static class LocalEngineServices
{
    /// <summary>
    /// Runs grains in this process. Registers <see cref="IGrainFactory"/>, <see cref="IClusterClient"/> and a hosted service that checks
    /// everything at start and deactivates every grain at stop. A further call only adds settings. Register a <see cref="TimeProvider"/>,
    /// an <see cref="ITurnScheduler"/> or a <see cref="Random"/> of your own before this call to own time, order and chance.
    /// </summary>
    public static IServiceCollection AddLocalEngine(this IServiceCollection services, Action<LocalEngineOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<LocalEngineOptions>().Configure(configure);
        if (services.Any(service => service.ServiceType == typeof(LocalSilo)))
        {
            return services;
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ITurnScheduler, ThreadPoolTurns>();
#pragma warning disable RS0030 // This is the seam that the ban points to.
        services.TryAddSingleton(Random.Shared);
#pragma warning restore RS0030
        services.AddSingleton<LocalSilo>();
        services.AddSingleton(provider => new CallStatistics(provider.GetRequiredService<LocalSilo>()));
        services.TryAddSingleton<IClusterClient>(provider => provider.GetRequiredService<LocalSilo>());
        services.TryAddSingleton<IGrainFactory>(provider => provider.GetRequiredService<LocalSilo>());
        services.TryAddScoped<IGrainContext>(_ =>
            Activation.Current ?? throw new InvalidOperationException("Only a grain that is being made has a context."));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<LocalSilo>());
        return services;
    }
}
