using Orleans.Serialization.Invocation;

namespace Orleans.Runtime
{
    /// <summary>One activation of a grain, as the engine sees it.</summary>
    public interface IGrainContext : ITargetHolder, IEquatable<IGrainContext>
    {
        /// <summary>A reference to this grain.</summary>
        GrainReference GrainReference { get; }

        /// <summary>The grain's address.</summary>
        GrainId GrainId { get; }

        /// <summary>The grain object, once constructed.</summary>
        object? GrainInstance { get; }

        /// <summary>Services that live as long as this activation.</summary>
        IServiceProvider ActivationServices { get; }

        /// <summary>Completes when the activation is gone. Waiting for it inside of the grain never ends.</summary>
        Task Deactivated { get; }

        /// <summary>Asks the activation to go as soon as no request runs. Only the first reason counts.</summary>
        void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
    }
}

namespace Orleans.Serialization.Invocation
{
    /// <summary>Holds the object that requests are made of.</summary>
    public interface ITargetHolder
    {
        /// <summary>The object that requests are made of.</summary>
        object? GetTarget();
    }
}
