using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Pos.Api.Access;

/// <summary>Rate limits by address: of requests with unknown keys, and of requests that need no key. Each key has an <see cref="Allowance"/> of its own.</summary>
internal sealed class Rates : IDisposable
{
    private const int StrangersBurst = 10;
    private const int RefillsPerSecondMax = 10;

    private readonly PartitionedRateLimiter<IPAddress> _strangers;
    private readonly PartitionedRateLimiter<IPAddress> _readers;

    public Rates(IOptions<ApiOptions> options)
    {
        _strangers = OfAddresses(options.Value.StrangersPerSecondMax);
        _readers = OfAddresses(options.Value.DocumentsPerSecondMax);
    }

    /// <summary>The refusal of a request with an unknown key, or null while its address may try more. A known key is never refused for its address.</summary>
    public Refusal? RefuseStranger(IPAddress? address)
    {
        using var lease = _strangers.AttemptAcquire(Network(address ?? IPAddress.None));
        return Refuse(lease, "Too many requests with unknown keys came from this address.");
    }

    /// <summary>The refusal of a request that needs no key, such as for the document or the page, or null while its address may ask for more.</summary>
    public Refusal? RefuseReader(IPAddress? address)
    {
        using var lease = _readers.AttemptAcquire(Network(address ?? IPAddress.None));
        return Refuse(lease, "Too many requests without a key came from this address.");
    }

    public void Dispose()
    {
        _strangers.Dispose();
        _readers.Dispose();
    }

    internal static Refusal? Refuse(RateLimitLease lease, string detail)
    {
        if (lease.IsAcquired)
        {
            return null;
        }

        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.Zero;
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        return new Refusal(Problems.TooManyRequests, string.Create(CultureInfo.InvariantCulture, $"{detail} Wait {seconds} s.")) { RetryAfterSeconds = seconds };
    }

    private static PartitionedRateLimiter<IPAddress> OfAddresses(int perSecond) => PartitionedRateLimiter.Create<IPAddress, IPAddress>(
        address => RateLimitPartition.GetTokenBucketLimiter(address, _ => Bucket(perSecond, perSecond * StrangersBurst)));

    internal static TokenBucketRateLimiterOptions Bucket(int perSecond, int burst)
    {
        // Refilled ten times a second, or as often as there is a whole request to give.
        var refills = Math.Min(perSecond, RefillsPerSecondMax);
        return new()
        {
            TokenLimit = burst,
            TokensPerPeriod = (perSecond + refills - 1) / refills,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1.0 / refills),
            QueueLimit = 0,
            AutoReplenishment = true,
        };
    }

    /// <summary>The network that an address is counted by: of IPv6 the /64, because its holder can send from each of 2^64 addresses.</summary>
    internal static IPAddress Network(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
