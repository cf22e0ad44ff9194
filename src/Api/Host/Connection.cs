using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Orleans;

namespace Pos.Api.Host;

/// <summary>Whether the client has found its cluster. Before that it does not even know which grains there are.</summary>
internal sealed class Connection : ILifecycleParticipant<IClusterClientLifecycle>
{
    private static readonly Refusal NotYet = new(Problems.Unavailable, "The cluster has not been found yet.");

    private volatile bool _isThere;

    public bool IsThere => _isThere;

    public void Participate(IClusterClientLifecycle observer) => observer.Subscribe(
        nameof(Connection),
        ServiceLifecycleStage.Active,
        _ =>
        {
            _isThere = true;
            return Task.CompletedTask;
        },
        _ =>
        {
            _isThere = false;
            return Task.CompletedTask;
        });

    /// <summary>Everything but the probe of the process itself has to wait for the cluster.</summary>
    public Task Await(HttpContext context, RequestDelegate next) =>
        _isThere || context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) ? next(context) : NotYet.ExecuteAsync(context);
}
