using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Pos.Hosting.Telemetry;

/// <summary>Puts OpenTelemetry into a host that is to send something. Another host does not even load its assemblies.</summary>
public static class Telemetry
{
    /// <summary>Gives the console its formats, and sends what the configuration says, see <see cref="TelemetrySettings"/>.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="service">The name of the program, unless <c>OTEL_SERVICE_NAME</c> gives another.</param>
    /// <exception cref="ClusterRefusedException">A setting cannot be used.</exception>
    public static void AddTelemetry(this WebApplicationBuilder builder, string service)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        builder.Logging.AddConsoleFormatter<JsonLineFormatter, ConsoleFormatterOptions>();
        var settings = TelemetrySettings.Read(builder.Configuration);
        if (settings.IsOn)
        {
            Add(builder, settings, service);
        }
    }

    // The compiler loads OpenTelemetry's assemblies with the method that names their types.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Add(WebApplicationBuilder builder, TelemetrySettings settings, string service) => Exporting.Add(builder, settings, service);
}
