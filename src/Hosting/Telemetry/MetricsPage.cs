using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pos.Hosting.Telemetry;

/// <summary>
/// The page that Prometheus scrapes. Nothing is counted, and no assembly of OpenTelemetry is loaded, before somebody asks for it: the first scrape
/// begins the counting. A process that nobody scrapes pays nothing.
/// </summary>
public sealed class MetricsPage : IDisposable
{
    private readonly Lazy<(RequestDelegate Answer, IDisposable Counting)> _page;

    /// <summary>Counts nothing yet.</summary>
    /// <param name="services">The services of the host.</param>
    public MetricsPage(IServiceProvider services) => _page = new(() => Begin(services));

    /// <summary>Answers a scrape. Scrapes are left out of the web server's own metrics.</summary>
    public Task Show(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Features.Get<IHttpMetricsTagsFeature>() is { } metrics)
        {
            metrics.MetricsDisabled = true;
        }

        return _page.Value.Answer(context);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_page.IsValueCreated)
        {
            _page.Value.Counting.Dispose();
        }
    }

    // The compiler loads OpenTelemetry's assemblies with the method that names their types.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (RequestDelegate, IDisposable) Begin(IServiceProvider services) => Scraping.Begin(services);
}
