namespace Pos.Journal.Writing;

/// <summary>
/// Drives the pipeline with threads: one commits, another confirms the batch before it and tells its callers, so that the two flushes of
/// neighbouring batches overlap; a third does what nobody waits for.
/// </summary>
internal sealed class WriterThreads : IDisposable
{
    // Of snapshots when the journal closes: what is not saved then costs time at the next activation.
    private static readonly TimeSpan SnapshotsMax = TimeSpan.FromSeconds(5);

    private readonly JournalWriter pipeline;
    private readonly Handoff committed = new();
    private readonly ManualResetEventSlim pause = new(false);
    private readonly Thread writer;
    private readonly Thread confirmer;
    private readonly SnapshotThread aside;
    private volatile bool closing;

    public WriterThreads(JournalWriter pipeline, string name)
    {
        this.pipeline = pipeline;
        writer = new Thread(Write) { IsBackground = true, Name = $"{name} writer" };
        confirmer = new Thread(Confirm) { IsBackground = true, Name = $"{name} confirmer" };
        aside = new SnapshotThread($"{name} snapshots", SnapshotsMax);
        pipeline.Aside = aside.Put;
        writer.Start();
        confirmer.Start();
    }

    /// <summary>Stops admission, writes what is queued, ends both threads. A store that keeps failing bounds it.</summary>
    public void Dispose()
    {
        aside.Dispose();
        pipeline.Queue.Close();
        closing = true;
        writer.Join();
        confirmer.Join();
        pause.Dispose();
    }

    private void Write()
    {
        var lane = new Committer(pipeline);
        while (pipeline.Queue.WaitAndTake() is { } batch)
        {
            var done = lane.Start(batch);
            while (lane.IsUncertain)
            {
                done = lane.Retry();
                if (lane.IsUncertain)
                    Pause();
            }

            if (done is not null)
                committed.Put(done);
            pipeline.Maintain();
        }

        committed.Close();
    }

    private void Confirm()
    {
        var lane = new Confirmer(pipeline);
        while (committed.Take() is { } batch)
        {
            lane.Start(batch);
            // Closing over a store that keeps failing ends here: its callers were told, and the next start confirms what is there.
            while (!lane.Try(committed.TryTake) && !(closing && lane.HasGivenUp))
                Pause();
        }
    }

    private void Pause() => pause.Wait(pipeline.Options.RetryEvery);

    /// <summary>Room for one batch between the threads, so that the writer runs at most one commit ahead.</summary>
    private sealed class Handoff
    {
        private readonly object gate = new();
        private Batch? slot;
        private bool closed;

        public void Put(Batch batch)
        {
            lock (gate)
            {
                while (slot is not null)
                    Monitor.Wait(gate);
                slot = batch;
                Monitor.PulseAll(gate);
            }
        }

        public Batch? Take()
        {
            lock (gate)
            {
                while (slot is null && !closed)
                    Monitor.Wait(gate);
                return Empty();
            }
        }

        public Batch? TryTake()
        {
            lock (gate)
            {
                return Empty();
            }
        }

        public void Close()
        {
            lock (gate)
            {
                closed = true;
                Monitor.PulseAll(gate);
            }
        }

        private Batch? Empty()
        {
            var batch = slot;
            slot = null;
            if (batch is not null)
                Monitor.PulseAll(gate);
            return batch;
        }
    }
}
