using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Pos.Journal.Writing;

/// <summary>The second half of the writer: confirms committed batches in their order, and tells the callers of each.</summary>
internal sealed partial class Confirmer(JournalWriter writer, IJournalStore store, ILogger logger)
{
    private Batch? _current;
    private JournalMark _mark;
    private long _since;

    /// <summary>Whether a batch waits for its confirmation.</summary>
    public bool IsBusy => _current is not null;

    /// <summary>
    /// Whether the callers of the waiting batch were told that its outcome is unknown. The batch is still confirmed as soon as the store
    /// allows.
    /// </summary>
    public bool HasGivenUp => _current is { IsSettled: true };

    public void Start(Batch batch)
    {
        Debug.Assert(_current is null, "Two batches are confirmed at once.");
        _current = batch;
        _mark = batch.Mark;
        _since = writer.Time.GetTimestamp();
    }

    /// <summary>Tries once to confirm the waiting batch. True when it is confirmed and its callers are told.</summary>
    /// <param name="more">Takes a batch that was committed behind the current one, or null.</param>
    public bool Try(Func<Batch?> more)
    {
        if (TryConfirm(_mark))
        {
            var batch = _current!;
            _current = null;
            if (!batch.IsSettled)
            {
                Complete(batch);
            }

            return true;
        }

        if (writer.Time.GetElapsedTime(_since) >= writer.Options.UnknownAfter)
        {
            GiveUp(more);
        }

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
        writer.GiveUp(_current!);
        writer.Queue.Suspend();
        while (more() is { } next)
        {
            writer.GiveUp(next);
            _mark = next.Mark;
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
