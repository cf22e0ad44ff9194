namespace Pos.Payments.Resilience;

/// <summary>Settings of <see cref="ResilientProvider"/>, section <c>Payments:Resilience</c>.</summary>
public sealed class ResilienceOptions
{
    /// <summary>
    /// How long one call may take before its outcome counts as unknown. Default 5 s. Longer asks less often, shorter answers the till sooner.
    /// </summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Repetitions of a call that did nothing. Default 2. Zero is legal: the payment itself repeats, more slowly.</summary>
    public int RetriesMax { get; set; } = 2;

    /// <summary>First pause before a repetition; doubles, with jitter. Default 100 ms.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Share of failed calls that opens the breaker. Default 0.5.</summary>
    public double BreakerFailureRatio { get; set; } = 0.5;

    /// <summary>Calls in <see cref="BreakerWindow"/> below which the breaker never opens. Default 20, at least 2.</summary>
    public int BreakerCallsMin { get; set; } = 20;

    /// <summary>How long a failure counts. Default 10 s.</summary>
    public TimeSpan BreakerWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a failing provider is left alone. Default 5 s. Then one call tries the provider.</summary>
    public TimeSpan BreakerPause { get; set; } = TimeSpan.FromSeconds(5);

    internal IEnumerable<string> Problems()
    {
        foreach (var (name, value, min) in new[]
        {
            (nameof(CallTimeout), CallTimeout, 10), (nameof(RetryDelay), RetryDelay, 0), (nameof(BreakerWindow), BreakerWindow, 500),
            (nameof(BreakerPause), BreakerPause, 500),
        })
        {
            if (value < TimeSpan.FromMilliseconds(min) || value > TimeSpan.FromHours(1))
            {
                yield return $"Payments:Resilience:{name} is {value}: it must be from {min} ms to an hour";
            }
        }

        if (RetriesMax is < 0 or > 10)
        {
            yield return $"Payments:Resilience:{nameof(RetriesMax)} is {RetriesMax}: it must be from 0 to 10";
        }

        if (BreakerFailureRatio is not (> 0 and <= 1))
        {
            yield return $"Payments:Resilience:{nameof(BreakerFailureRatio)} is {BreakerFailureRatio}: it must be above 0 and at most 1";
        }

        if (BreakerCallsMin is < 2 or > 1_000_000)
        {
            yield return $"Payments:Resilience:{nameof(BreakerCallsMin)} is {BreakerCallsMin}: it must be from 2 to 1000000";
        }
    }
}
