using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Pos.Api.Health;

/// <summary>A probe's answer.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
/// <param name="Checks">Each part by its name.</param>
internal sealed record HealthView(string Status, ImmutableSortedDictionary<string, string> Checks);

/// <summary><c>/health/live</c> and <c>/health/ready</c>.</summary>
/// <remarks>
/// Readiness says whether this process can serve. Whatever the host registers as a health check with the tag <see cref="Ready"/> takes part in it;
/// with <see cref="Told"/> it is shown beside.
/// </remarks>
public static class HealthApi
{
    /// <summary>The tag of checks that decide whether requests can be served now.</summary>
    public const string Ready = "ready";

    /// <summary>
    /// The tag of checks that readiness tells of and that decide nothing: the state of what all processes share. Were it to decide, all of them would
    /// leave together, and none of them is mended by leaving.
    /// </summary>
    public const string Told = "told";

    internal static void AddHealth(this IServiceCollection services) =>
        services.AddHealthChecks()
            .AddCheck<ProcessServes>("process", HealthStatus.Unhealthy, [Ready])
            .AddCheck<SearchIsReady>("search", HealthStatus.Unhealthy, [Ready]);

    internal static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false, ResponseWriter = Write }).Requires(Permission.Anonymous, Owner.Nobody)
            .WithMetadata(IsProbe.Metadata).DisableHttpMetrics();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = static check => check.Tags.Contains(Ready) || check.Tags.Contains(Told), ResponseWriter = Write }).Requires(Permission.Anonymous, Owner.Nobody)
            .WithMetadata(IsProbe.Metadata).DisableHttpMetrics();
    }

    private static Task Write(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        var view = new HealthView(
            Name(report.Status),
            report.Entries.ToImmutableSortedDictionary(entry => entry.Key, entry => Name(entry.Value.Status), StringComparer.Ordinal));
        return JsonSerializer.SerializeAsync(context.Response.Body, view, ApiJson.Wire.HealthView, context.RequestAborted);
    }

    private static string Name(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        HealthStatus.Unhealthy => "unhealthy",
        _ => throw new UnreachableException(),
    };

    /// <summary>
    /// A silo that does not know its products yet would find nothing, and say so as if there were nothing. A process without an index asks
    /// those that have one.
    /// </summary>
    private sealed class SearchIsReady(IServiceProvider services) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(services.GetService<IProductSearch>() is null or { IsReady: true } ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
    }

    /// <summary>Whether this process has started and is not about to end.</summary>
    private sealed class ProcessServes(IHostApplicationLifetime life) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
            life.ApplicationStarted.IsCancellationRequested && !life.ApplicationStopping.IsCancellationRequested
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy());
    }
}
