using Orleans.Runtime;

namespace Orleans
{
    /// <summary>Marks an interface whose methods are calls to a grain.</summary>
    public interface IGrain : IAddressable;

    /// <summary>A grain addressed by a string.</summary>
    public interface IGrainWithStringKey : IGrain;

    /// <summary>A grain addressed by a <see cref="Guid"/>.</summary>
    public interface IGrainWithGuidKey : IGrain;

    /// <summary>A grain addressed by a <see cref="long"/>.</summary>
    public interface IGrainWithIntegerKey : IGrain;
}

namespace Orleans.Runtime
{
    /// <summary>Anything that can receive calls: a grain, or a reference to one.</summary>
    public interface IAddressable;
}
