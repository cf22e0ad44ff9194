using Microsoft.Extensions.Hosting;

namespace Pos.Payments;

/// <summary>Settings of card payments, section <c>Payments</c>; validated at start.</summary>
public sealed class PaymentsOptions
{
    /// <summary>The <see cref="Provider"/> that charges nobody.</summary>
    public const string Simulated = "simulated";

    /// <summary>No <see cref="Provider"/>: cash alone.</summary>
    public const string None = "none";

    /// <summary>
    /// Who moves the money of cards: <c>simulated</c> or <c>none</c>. Default <c>simulated</c> in the environment Development and <c>none</c> in every
    /// other. With <c>none</c> cash is taken and cards are refused.
    /// </summary>
    public string? Provider { get; set; }

    /// <summary>Whether <c>simulated</c> may be chosen outside Development. Default false: the simulator hands goods out and charges nobody.</summary>
    public bool AllowSimulator { get; set; }

    /// <summary>
    /// File of the simulator's ledger. Default: <c>provider-ledger.jsonl</c> in the journal's folder. Outside Development not in a temporary folder.
    /// </summary>
    public string Path { get; set; } = "";

    /// <summary>Of the simulator.</summary>
    public SimulatorOptions Simulator { get; set; } = new();

    /// <summary>How long is waited, how often repeated, and when a provider that fails is left alone.</summary>
    public ResilienceOptions Resilience { get; set; } = new();

    /// <summary>Whether the simulator moves the money; otherwise nobody does.</summary>
    /// <param name="environment">The name of the host's environment.</param>
    internal bool IsSimulated(string environment) => string.IsNullOrEmpty(Provider) ? IsDevelopment(environment) : Is(Simulated);

    /// <param name="environment">The name of the host's environment.</param>
    /// <param name="ledger">Where the simulator's ledger would lie.</param>
    internal IEnumerable<string> Problems(string environment, string ledger)
    {
        if (!string.IsNullOrEmpty(Provider) && !Is(Simulated) && !Is(None))
        {
            yield return $"Payments:Provider is '{Provider}': it must be {Simulated} or {None}";
        }

        if (IsSimulated(environment) && !IsDevelopment(environment))
        {
            if (!AllowSimulator)
            {
                yield return $"Payments:Provider is {Simulated}, and the environment is {environment}, not Development: the simulator charges nobody, so it takes "
                    + $"Payments:AllowSimulator=true as well; Payments:Provider={None} sells for cash alone";
            }

            if (TemporaryFolders.Around(ledger) is { } folder)
            {
                yield return $"the simulated provider's ledger would be {ledger}, in the temporary folder {folder}: name a file that stays with Payments:Path, "
                    + "or a folder that stays with Journal:Path";
            }
        }

        foreach (var problem in Simulator.Problems().Concat(Resilience.Problems()))
        {
            yield return problem;
        }
    }

    internal static bool IsDevelopment(string environment) => environment.Equals(Environments.Development, StringComparison.OrdinalIgnoreCase);

    private bool Is(string name) => name.Equals(Provider, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Settings of <see cref="ResilientProvider"/>, section <c>Payments:Resilience</c>.</summary>
public sealed class ResilienceOptions
{
    /// <summary>
    /// How long one call may take before its outcome counts as unknown. Default 5 s. Longer asks less often, shorter answers the till sooner.
    /// </summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Repetitions of a call that surely did nothing. Default 2. Zero is legal: the payment itself repeats, more slowly.</summary>
    public int RetriesMax { get; set; } = 2;

    /// <summary>First pause before a repetition; doubles, with jitter. Default 100 ms.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Share of failed calls that opens the breaker. Default 0.5.</summary>
    public double BreakerFailureRatio { get; set; } = 0.5;

    /// <summary>Calls in <see cref="BreakerWindow"/> below which the breaker never opens. Default 20, at least 2.</summary>
    public int BreakerCallsMin { get; set; } = 20;

    /// <summary>How far back failures count. Default 10 s.</summary>
    public TimeSpan BreakerWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the provider is left alone. Default 5 s. Then one call tries it.</summary>
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
