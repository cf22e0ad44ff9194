using System.Collections.Immutable;

namespace Pos.LocalEngine;

/// <summary>Something an activation does in a turn: a call of a method, or a tick of a timer.</summary>
internal abstract class Request
{
    /// <summary>The one behind it in its activation's queue.</summary>
    internal Request? Next { get; set; }

    /// <summary>The activation that runs it; set when it is let in.</summary>
    internal Activation? Activation { get; set; }

    /// <summary>The request context it runs with.</summary>
    internal virtual ImmutableDictionary<string, object>? Context => null;

    internal abstract bool AlwaysInterleaves { get; }

    internal abstract bool ReadsOnly { get; }

    /// <summary>True if it counts as use of the activation.</summary>
    internal abstract bool KeepsAlive { get; }

    /// <summary>When its caller sent it, in the clock's ticks; null for what nobody called.</summary>
    internal virtual long? SentAt => null;

    /// <summary>True if nobody wants it any more, so that it need not start.</summary>
    internal abstract bool IsObsolete { get; }

    /// <summary>Runs the first step, in a turn. Must not throw.</summary>
    internal abstract Task Start(object grain);

    /// <summary>Takes the outcome, in a turn. Must not throw.</summary>
    internal abstract void End(Task outcome);

    /// <summary>It will not run.</summary>
    internal abstract void Refuse(Exception reason);
}
