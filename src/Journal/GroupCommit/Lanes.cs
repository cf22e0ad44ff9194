namespace Pos.Journal.GroupCommit;

/// <summary>The committing half of a writer: one batch at a time, looked up for as long as its outcome is unknown.</summary>
internal sealed class CommitLane(GroupCommitPipeline pipeline)
{
    private Batch? uncertain;
    private long since;

    /// <summary>Whether a batch of unknown outcome is in the way; <see cref="Retry"/> then.</summary>
    public bool IsUncertain => uncertain is not null;

    /// <summary>Commits a batch. Returns it when it wants to be confirmed.</summary>
    public Batch? Start(Batch batch)
    {
        switch (pipeline.Commit(batch))
        {
            case CommitOutcome.Committed:
                return batch;
            case CommitOutcome.Unknown:
                uncertain = batch;
                since = pipeline.Time.GetTimestamp();
                return null;
            default:
                return null;
        }
    }

    /// <summary>Looks the uncertain batch up once. Returns it when it wants to be confirmed; gives it up when it has taken too long.</summary>
    public Batch? Retry()
    {
        var batch = uncertain!;
        if (pipeline.TryLookUp(batch))
        {
            uncertain = null;
            return batch;
        }

        if (pipeline.Time.GetElapsedTime(since) >= pipeline.Options.UnknownAfter)
            GiveUp();
        return null;
    }

    /// <summary>Stops asking.</summary>
    public void GiveUp()
    {
        pipeline.GiveUp(uncertain!);
        uncertain = null;
    }
}

/// <summary>The confirming half: committed batches in their order, until the store takes them.</summary>
internal sealed class ConfirmLane(GroupCommitPipeline pipeline)
{
    private Batch? current;
    private JournalMark mark;
    private long since;

    /// <summary>Whether a batch waits for its confirmation.</summary>
    public bool IsBusy => current is not null;

    /// <summary>Whether its callers were told that its fate is unknown; it is still confirmed as soon as the store allows.</summary>
    public bool HasGivenUp => current is { IsSettled: true };

    public void Start(Batch batch)
    {
        current = batch;
        mark = batch.Mark;
        since = pipeline.Time.GetTimestamp();
    }

    /// <summary>Tries once. True when the lane is free again.</summary>
    /// <param name="more">Takes a batch that was committed behind the current one, or null.</param>
    public bool Try(Func<Batch?> more)
    {
        if (pipeline.TryConfirm(mark))
        {
            var batch = current!;
            current = null;
            if (!batch.IsSettled)
                pipeline.Complete(batch);
            return true;
        }

        if (pipeline.Time.GetElapsedTime(since) >= pipeline.Options.UnknownAfter)
            GiveUp(more);
        return false;
    }

    /// <summary>
    /// Tells the callers that nobody knows, fails what waits, refuses newcomers. Batches committed meanwhile share the fate;
    /// confirming the newest will confirm them all.
    /// </summary>
    public void GiveUp(Func<Batch?> more)
    {
        pipeline.GiveUp(current!);
        pipeline.Suspend();
        while (more() is { } next)
        {
            pipeline.GiveUp(next);
            mark = next.Mark;
        }
    }
}
