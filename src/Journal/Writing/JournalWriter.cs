using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Pos.Journal.Writing;

/// <summary>
/// The writer's steps: take, commit, look up, confirm, settle. Who calls them, and when, is the driver's business: two threads for a
/// real store, the simulator for a simulated one.
/// </summary>
internal sealed partial class JournalWriter : IDisposable
{
    private readonly IJournalStore store;
    private readonly ILogger logger;
    private readonly Lock durableGate = new();
    private List<(long Position, TaskCompletionSource Reached)> durableWaiters = [];
    private long durablePosition;

    public JournalWriter(
        IJournalStore store, JournalOptions options, TimeProvider time, JournalInstruments instruments, ILogger logger, bool asynchronous)
    {
        this.store = store;
        this.logger = logger;
        Options = options;
        Time = time;
        Instruments = instruments;
        Asynchronous = asynchronous;
        Queue = new WriteQueue(options);
        durablePosition = store.Opened.Position;
        instruments.Watch(Queue);
    }

    public WriteQueue Queue { get; }

    public JournalOptions Options { get; }

    public TimeProvider Time { get; }

    public JournalInstruments Instruments { get; }

    /// <summary>Whether continuations of those who wait run on the thread pool instead of inside the step that settles them.</summary>
    public bool Asynchronous { get; }

    /// <summary>Called after something entered the queue. A driver without threads hangs itself in here.</summary>
    public Action OnEntered { get; set; } = static () => { };

    /// <summary>Runs work that nobody waits for. A driver with threads has one for it, so that no decision waits either.</summary>
    public Action<Action> Aside { get; set; } = static work => work();

    /// <summary>Off only in the benchmark that shows what hashing costs.</summary>
    public bool Hashing { get; set; } = true;

    public long DurablePosition => Volatile.Read(ref durablePosition);

    public void Hash(ReadOnlySpan<byte> encoded, Span<byte> hash)
    {
        if (Hashing)
            SHA256.HashData(encoded, hash);
        else
            hash.Clear();
    }

    public AppendAdmission RefuseFull()
    {
        Instruments.OnRefused();
        return AppendAdmission.QueueFull;
    }

    /// <summary>Commits. A batch that was rolled back is settled at once; the others go on to confirm or look up.</summary>
    public CommitOutcome Commit(Batch batch)
    {
        batch.TakenAt = Time.GetTimestamp();
        var outcome = store.Commit(batch);
        if (outcome == CommitOutcome.NothingStored)
        {
            LogRolledBack(logger, batch.Operations.Count, batch.Failure);
            Instruments.OnFailure("rolled-back");
            Fail(batch, Fate.Failed);
        }
        else if (outcome == CommitOutcome.Unknown)
        {
            LogUnknown(logger, batch.Operations.Count, batch.Failure);
            Instruments.OnFailure("unknown");
        }

        return outcome;
    }

