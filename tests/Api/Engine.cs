#if ORLEANS
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
#else
using Pos.LocalEngine;
#endif
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pos.Grains;

namespace Pos.Tests;

/// <summary>The one place of these tests that chooses the engine: what they show holds on either.</summary>
internal static class Engine
{
    public static void AddEngine(this WebApplicationBuilder builder)
    {
#if ORLEANS
        builder.Host.UseOrleans(static silo => silo.UseLocalhostClustering(FreePort(), FreePort()));
#else
        builder.Services.AddLocalEngine(static options => options.Assemblies.Add(typeof(PosGrains).Assembly));
#endif
    }

    /// <summary>Whether <c>/dashboard</c> is a page of our own, and not the one that Orleans brings.</summary>
    public static bool HasOwnDashboard =>
#if ORLEANS
        false;
#else
        true;
#endif

    public static void MapEngine(this WebApplication app)
    {
#if !ORLEANS
        Pos.Silo.DashboardEndpoint.MapLocalDashboard(app);
#endif
    }

    /// <summary>How long a caller waits before it gets a <see cref="TimeoutException"/>.</summary>
    public static void SetResponseTimeout(this IServiceCollection services, TimeSpan timeout) =>
#if ORLEANS
        services.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = timeout);
#else
        services.Configure<LocalEngineOptions>(options => options.ResponseTimeout = timeout);
#endif
#if ORLEANS

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
#endif
}
