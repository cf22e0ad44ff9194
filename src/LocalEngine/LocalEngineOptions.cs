using System.Reflection;
using Orleans;
using Orleans.Runtime;

namespace Pos.LocalEngine;

/// <summary>Settings of the local engine; validated at start.</summary>
public sealed class LocalEngineOptions
{
    /// <summary>Where grain classes and interfaces are looked for. At least one is needed.</summary>
    public IList<Assembly> Assemblies { get; } = [];

    /// <summary>
    /// How long a caller waits for a response before it gets a <see cref="TimeoutException"/>; the callee goes on, so the outcome is unknown.
    /// Default 30 s. Shorter frees callers sooner, longer has fewer unknown outcomes. <see cref="ResponseTimeoutAttribute"/> sets it for one method.
    /// Time-outs are looked for once a second (sooner if this is below a second), and may be late by that much.
    /// </summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many calls one activation holds, running and waiting, before further ones fail with <see cref="LimitExceededException"/>. Default 10,000.
    /// More absorbs longer bursts, but a call far down the queue times out anyway.
    /// </summary>
    public int QueuedCallsMax { get; set; } = 10_000;

    /// <summary>
    /// How long an activation stays unused before it is collected. Default 15 min. Longer keeps more state in memory, shorter activates
    /// (and replays) more often. <see cref="CollectionAgeLimitAttribute"/> and <see cref="CollectionAges"/> set it for one class.
    /// </summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Ages of single grain classes; stronger than the attribute of the class.</summary>
    public IDictionary<Type, TimeSpan> CollectionAges { get; } = new Dictionary<Type, TimeSpan>();

    /// <summary>How often unused activations are looked for. Default 1 min. A look visits every activation once: some 30 ms for a million.</summary>
    public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long <see cref="IGrainBase.OnActivateAsync"/> may take before the activation counts as failed. Default 30 s.</summary>
    public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long <see cref="IGrainBase.OnDeactivateAsync"/> may take before the activation goes without it. Default 30 s.</summary>
    public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the stop of the process waits for running requests and deactivations. Default 20 s: less than the 30 s after which a host
    /// gives up waiting. What has not ended by then is logged and left.
    /// </summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Every reason why these settings cannot be used; empty if they can.</summary>
    internal IEnumerable<string> Problems()
    {
        if (Assemblies.Count == 0)
        {
            yield return $"{nameof(Assemblies)} is empty: there is no grain to run";
        }

        foreach (var (name, value) in Times())
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(40))
            {
                yield return $"{name} is {value}: it must be above zero and at most 40 days";
            }
        }

        if (QueuedCallsMax < 1)
        {
            yield return $"{nameof(QueuedCallsMax)} is {QueuedCallsMax}: it must be at least 1";
        }
    }

    private IEnumerable<(string Name, TimeSpan Value)> Times() =>
    [
        (nameof(ResponseTimeout), ResponseTimeout),
        (nameof(CollectionAge), CollectionAge),
        (nameof(CollectionQuantum), CollectionQuantum),
        (nameof(ActivationTimeout), ActivationTimeout),
        (nameof(DeactivationTimeout), DeactivationTimeout),
        (nameof(ShutdownTimeout), ShutdownTimeout),
        .. CollectionAges.Select(age => ($"{nameof(CollectionAges)}[{age.Key}]", age.Value)),
    ];
}
