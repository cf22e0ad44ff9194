using System.Security.Cryptography;

namespace Pos.Cli.Server;

/// <summary>How long, and how, a request is repeated while the server is away, full or still at it.</summary>
/// <param name="Budget">From the first attempt of a request to giving up.</param>
/// <param name="Time">The clock that waits are taken on.</param>
internal sealed record Patience(TimeSpan Budget, TimeProvider Time)
{
    private static readonly TimeSpan WaitMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The wait before an attempt, doubling and jittered, so that many tills do not come back in step; or what the server asked for.
    /// </summary>
    private static TimeSpan Wait(int attempt, TimeSpan? retryAfter)
    {
        var most = TimeSpan.FromTicks(Math.Min(WaitMin.Ticks << Math.Min(attempt, 10), WaitMax.Ticks));
        var jittered = most * (0.5 + (RandomNumberGenerator.GetInt32(500) / 1000.0));
        return retryAfter is { } asked && asked > jittered ? asked : jittered;
    }

    public Task Pause(int attempt, TimeSpan? retryAfter, CancellationToken cancellationToken) =>
        Task.Delay(Wait(attempt, retryAfter), Time, cancellationToken);
}
