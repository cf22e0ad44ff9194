using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Pos.Tests;

/// <summary>The silo of these tests.</summary>
internal static class Engine
{
    public static void AddEngine(this WebApplicationBuilder builder) =>
        builder.Host.UseOrleans(static silo => silo.UseLocalhostClustering(FreePort(), FreePort()));

    /// <summary>How long a caller waits before it gets a <see cref="TimeoutException"/>.</summary>
    public static void SetResponseTimeout(this IServiceCollection services, TimeSpan timeout) =>
        services.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = timeout);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
