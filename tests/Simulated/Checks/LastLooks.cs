namespace Pos.Tests.Simulated;

/// <summary>
/// Tells a refusal that was true when it was given from one that was not. An activation reads its stream before it refuses. Another activation may accept a
/// copy of the request behind that read, and its answer may be heard first. Nothing in the first activation could know.
/// </summary>
internal sealed class LastLooks(World world)
{
    private readonly Dictionary<string, long> _decided = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Silo, string Stream), (long Step, long Version)> _looks = [];

    /// <summary>A silo reads a stream: what is durable now is what it sees.</summary>
    public void Look(string silo, string stream)
    {
        if (world.Peer is not null)
        {
            _looks[(silo, stream)] = (world.Machine.Steps, world.Replies.Seen(stream));
        }
    }

    /// <summary>An operation was decided as a version of its stream.</summary>
    public void Decide(string operation, long version)
    {
        if (world.Peer is not null)
        {
            _decided.TryAdd(operation, version);
        }
    }

    /// <summary>Whether the silo has read the stream since a step, and an operation was decided only behind what it read.</summary>
    public bool WereBefore(string operation, string silo, string stream, long sentAt) =>
        _looks.TryGetValue((silo, stream), out var look) && look.Step >= sentAt && _decided.TryGetValue(operation, out var version) && version > look.Version;
}
