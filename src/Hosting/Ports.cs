using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Pos.Hosting;

/// <summary>The ports that a silo listens on. A second silo on the same ones is told so before it starts anything.</summary>
public static class Ports
{
    /// <summary>The setting of the port for other silos.</summary>
    public const string Silo = "Orleans:Endpoints:SiloPort";

    /// <summary>The setting of the port for clients.</summary>
    public const string Gateway = "Orleans:Endpoints:GatewayPort";

    /// <summary>Puts a port that is free in the place of 0, which Orleans does not take: others find a silo by the membership.</summary>
    public static void ChoosePorts(this ConfigurationManager configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        foreach (var setting in (string[])[Silo, Gateway])
        {
            if (configuration[setting] == "0")
            {
                configuration[setting] = Free().ToString(CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>Refuses to start when another process listens on one of the ports.</summary>
    /// <exception cref="ClusterRefusedException">Somebody listens on one of them.</exception>
    public static void RequireFreePorts(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var silo = app.Services.GetRequiredService<IOptions<EndpointOptions>>().Value;
        var address = silo.AdvertisedIPAddress ?? IPAddress.Any;
        Require(silo.SiloListeningEndpoint ?? new IPEndPoint(address, silo.SiloPort), Silo);
        Require(silo.GatewayListeningEndpoint ?? new IPEndPoint(address, silo.GatewayPort), Gateway);
        foreach (var setting in (string[])["Urls", "Api:ProbesUrl"])
        {
            foreach (var url in (app.Configuration[setting] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var http = Parse(url, setting);
                if (!http.IsUnixPipe && !http.IsNamedPipe)
                {
                    Require(new IPEndPoint(Of(http.Host), http.Port), setting);
                }
            }
        }
    }

    private static int Free()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static BindingAddress Parse(string url, string setting)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException unreadable)
        {
            throw new ClusterRefusedException($"{setting} is '{url}', and not as http://localhost:5080.", unreadable);
        }
    }

    private static IPAddress Of(string host) =>
        IPAddress.TryParse(host, out var address) ? address
        : string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : IPAddress.Any;

    private static void Require(IPEndPoint endpoint, string setting)
    {
        // 0 is any that is free.
        if (endpoint.Port == 0)
        {
            return;
        }

        using var listener = new TcpListener(endpoint);
        try
        {
            listener.Start();
        }
        catch (SocketException taken) when (taken.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            throw new ClusterRefusedException(
                $"{setting}: {endpoint} is in use, perhaps by a silo that was started before. Stop that one, or give this one another port (0 is any that is free).", taken);
        }
    }
}
