using Microsoft.Extensions.Configuration;

namespace Pos.Hosting.Telemetry;

/// <summary>
/// Which signals a process sends by OTLP. OpenTelemetry's own variables decide, from the environment or from any other source of the configuration. Without
/// an endpoint nothing is sent, and nothing listens.
/// </summary>
/// <param name="Traces">Whether spans are sent.</param>
/// <param name="Metrics">Whether metrics are sent. <c>/metrics</c> answers a scrape in any case.</param>
/// <param name="Logs">Whether log records are sent, next to the console.</param>
public sealed record TelemetrySettings(bool Traces, bool Metrics, bool Logs)
{
    private const string General = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Whether anything is sent.</summary>
    public bool IsOn => Traces || Metrics || Logs;

    /// <summary>Reads the variables.</summary>
    /// <exception cref="ClusterRefusedException">A variable names an exporter or an endpoint that cannot be used.</exception>
    public static TelemetrySettings Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase)
            ? new(false, false, false)
            : new(
                Sends(configuration, "TRACES", "otlp", "none"),
                Sends(configuration, "METRICS", "otlp", "prometheus", "none"),
                Sends(configuration, "LOGS", "otlp", "none"));
    }

    private static bool Sends(IConfiguration configuration, string signal, params ReadOnlySpan<string> known)
    {
        var endpoint = Endpoint(configuration, $"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT") ?? Endpoint(configuration, General);
        var setting = $"OTEL_{signal}_EXPORTER";
        if (configuration[setting] is not { Length: > 0 } text)
        {
            return endpoint is not null;
        }

        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names)
        {
            if (!known.Contains(name))
            {
                throw new ClusterRefusedException($"{setting} is '{text}'; known are: {string.Join(", ", known)}.");
            }
        }

        return names.Contains("otlp");
    }

    private static string? Endpoint(IConfiguration configuration, string setting) => configuration[setting] switch
    {
        null or "" => null,
        var text when Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" => text,
        var text => throw new ClusterRefusedException($"{setting} is '{text}', and not as http://collector:4317."),
    };
}
