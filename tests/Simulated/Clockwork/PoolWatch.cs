using System.Diagnostics;
using System.Diagnostics.Tracing;

namespace Pos.Tests.Simulated;

/// <summary>Sees whatever a simulation's thread hands to the thread pool, at the moment it does, with the stack that does it.</summary>
internal sealed class PoolWatch : EventListener
{
    private const EventKeywords ThreadPoolKeyword = (EventKeywords)2;
    private const int EnqueueWork = 30;

    [ThreadStatic]
    private static Machine? _machine;

    private static readonly PoolWatch Instance = new();

    /// <summary>From now on this thread belongs to a machine, or to none.</summary>
    public static void Watch(Machine? machine)
    {
        _ = Instance;
        _machine = machine;
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Diagnostics.Eventing.FrameworkEventSource")
        {
            EnableEvents(eventSource, EventLevel.Verbose, ThreadPoolKeyword);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId == EnqueueWork && _machine is { } machine)
        {
            machine.Escaped($"work for the thread pool{Environment.NewLine}{new StackTrace(1)}");
        }
    }
}
