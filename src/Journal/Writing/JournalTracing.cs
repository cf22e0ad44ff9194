using System.Diagnostics;

namespace Pos.Journal.Writing;

/// <summary>
/// Spans of the journal. An append has a span in the trace of its request. A batch carries appends of many requests: its span belongs to the trace of its
/// first append, and the spans of all its appends link to it.
/// </summary>
internal static class JournalTracing
{
    private static readonly ActivitySource Source = new("Pos.Journal");

    /// <summary>Begins the span of an append; null unless its request is traced.</summary>
    public static Activity? StartAppend(StreamName stream, int events)
    {
        if (!Source.HasListeners() || Activity.Current is not { Recorded: true } current)
        {
            return null;
        }

        var span = Source.StartActivity("journal append");
        span?.SetTag("pos.stream", stream.Value);
        span?.SetTag("pos.events", events);
        // The span ends on the journal's thread. The caller goes on in its own.
        Activity.Current = current;
        return span;
    }

    /// <summary>Begins the span of a batch and links the appends to it; null when none of them is traced.</summary>
    public static Activity? StartBatch(Batch batch)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        Activity? span = null;
        foreach (var operation in batch.Operations)
        {
            if (operation is Append { Span: { } append })
            {
                span ??= Source.StartActivity("journal batch", ActivityKind.Internal, append.Context);
                if (span is null)
                {
                    return null;
                }

                append.AddLink(new(span.Context));
            }
        }

        span?.SetTag("pos.operations", batch.Operations.Count);
        span?.SetTag("pos.events", batch.Events);
        span?.SetTag("pos.bytes", batch.Bytes);
        // It ends on another thread, and the next batch is no child of it.
        Activity.Current = null;
        return span;
    }

    /// <summary>Ends a span with the result of what it stands for.</summary>
    public static void End(this Activity span, AppendResult? result)
    {
        span.SetTag("pos.outcome", result?.ToString() ?? "None");
        if (result != AppendResult.Durable)
        {
            span.SetStatus(ActivityStatusCode.Error, result?.ToString());
        }

        span.Stop();
    }
}