    /// <summary>Asks once for the fate of a batch of unknown outcome. True when it is known; what was not stored is settled then.</summary>
    public bool TryLookUp(Batch batch)
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
                operation.Fate = Fate.Failed;
            else if (append.Fate is Fate.Conflict or Fate.Failed)
                Lost(append);
        }

        return true;
    }

    /// <summary>Tries once to confirm a mark. True when everything up to it is durable.</summary>
    public bool TryConfirm(JournalMark mark)
    {
        try
        {
            store.Confirm(mark);
        }
        catch (JournalUnavailableException unavailable)
        {
            LogNotConfirmed(logger, mark.Position, unavailable);
            Instruments.OnFailure("not-confirmed");
            return false;
        }

        Queue.Resume();
        // Whoever hears of another silo's commits confirms beside the confirmer.
        lock (durableGate)
        {
            Volatile.Write(ref durablePosition, Math.Max(mark.Position, durablePosition));
        }

        ReleaseDurableWaiters();
        return true;
    }

    /// <summary>Tells everyone in a confirmed batch.</summary>
    public void Complete(Batch batch)
    {
        Settle(batch);
        Instruments.OnBatchCommitted(batch.Events, batch.Bytes, Time.GetElapsedTime(batch.TakenAt));
    }

    /// <summary>Nobody could be asked in time, or the flush kept failing: what may be stored ends unknown.</summary>
    public void GiveUp(Batch batch)
    {
        if (batch.IsSettled)
            return;
        LogGivenUp(logger, batch.Operations.Count, batch.Failure);
        Instruments.OnFailure("given-up");
        Fail(batch, Fate.Unknown);
    }

    /// <summary>Fails what waits, and refuses newcomers until something is confirmed again.</summary>
    public void Suspend()
    {
        foreach (var operation in Queue.Suspend())
        {
            operation.Fate = operation is Append append && append.Session.IsPoisonedBefore(append.FirstVersion) ? Fate.Poisoned : Fate.Failed;
            operation.Settle(null);
        }
    }

    /// <summary>Housekeeping of the store, on the writer's turn.</summary>
    public void Maintain()
    {
        try
        {
            store.Maintain();
        }
        catch (JournalUnavailableException unavailable)
        {
            LogNotMaintained(logger, unavailable);
            Instruments.OnFailure("maintenance");
        }
    }

    /// <summary>Writes a state out and saves it.</summary>
    public void SaveSnapshot(StreamName stream, Func<ReadOnlyMemory<byte>> state, int stateVersion, long version)
    {
        try
        {
            var snapshot = new SnapshotWrite(stream, state(), stateVersion, version);
            if (!store.TrySaveSnapshot(snapshot) && Queue.Enter(snapshot) == Entry.Taken)
                OnEntered();
        }
#pragma warning disable CA1031 // A snapshot only saves time: whatever is wrong with one ends nothing else.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            LogSnapshotNotSaved(logger, stream.Value, failed);
        }
    }

    /// <summary>Ends when a position is durable.</summary>
    /// <exception cref="JournalUnavailableException">It did not become so within the bound.</exception>
    public async ValueTask WaitDurable(long position, CancellationToken cancellationToken)
    {
        var reached = Reached(position);
        if (reached.IsCompleted)
            return;
        try
        {
            await reached.WaitAsync(Options.UnknownAfter, Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new JournalUnavailableException($"Position {position} is written but not yet durable.");
        }
    }

    /// <summary>Ends when a position is durable, however long that takes.</summary>
    public Task Reached(long position)
    {
        lock (durableGate)
        {
            if (position <= DurablePosition)
                return Task.CompletedTask;
            // Whoever asks again for what another one waits for shares its wait, so that those who gave up leave nothing behind.
            foreach (var waiter in durableWaiters)
            {
                if (waiter.Position == position)
                    return waiter.Reached.Task;
            }

            var reached = new TaskCompletionSource(Asynchronous ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);
            durableWaiters.Add((position, reached));
            return reached.Task;
        }
    }

    public void Dispose()
    {
        Instruments.Unwatch(Queue);
        Queue.Dispose();
        store.Dispose();
    }

    private void Fail(Batch batch, Fate fate)
    {
        foreach (var operation in batch.Operations)
        {
            // A conflict inside a transaction that was rolled back may have been with something that is gone as well.
            if (operation.Fate is Fate.Stored or Fate.Open || (operation.Fate is Fate.Conflict && fate == Fate.Failed))
                operation.Fate = fate;
            if (operation is Append append)
                Lost(append);
        }

        Settle(batch);
    }

    private static void Lost(Append append)
    {
        if (append.Fate == Fate.Failed && append.Session.IsPoisonedBefore(append.FirstVersion))
            append.Fate = Fate.Poisoned;
        append.Session.Poison(append.FirstVersion);
    }

    private void Settle(Batch batch)
    {
        batch.IsSettled = true;
        var poisoned = false;
        foreach (var operation in batch.Operations)
        {
            operation.Settle(batch.Failure);
            poisoned |= operation is Append && operation.Fate != Fate.Stored;
        }

        if (!poisoned)
            return;
        foreach (var append in Queue.RemovePoisoned())
        {
            append.Fate = Fate.Poisoned;
            append.Settle(null);
        }
    }

    private void ReleaseDurableWaiters()
    {
        List<TaskCompletionSource>? reached = null;
        lock (durableGate)
        {
            if (durableWaiters.Count == 0)
                return;
            var still = new List<(long, TaskCompletionSource)>();
            foreach (var waiter in durableWaiters)
            {
                if (waiter.Position <= durablePosition)
                    (reached ??= []).Add(waiter.Reached);
                else
                    still.Add(waiter);
            }

            durableWaiters = still;
        }

        reached?.ForEach(static r => r.TrySetResult());
    }
}
