using Orleans.Runtime;

namespace Pos.Tests.Simulated;

/// <summary>The activations of one silo that were ever called: whoever is still there long after the last call was left behind by it.</summary>
internal sealed class Residents
{
    private readonly Dictionary<IGrainContext, string> _all = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, bool> _answered = new(StringComparer.Ordinal);

    /// <summary>The streams of those that live.</summary>
    public IEnumerable<string> Streams => _all.Where(static one => !one.Key.Deactivated.IsCompleted).Select(static one => one.Value);

    public void Saw(IGrainContext context, string stream) => _all.TryAdd(context, stream);

    /// <summary>A request has come to its end here: answered, or failed.</summary>
    public void Ended(string stream, bool isAnswered) => _answered[stream] = isAnswered;

    /// <summary>
    /// Whether the last request of a stream was answered here; null when none has ended. Whoever fails in the middle of something else may leave the
    /// activation to the collector, as Orleans does with one that nobody calls.
    /// </summary>
    public bool? IsAnswered(string stream) => _answered.TryGetValue(stream, out var answered) ? answered : null;

    public void Lost(IGrainContext context) => _all.Remove(context);
}
