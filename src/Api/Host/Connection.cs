using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Orleans;

namespace Pos.Api.Host;

/// <summary>The client's view of its cluster: whether the cluster was ever found, and how many gateways are connected now.</summary>
internal sealed class Connection : ILifecycleParticipant<IClusterClientLifecycle>, IClusterConnectionStatusObserver
{
    private static readonly Refusal NotYet = new(Problems.Unavailable, "The cluster has not been found yet.");

    private volatile bool _isFound;
    private int _gateways;

    /// <summary>Whether a request can be sent to the cluster: the client runs, and a gateway is connected.</summary>
    public bool IsThere => _isFound && Volatile.Read(ref _gateways) > 0;

    public void Participate(IClusterClientLifecycle observer) => observer.Subscribe(
        nameof(Connection),
        ServiceLifecycleStage.Active,
        _ =>
        {
            _isFound = true;
            return Task.CompletedTask;
        },
        _ =>
        {
            _isFound = false;
            return Task.CompletedTask;
        });

    /// <summary>Adds the difference: connections open and close at once, and their notices may arrive in another order than they were counted in.</summary>
    public void NotifyGatewayCountChanged(int currentNumberOfGateways, int previousNumberOfGateways, bool connectionRecovered) =>
        Interlocked.Add(ref _gateways, currentNumberOfGateways - previousNumberOfGateways);

    /// <summary>Does nothing: Orleans reports the new count of gateways by itself as well.</summary>
    public void NotifyClusterConnectionLost()
    {
    }

    /// <summary>
    /// Refuses requests until the cluster is first found: before that the client does not know which grains there are. A request that comes while no gateway
    /// is connected is let through: the call is repeated until the request's time is up, and a gateway may be back by then.
    /// </summary>
    public Task Await(HttpContext context, RequestDelegate next) =>
        _isFound || context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) ? next(context) : NotYet.ExecuteAsync(context);
}
