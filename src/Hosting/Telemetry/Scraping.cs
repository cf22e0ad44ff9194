using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Pos.Hosting.Telemetry;

/// <summary>Counts for <see cref="MetricsPage"/>. Only a page that was asked for names the types of this file.</summary>
internal static class Scraping
{
    public static (RequestDelegate, IDisposable) Begin(IServiceProvider services)
    {
        var (configuration, program) = (services.GetRequiredService<IConfiguration>(), services.GetRequiredService<IHostEnvironment>().ApplicationName);
        var counting = Exporting.Measure(Sdk.CreateMeterProviderBuilder(), areTraced: TelemetrySettings.Read(configuration).Traces)
            .ConfigureResource(resource => Exporting.Describe(resource, configuration, NameOf(program)))
            .AddPrometheusExporter()
            .Build();
        var page = new ApplicationBuilder(services);
        page.UseOpenTelemetryPrometheusScrapingEndpoint(counting, static _ => true, path: null, configureBranchedPipeline: null, optionsName: null);
        return (page.Build(), counting);
    }

    // Pos.Silo is pos-silo, as its image is called.
    private static string NameOf(string program) => program.Replace('.', '-').ToLowerInvariant();
}
