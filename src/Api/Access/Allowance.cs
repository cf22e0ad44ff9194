using System.Threading.RateLimiting;

namespace Pos.Api.Access;

/// <summary>The rate limit of one key in units a second, and its limit of requests under way.</summary>
/// <remarks>
/// A request is charged by what it touches, in units: one for itself, and one for each line that it brings or each item of the page that it asks
/// for. A request that costs more than the whole burst is charged the burst.
/// </remarks>
#pragma warning disable CA1001 // A semaphore has nothing to let go of before its handle is asked for, and requests may outlast whoever would dispose of it.
internal sealed class Allowance(ApiOptions options) : IDisposable
#pragma warning restore CA1001
{
    private readonly TokenBucketRateLimiter _units = new(Rates.Bucket(options.RequestsPerSecondMax, options.RequestsBurstMax));

    /// <summary>A place for each request that may be under way. Requests that wait get places in the order in which they came.</summary>
    public SemaphoreSlim Room { get; } = new(options.RequestsPerKeyMax);

    /// <summary>The refusal of a request that has to wait, or null.</summary>
    /// <param name="units">What the request costs.</param>
    public Refusal? Refuse(int units)
    {
        using var lease = _units.AttemptAcquire(Math.Min(units, options.RequestsBurstMax));
        return Rates.Refuse(lease, "This key has asked for more than it may.");
    }

    public void Dispose() => _units.Dispose();
}

/// <summary>A body that brings lines, each of which is looked up and decided.</summary>
internal interface IBringsLines
{
    /// <summary>How many.</summary>
    int LinesCount { get; }
}
