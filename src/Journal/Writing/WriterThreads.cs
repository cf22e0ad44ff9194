namespace Pos.Journal.Writing;

/// <summary>
/// Drives a writer with threads. One thread commits a batch while another confirms the batch before it, so that the two flushes overlap. A
/// third thread saves snapshots, for which nobody waits.
/// </summary>
internal sealed class WriterThreads : IDisposable
{
    // For snapshots that wait when the journal closes. A snapshot that is not saved costs time at the next activation.
    private static readonly TimeSpan SnapshotsMax = TimeSpan.FromSeconds(5);

    private readonly JournalWriter writer;
    private readonly Handoff committed = new();
    private readonly ManualResetEventSlim pause = new(false);
    private readonly Thread committing;
    private readonly Thread confirming;
    private readonly SnapshotThread snapshots;
    private volatile bool closing;

    public WriterThreads(JournalWriter writer)
    {
        this.writer = writer;
        committing = new Thread(Commit) { IsBackground = true, Name = "journal committer" };
        confirming = new Thread(Confirm) { IsBackground = true, Name = "journal confirmer" };
        snapshots = new SnapshotThread("journal snapshots", SnapshotsMax);
        writer.Aside = snapshots.Put;
        committing.Start();
        confirming.Start();
    }

    /// <summary>Takes no more operations, writes the queued ones, and ends the threads. A store that keeps failing delays the end by a bounded time.</summary>
    public void Dispose()
    {
        snapshots.Dispose();
        writer.Queue.Close();
        closing = true;
        committing.Join();
        confirming.Join();
        pause.Dispose();
    }

    private void Commit()
    {
        while (writer.Queue.WaitAndTake() is { } batch)
        {
            var done = writer.Committer.Commit(batch);
            while (writer.Committer.IsUncertain)
            {
                done = writer.Committer.LookUp();
                if (writer.Committer.IsUncertain)
                    Pause();
            }

            if (done is not null)
                committed.Put(done);
            writer.Committer.Maintain();
        }

        committed.Close();
    }

    private void Confirm()
    {
        while (committed.Take() is { } batch)
        {
            writer.Confirmer.Start(batch);
            // A journal that closes over a failing store stops here: the callers were told, and the next start confirms the stored events.
            while (!writer.Confirmer.Try(committed.TryTake) && !(closing && writer.Confirmer.HasGivenUp))
                Pause();
        }
    }

    private void Pause() => pause.Wait(writer.Options.RetryEvery);

    /// <summary>Room for one batch between the threads, so that the committer runs at most one batch ahead.</summary>
    /// <remarks>The library's BlockingCollection spins before it blocks: a lone appender took half as much processor time again.</remarks>
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
