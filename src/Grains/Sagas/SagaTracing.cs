using System.Diagnostics;

namespace Pos.Grains.Sagas;

/// <summary>
/// Spans of steps of sagas. A step belongs to the trace of the request that caused the debt. That trace's context stands in the journal, so a step that is
/// taken after a crash, by another process, belongs to the same trace.
/// </summary>
internal static class SagaTracing
{
    private static readonly ActivitySource Source = new("Pos.Grains");

    /// <summary>Begins the span of a step; null when nobody listens.</summary>
    public static Activity? StartStep(string kind, string saga, string step, string traceParent)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var span = ActivityContext.TryParse(traceParent, null, isRemote: true, out var origin)
            ? Source.StartActivity($"{kind} {step}", ActivityKind.Internal, origin)
            : Source.StartActivity($"{kind} {step}");
        span?.SetTag("pos.saga", saga);
        span?.SetTag("pos.step", step);
        return span;
    }

    /// <summary>Says how a step ended.</summary>
    public static void End(this Activity span, string outcome, Exception? fault)
    {
        span.SetTag("pos.outcome", outcome);
        if (fault is not null)
        {
            span.AddException(fault);
            span.SetStatus(ActivityStatusCode.Error, fault.Message);
        }
    }
}
