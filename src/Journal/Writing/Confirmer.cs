using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Pos.Journal.Writing;

/// <summary>The second half of the writer: confirms committed batches in their order, and tells the callers of each.</summary>
internal sealed partial class Confirmer(JournalWriter writer, IJournalStore store, ILogger logger)
{
    private Batch? current;
    private JournalMark mark;
    private long since;

    /// <summary>Whether a batch waits for its confirmation.</summary>
    public bool IsBusy => current is not null;

    /// <summary>
    /// Whether the callers of the waiting batch were told that its outcome is unknown. The batch is still confirmed as soon as the store
    /// allows.
    /// </summary>
    public bool HasGivenUp => current is { IsSettled: true };

    public void Start(Batch batch)
    {
        Debug.Assert(current is null, "Two batches are confirmed at once.");
        current = batch;
        mark = batch.Mark;
        since = writer.Time.GetTimestamp();
    }

    /// <summary>Tries once to confirm the waiting batch. True when it is confirmed and its callers are told.</summary>
    /// <param name="more">Takes a batch that was committed behind the current one, or null.</param>
    public bool Try(Func<Batch?> more)
    {
        if (TryConfirm(mark))
        {
            var batch = current!;
            current = null;
            if (!batch.IsSettled)
                Complete(batch);
            return true;
        }

        if (writer.Time.GetElapsedTime(since) >= writer.Options.UnknownAfter)
            GiveUp(more);
        return false;
    }

    /// <summary>Tries once to confirm everything up to a mark, whoever wrote it. True when it is durable.</summary>
    public bool TryConfirm(JournalMark upTo)
    {
        try
        {
            store.Confirm(upTo);
        }
        catch (JournalUnavailableException unavailable)
        {
            LogNotConfirmed(logger, upTo.Position, unavailable);
            writer.Instruments.OnFailure("not-confirmed");
            return false;
        }

        writer.Queue.Resume();
        writer.Durable.Advance(upTo.Position);
        return true;
    }

    /// <summary>
    /// Tells the callers that the outcome is unknown, fails everything that waits in the queue, and refuses newcomers. Batches that were
    /// committed meanwhile end the same way: confirming the newest of them will confirm them all.
    /// </summary>
    public void GiveUp(Func<Batch?> more)
    {
        writer.GiveUp(current!);
        writer.Queue.Suspend();
        while (more() is { } next)
        {
            writer.GiveUp(next);
            mark = next.Mark;
        }
    }

    private void Complete(Batch batch)
    {
        Debug.Assert(batch.Mark.Position <= writer.Durable.Value, "A batch is acknowledged before it is durable.");
        writer.Settle(batch);
        writer.Instruments.OnBatchCommitted(batch.Events, batch.Bytes, writer.Time.GetElapsedTime(batch.TakenAt));
    }

    [LoggerMessage(3, LogLevel.Error, "Position {Position} is committed and could not be confirmed. Nothing is acknowledged until it is.")]
    private static partial void LogNotConfirmed(ILogger logger, long position, Exception? cause);
}
