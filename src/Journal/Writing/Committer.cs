namespace Pos.Journal.Writing;

/// <summary>The committing half of a writer: one batch at a time, looked up for as long as its outcome is unknown.</summary>
internal sealed class Committer(JournalWriter pipeline)
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
