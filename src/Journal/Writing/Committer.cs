using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Pos.Journal.Writing;

/// <summary>
/// The first half of the writer: commits one batch at a time. While the outcome of a batch is unknown, the committer looks it up and
/// commits nothing else.
/// </summary>
internal sealed partial class Committer(JournalWriter writer, IJournalStore store, ILogger logger)
{
    private Batch? _uncertain;
    private long _uncertainSince;

    /// <summary>Whether a batch of unknown outcome has to be looked up before anything else is committed.</summary>
    public bool IsUncertain => _uncertain is not null;

    /// <summary>Commits a batch. Returns the batch when it is committed and has to be confirmed. A batch that was rolled back is settled here.</summary>
    public Batch? Commit(Batch batch)
    {
        Debug.Assert(_uncertain is null, "A batch was committed behind one of unknown outcome.");
        batch.TakenAt = writer.Time.GetTimestamp();
        batch.Span = JournalTracing.StartBatch(batch);
        var outcome = store.Commit(batch);
        switch (outcome)
        {
            case CommitOutcome.Committed:
                Debug.Assert(batch.Operations.All(static o => o.Ends is not null), "A committed batch holds an operation that the store passed over.");
                return batch;
            case CommitOutcome.NothingStored:
                LogRolledBack(logger, batch.Operations.Count, batch.Failure);
                writer.Instruments.OnFailure("rolled-back");
                batch.Fail(AppendResult.Failed);
                writer.Settle(batch);
                return null;
            case CommitOutcome.Unknown:
                LogUnknown(logger, batch.Operations.Count, batch.Failure);
                writer.Instruments.OnFailure("unknown");
                _uncertain = batch;
                _uncertainSince = writer.Time.GetTimestamp();
                return null;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>
    /// Looks the uncertain batch up once. Returns the batch when its outcome is known, so that it has to be confirmed; gives the batch up
    /// when its outcome has been unknown for too long.
    /// </summary>
    public Batch? LookUp()
    {
        var batch = _uncertain!;
        if (TryLookUp(batch))
        {
            _uncertain = null;
            return batch;
        }

        if (writer.Time.GetElapsedTime(_uncertainSince) >= writer.Options.UnknownAfter)
        {
            GiveUp();
        }

        return null;
    }

    /// <summary>Stops asking for the outcome of the uncertain batch.</summary>
    public void GiveUp()
    {
        writer.GiveUp(_uncertain!);
        _uncertain = null;
    }

    /// <summary>Lets the store do its housekeeping between two batches.</summary>
    public void Maintain()
    {
        try
        {
            store.Maintain();
        }
        catch (JournalUnavailableException unavailable)
        {
            LogNotMaintained(logger, unavailable);
            writer.Instruments.OnFailure("maintenance");
        }
    }

    private bool TryLookUp(Batch batch)
    {
        try
        {
            store.LookUp(batch);
        }
        catch (JournalUnavailableException unavailable)
        {
            batch.Failure = unavailable;
            return false;
        }

        foreach (var operation in batch.Operations)
        {
            if (operation is not Append append)
            {
                operation.Ends = AppendResult.Failed;
            }
            else if (append.Ends is AppendResult.Conflict or AppendResult.Failed)
            {
                append.OnLost();
            }
        }

        return true;
    }

    [LoggerMessage(1, LogLevel.Error, "A batch of {Operations} operations was rolled back: nothing of it is stored.")]
    private static partial void LogRolledBack(ILogger logger, int operations, Exception? cause);

    [LoggerMessage(2, LogLevel.Error, "The commit of {Operations} operations got no certain answer: looking up which of them are stored.")]
    private static partial void LogUnknown(ILogger logger, int operations, Exception? cause);

    [LoggerMessage(5, LogLevel.Warning, "The store's housekeeping failed. It is tried again after a later batch.")]
    private static partial void LogNotMaintained(ILogger logger, Exception? cause);
}
