namespace Pos.Journal.GroupCommit;

/// <summary>
/// Drives the pipeline with two threads: one commits, the other confirms the batch before it and tells its callers, so that the two
/// flushes of neighbouring batches overlap.
/// </summary>
internal sealed class WriterThreads : IDisposable
{
    private readonly GroupCommitPipeline pipeline;
    private readonly Handoff committed = new();
    private readonly ManualResetEventSlim pause = new(false);
    private volatile bool closing;
    private readonly Thread writer;
    private readonly Thread confirmer;

    public WriterThreads(GroupCommitPipeline pipeline, string name)
    {
        this.pipeline = pipeline;
        writer = new Thread(Write) { IsBackground = true, Name = $"{name} writer" };
        confirmer = new Thread(Confirm) { IsBackground = true, Name = $"{name} confirmer" };
        writer.Start();
        confirmer.Start();
    }

    /// <summary>Stops admission, writes what is queued, ends both threads. A store that keeps failing bounds it.</summary>
    public void Dispose()
    {
        pipeline.Queue.Close();
        closing = true;
        writer.Join();
        confirmer.Join();
        committed.Dispose();
        pause.Dispose();
    }

    private void Write()
    {
        while (pipeline.Queue.WaitAndTake() is { } batch)
        {
            var outcome = pipeline.Commit(batch);
            if (outcome == CommitOutcome.Unknown && LookUp(batch))
                outcome = CommitOutcome.Committed;
            if (outcome == CommitOutcome.Committed)
                committed.Put(batch);
            pipeline.Maintain();
        }

        committed.Close();
    }

    private bool LookUp(Batch batch)
    {
        var since = pipeline.Time.GetTimestamp();
        while (!pipeline.TryLookUp(batch))
        {
            if (pipeline.Time.GetElapsedTime(since) >= pipeline.Options.UnknownAfter)
            {
                pipeline.GiveUp(batch);
                return false;
            }

            Pause();
        }

        return true;
    }

    private void Confirm()
    {
        while (committed.Take() is { } batch)
        {
            if (TryConfirmUntilItWorks(batch) && !batch.IsSettled)
                pipeline.Complete(batch);
        }
    }

    /// <summary>False only when the journal closes over a store that keeps failing.</summary>
    private bool TryConfirmUntilItWorks(Batch batch)
    {
        var since = pipeline.Time.GetTimestamp();
        var mark = batch.Mark;
        while (!pipeline.TryConfirm(mark))
        {
            if (pipeline.Time.GetElapsedTime(since) >= pipeline.Options.UnknownAfter)
            {
                pipeline.GiveUp(batch);
                pipeline.Suspend();
                // Batches committed meanwhile share this one's fate; confirming the newest confirms them all.
                while (committed.TryTake() is { } next)
                {
                    pipeline.GiveUp(next);
                    mark = next.Mark;
                }

                if (closing)
                    return false;
            }

            Pause();
        }

        return true;
    }

    private void Pause() => pause.Wait(pipeline.Options.RetryEvery);

    /// <summary>Room for one batch between the threads: the writer runs at most one commit ahead of the confirmer's queue.</summary>
    private sealed class Handoff : IDisposable
    {
        private readonly SemaphoreSlim free = new(1);
        private readonly SemaphoreSlim filled = new(0);
        private volatile Batch? slot;
        private volatile bool closed;

        public void Put(Batch batch)
        {
            free.Wait();
            slot = batch;
            filled.Release();
        }

        public Batch? Take()
        {
            filled.Wait();
            return Empty();
        }

        public Batch? TryTake() => filled.Wait(0) ? Empty() : null;

        public void Close()
        {
            closed = true;
            filled.Release();
        }

        public void Dispose()
        {
            free.Dispose();
            filled.Dispose();
        }

        private Batch? Empty()
        {
            var batch = slot;
            if (batch is null)
            {
                // Only closing fills without a batch; leave the mark for whoever takes next.
                System.Diagnostics.Debug.Assert(closed);
                filled.Release();
                return null;
            }

            slot = null;
            free.Release();
            return batch;
        }
    }
}
