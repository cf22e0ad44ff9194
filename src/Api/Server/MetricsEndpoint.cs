using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pos.Hosting.Telemetry;

namespace Pos.Api.Server;

/// <summary>
/// <c>/metrics</c> where the API is: it tells the turnover, so it takes an operator's key. The listener of the probes answers it without one.
/// </summary>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";

    public static void MapMetrics(this IEndpointRouteBuilder app)
    {
        var page = app.ServiceProvider.GetRequiredService<MetricsPage>();
        app.MapGet(Path, page.Show).RequiresOperatorInBrowser();
    }
}
