using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pos.Api;
using Pos.Api.Health;
using Pos.Journal;

namespace Pos.Silo;

/// <summary>Shows the state of the journal beside the readiness of a silo.</summary>
internal static class JournalHealth
{
    public static void AddJournalHealth(this IServiceCollection services) =>
        services.AddHealthChecks().AddCheck<JournalIsReachable>("journal", HealthStatus.Degraded, [HealthApi.Told]);

    private sealed class JournalIsReachable(JournalWatch watch) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(watch.IsReachable ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded());
    }
}
