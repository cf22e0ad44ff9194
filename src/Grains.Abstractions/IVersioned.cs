namespace Pos;

/// <summary>What shows at which version of its stream it was taken.</summary>
public interface IVersioned
{
    /// <summary>Version of its stream.</summary>
    long Version { get; }
}
