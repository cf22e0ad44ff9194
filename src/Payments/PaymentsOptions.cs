using Microsoft.Extensions.Hosting;
using Pos.Payments.Resilience;
using Pos.Payments.Simulator;

namespace Pos.Payments;

/// <summary>Settings of card payments, section <c>Payments</c>; validated at start.</summary>
public sealed class PaymentsOptions
{
    /// <summary>The <see cref="Provider"/> that simulates, and charges nobody.</summary>
    public const string Simulated = "simulated";

    /// <summary>No <see cref="Provider"/>: cash only.</summary>
    public const string None = "none";

    /// <summary>
    /// The provider that moves the money of cards: <c>simulated</c> or <c>none</c>. Default <c>simulated</c> in the environment Development and <c>none</c> in every
    /// other. With <c>none</c> cash is taken and cards are refused.
    /// </summary>
    public string? Provider { get; set; }

    /// <summary>Whether <c>simulated</c> may be chosen outside Development. Default false: the simulator hands goods out and charges nobody.</summary>
    public bool AllowSimulator { get; set; }

    /// <summary>
    /// File of the simulator's ledger. Default: <c>provider-ledger.jsonl</c> in the journal's folder. Outside Development not in a temporary folder.
    /// </summary>
    public string Path { get; set; } = "";

    /// <summary>Settings of the simulator.</summary>
    public SimulatorOptions Simulator { get; set; } = new();

    /// <summary>Time-outs, repetitions, and when a failing provider is left alone.</summary>
    public ResilienceOptions Resilience { get; set; } = new();

    /// <summary>Whether the simulator moves the money; otherwise nobody does.</summary>
    internal bool IsSimulated(string environment) => string.IsNullOrEmpty(Provider) ? IsDevelopment(environment) : Is(Simulated);

    /// <summary>A sentence for each setting that cannot work.</summary>
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
