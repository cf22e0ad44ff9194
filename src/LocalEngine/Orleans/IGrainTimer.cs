using System.Diagnostics.CodeAnalysis;

namespace Orleans.Runtime;

/// <summary>A timer that calls its grain back in a turn. Disposing it cancels the token of a callback that runs.</summary>
public interface IGrainTimer : IDisposable
{
    /// <summary>Sets the next due time and the period after it; <see cref="Timeout.InfiniteTimeSpan"/> means never.</summary>
    void Change(TimeSpan dueTime, TimeSpan period);
}

/// <summary>How a grain timer behaves.</summary>
public readonly struct GrainTimerCreationOptions()
{
    /// <summary>Sets both times.</summary>
    [SetsRequiredMembers]
    public GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period) : this()
    {
        DueTime = dueTime;
        Period = period;
    }

    /// <summary>From now to the first callback; <see cref="Timeout.InfiniteTimeSpan"/> means never.</summary>
    public required TimeSpan DueTime { get; init; }

    /// <summary>From the end of a callback to the next; <see cref="Timeout.InfiniteTimeSpan"/> means only once.</summary>
    public required TimeSpan Period { get; init; }

    /// <summary>True if callbacks may run while requests of the grain wait at an <c>await</c>. False by default: they queue like requests.</summary>
    public bool Interleave { get; init; }

    /// <summary>True if a callback counts as use, so that the activation is not collected as idle.</summary>
    public bool KeepAlive { get; init; }
}
