using Orleans.Runtime;

namespace Pos.Simulation;

/// <summary>The activations of one silo that were ever called: whoever is still there long after the last call was left behind by it.</summary>
internal sealed class Residents
{
    private readonly Dictionary<IGrainContext, string> _all = new(ReferenceEqualityComparer.Instance);

    /// <summary>The streams of those that live.</summary>
    public IEnumerable<string> Streams => _all.Where(static one => !one.Key.Deactivated.IsCompleted).Select(static one => one.Value);

    public void Saw(IGrainContext context, string stream) => _all.TryAdd(context, stream);

    public void Lost(IGrainContext context) => _all.Remove(context);
}
