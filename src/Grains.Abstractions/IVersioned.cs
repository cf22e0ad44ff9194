namespace Pos;

/// <summary>A view that shows the version of the stream it was taken at.</summary>
public interface IVersioned
{
    /// <summary>Version of its stream.</summary>
    long Version { get; }
}
