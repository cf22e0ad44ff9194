namespace Pos.Journal.Writing;

/// <summary>
/// Drives a writer with threads. One thread commits a batch while another confirms the batch before it, so that the two flushes overlap. A
/// third thread saves snapshots, for which nobody waits.
/// </summary>
internal sealed class WriterThreads : IDisposable
{
    // For snapshots that wait when the journal closes. A snapshot that is not saved costs time at the next activation.
    private static readonly TimeSpan SnapshotsMax = TimeSpan.FromSeconds(5);

    // Fewer than these at once are no load: their callers rather have their answers at once.
    private const int BusyAppends = 16;

    private readonly JournalWriter _writer;
    private readonly Handoff _committed = new();
    private readonly ManualResetEventSlim _pause = new(false);
    private readonly Thread _committing;
    private readonly Thread _confirming;
    private readonly SnapshotThread _snapshots;
    private volatile bool _closing;

    public WriterThreads(JournalWriter writer)
    {
        _writer = writer;
        _committing = new Thread(Commit) { IsBackground = true, Name = "journal committer" };
        _confirming = new Thread(Confirm) { IsBackground = true, Name = "journal confirmer" };
        _snapshots = new SnapshotThread("journal snapshots", SnapshotsMax);
        writer.Aside = _snapshots.Put;
        _committing.Start();
        _confirming.Start();
    }

    /// <summary>Takes no more operations, writes the queued ones, and ends the threads. A store that keeps failing delays the end by a bounded time.</summary>
    public void Dispose()
    {
        _snapshots.Dispose();
        _writer.Queue.Close();
        _closing = true;
        _committing.Join();
        _confirming.Join();
        _pause.Dispose();
    }

    private void Commit()
    {
        while (_writer.Queue.WaitAndTake() is { } batch)
        {
            var done = _writer.Committer.Commit(batch);
            while (_writer.Committer.IsUncertain)
            {
                done = _writer.Committer.LookUp();
                if (_writer.Committer.IsUncertain)
                {
                    Pause();
                }
            }

            if (done is not null)
            {
                _committed.Put(done);
            }

            _writer.Committer.Maintain();
            if (batch.Operations.Count >= BusyAppends)
            {
                _writer.Queue.Gather(batch.Operations.Count, _writer.Options.LingerMax);
            }
        }

        _committed.Close();
    }

    private void Confirm()
    {
        while (_committed.Take() is { } batch)
        {
            _writer.Confirmer.Start(batch);
            // A journal that closes over a failing store stops here: the callers were told, and the next start confirms the stored events.
            while (!_writer.Confirmer.Try(_committed.TryTake) && !(_closing && _writer.Confirmer.HasGivenUp))
            {
                Pause();
            }
        }
    }

    private void Pause() => _pause.Wait(_writer.Options.RetryEvery);

    /// <summary>Room for one batch between the threads, so that the committer runs at most one batch ahead.</summary>
    /// <remarks>The library's BlockingCollection spins before it blocks: a lone appender took half as much processor time again.</remarks>
    private sealed class Handoff
    {
        private readonly object _gate = new();
        private Batch? _slot;
        private bool _closed;

        public void Put(Batch batch)
        {
            lock (_gate)
            {
                while (_slot is not null)
                {
                    Monitor.Wait(_gate);
                }

                _slot = batch;
                Monitor.PulseAll(_gate);
            }
        }

        public Batch? Take()
        {
            lock (_gate)
            {
                while (_slot is null && !_closed)
                {
                    Monitor.Wait(_gate);
                }

                return Empty();
            }
        }

        public Batch? TryTake()
        {
            lock (_gate)
            {
                return Empty();
            }
        }

        public void Close()
        {
            lock (_gate)
            {
                _closed = true;
                Monitor.PulseAll(_gate);
            }
        }

        private Batch? Empty()
        {
            var batch = _slot;
            _slot = null;
            if (batch is not null)
            {
                Monitor.PulseAll(_gate);
            }

            return batch;
        }
    }
}
