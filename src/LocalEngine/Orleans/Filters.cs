using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans
{
    /// <summary>
    /// Sees every call that arrives at a grain, in the grain's turn. Registered as a service; a grain class may implement it for itself.
    /// </summary>
    public interface IIncomingGrainCallFilter
    {
        /// <summary>Does its part and calls <see cref="IGrainCallContext.Invoke"/> to go on.</summary>
        Task Invoke(IIncomingGrainCallContext context);
    }

    /// <summary>Sees every call that leaves, on the caller's side. Registered as a service.</summary>
    public interface IOutgoingGrainCallFilter
    {
        /// <summary>Does its part and calls <see cref="IGrainCallContext.Invoke"/> to go on.</summary>
        Task Invoke(IOutgoingGrainCallContext context);
    }

    /// <summary>A call on its way.</summary>
    public interface IGrainCallContext
    {
        /// <summary>The method and its arguments.</summary>
        IInvokable Request { get; }

        /// <summary>The grain that is called: incoming, the object itself; outgoing, the reference.</summary>
        object Grain { get; }

        /// <summary>The calling grain, if it is one.</summary>
        GrainId? SourceId { get; }

        /// <summary>The grain that is called.</summary>
        GrainId TargetId { get; }

        /// <summary>The full name of the interface called.</summary>
        string InterfaceName { get; }

        /// <summary>The name of the method called.</summary>
        string MethodName { get; }

        /// <summary>The interface's method.</summary>
        MethodInfo InterfaceMethod { get; }

        /// <summary>The result, once <see cref="Invoke"/> has ended. Setting it replaces the result.</summary>
        object? Result { get; set; }

        /// <summary>Goes on to the next filter or to the method.</summary>
        Task Invoke();
    }

    /// <summary>A call that has arrived.</summary>
    public interface IIncomingGrainCallContext : IGrainCallContext
    {
        /// <summary>The activation called.</summary>
        IGrainContext TargetContext { get; }

        /// <summary>The method of the grain class.</summary>
        MethodInfo ImplementationMethod { get; }
    }

    /// <summary>A call that leaves.</summary>
    public interface IOutgoingGrainCallContext : IGrainCallContext
    {
        /// <summary>The calling activation, if a grain calls.</summary>
        IGrainContext? SourceContext { get; }
    }
}

namespace Orleans.Serialization.Invocation
{
    /// <summary>A method and its arguments.</summary>
    public interface IInvokable
    {
        /// <summary>True if the method takes a <see cref="CancellationToken"/>.</summary>
        bool IsCancellable => false;

        /// <summary>How many arguments there are, a cancellation token included.</summary>
        int GetArgumentCount();

        /// <summary>One argument.</summary>
        object? GetArgument(int index);

        /// <summary>Replaces one argument.</summary>
        void SetArgument(int index, object value);

        /// <summary>The token that cancels the call.</summary>
        CancellationToken GetCancellationToken() => default;

        /// <summary>What <see cref="ResponseTimeoutAttribute"/> says, if anything.</summary>
        TimeSpan? GetDefaultResponseTimeout() => default;

        /// <summary>The interface's method.</summary>
        MethodInfo GetMethod();

        /// <summary>The method's name.</summary>
        string GetMethodName();

        /// <summary>The interface.</summary>
        Type GetInterfaceType();

        /// <summary>The interface's full name.</summary>
        string GetInterfaceName();
    }
}
