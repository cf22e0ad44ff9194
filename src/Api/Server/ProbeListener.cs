using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pos.Hosting.Telemetry;

namespace Pos.Api.Server;

/// <summary>Marks the probes: they need no key and no room.</summary>
internal sealed class IsProbe
{
    public static readonly IsProbe Metadata = new();
}

/// <summary>The listener of <see cref="ApiOptions.ProbesUrl"/>, which answers <c>/health</c> and scrapes of <c>/metrics</c>, and nothing else.</summary>
internal static class ProbeListener
{
    /// <summary>Whether a text names a listener.</summary>
    public static bool IsUsable(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address is { Scheme: "http", Port: > 0 and <= 65_535, IsUnixPipe: false, IsNamedPipe: false, PathBase: "" };
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>Its port; null without one.</summary>
    public static int? Port(string url) => IsUsable(url) ? BindingAddress.Parse(url).Port : null;

    /// <summary>Opens it beside the others, and keeps everything else from it. Nobody needs a key here: only probes and scrapers reach the port.</summary>
    public static void UseProbeListener(this WebApplication app)
    {
        var url = app.Services.GetRequiredService<IOptions<ApiOptions>>().Value.ProbesUrl;
        if (Port(url) is not { } port)
        {
            return;
        }

        if (app.Urls.Count == 0)
        {
            // Addresses that code has set win over those of the configuration.
            foreach (var other in (app.Configuration[WebHostDefaults.ServerUrlsKey] ?? "http://localhost:5000").Split(';', StringSplitOptions.RemoveEmptyEntries))
            {
                app.Urls.Add(other);
            }
        }

        app.Urls.Add(url);
        var metrics = app.Services.GetRequiredService<MetricsPage>();
        app.Use(next => context =>
            context.Connection.LocalPort != port || context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) ? next(context)
            : context.Request.Path == MetricsEndpoint.Path && HttpMethods.IsGet(context.Request.Method) ? metrics.Show(context)
            : new Refusal(Problems.NotFound, "Only /health and /metrics are here.").ExecuteAsync(context));
    }
}
