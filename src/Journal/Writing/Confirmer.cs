namespace Pos.Journal.Writing;

/// <summary>The confirming half: committed batches in their order, until the store takes them.</summary>
internal sealed class Confirmer(JournalWriter pipeline)
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
