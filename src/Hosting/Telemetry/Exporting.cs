using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Pos.Hosting.Telemetry;

/// <summary>What is sent by OTLP. Only a host that sends something names the types of this file.</summary>
internal static class Exporting
{
    // Orleans' source "Runtime" is its own talk between silos (probes, directory): a root span each, every second, and none of a request.
    private static readonly string[] Sources =
        ["Pos.*", "Microsoft.AspNetCore", "Microsoft.Orleans.Application", "Microsoft.Orleans.Lifecycle", "Microsoft.Orleans.Storage", "System.Net.Http", "Npgsql"];

    private static readonly string[] Meters =
    [
        "Pos.*", "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "Npgsql",
    ];

    public static void Add(WebApplicationBuilder builder, TelemetrySettings settings, string service)
    {
        var configuration = builder.Configuration;
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => Describe(resource, configuration, service));
        if (settings.Traces)
        {
            telemetry.WithTracing(static traces => traces
                .AddSource(Sources)
                .AddAspNetCoreInstrumentation(static requests => requests.Filter = IsOfTheBusiness)
                .AddOtlpExporter());
        }

        if (settings.Metrics)
        {
            telemetry.WithMetrics(metrics => Measure(metrics, settings.Traces).AddOtlpExporter());
        }

        if (settings.Logs)
        {
            builder.Logging.AddOpenTelemetry(static logs => (logs.IncludeFormattedMessage, logs.IncludeScopes) = (true, true));
            telemetry.WithLogging(static logs => logs.AddOtlpExporter());
        }
    }

    /// <summary>Names the process, and its pod on Kubernetes. OpenTelemetry's variables come last and win.</summary>
    public static void Describe(ResourceBuilder resource, IConfiguration configuration, string service)
    {
        var pod = configuration["POD_NAME"];
        resource.AddService(
            service,
            serviceNamespace: "pos",
            serviceVersion: typeof(Exporting).Assembly.GetName().Version?.ToString(3),
            serviceInstanceId: pod is { Length: > 0 } ? pod : $"{Environment.MachineName}:{Environment.ProcessId}");
        foreach (var (attribute, setting) in ((string, string)[])[("k8s.pod.name", "POD_NAME"), ("k8s.namespace.name", "POD_NAMESPACE"), ("k8s.pod.ip", "POD_IP")])
        {
            if (configuration[setting] is { Length: > 0 } value)
            {
                resource.AddAttributes([new(attribute, value)]);
            }
        }

        resource.AddEnvironmentVariableDetector();
    }

    /// <summary>Reads the meters of ours, of Orleans, of the web server and of the runtime.</summary>
    public static MeterProviderBuilder Measure(MeterProviderBuilder metrics, bool areTraced)
    {
        metrics.AddMeter(Meters);
        return areTraced ? metrics.SetExemplarFilter(ExemplarFilterType.TraceBased) : metrics;
    }

    // Probes and scrapes come every few seconds and say nothing of a request.
    private static bool IsOfTheBusiness(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
        && !context.Request.Path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase)
        && !context.Request.Path.StartsWithSegments("/dashboard", StringComparison.OrdinalIgnoreCase);
}
