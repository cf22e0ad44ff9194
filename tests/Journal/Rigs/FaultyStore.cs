using Pos.Journal;
using Pos.Journal.Writing;
using Pos.Tests.Simulated.Journal;

namespace Pos.Tests.Rigs;

/// <summary>
/// Puts faults between the writer and a real store. A crash copies the files as they are at that moment, which is what another process
/// finds after a kill; the journal that "died" then fails at everything.
/// </summary>
internal sealed class FaultyStore(IJournalStore inner, ISimulatedFaults faults, ManualResetEventSlim open, Action<bool> copyFiles, Action tearHead)
    : IJournalStore
{
    private volatile bool _dead;

    /// <summary>What a crash in the middle of a flush does to a commit: by default it is made, and the files are torn when they are copied.</summary>
    public Action<Batch> Torn { get; init; } = batch => inner.Commit(batch);

    public JournalMark Opened => inner.Opened;

    public IJournalReads Reads { get; } = new FaultyReads(inner.Reads, faults);

    public CommitOutcome Commit(Batch batch)
    {
        open.Wait();
        if (_dead)
        {
            return NothingStored(batch);
        }

        switch (faults.At(SimulatedPoint.Write))
        {
            case SimulatedFault.Fail or SimulatedFault.Full:
                return NothingStored(batch);
            case not SimulatedFault.None:
                return Die(batch, () => copyFiles(false));
        }

        switch (faults.At(SimulatedPoint.Sync))
        {
            case SimulatedFault.Fail or SimulatedFault.Full:
                return PretendStored(batch);
            case SimulatedFault.CrashLosing:
                return Die(batch, () => copyFiles(false));
            case SimulatedFault.CrashTearing:
                Torn(batch);
                return Die(batch, () => copyFiles(true));
            case SimulatedFault.CrashKeeping:
                inner.Commit(batch);
                return Die(batch, () => copyFiles(false));
        }

        var outcome = inner.Commit(batch);
        return faults.At(SimulatedPoint.Reply) switch
        {
            SimulatedFault.None => outcome,
            SimulatedFault.Fail or SimulatedFault.Full => CommitOutcome.Unknown,
            _ => Die(batch, () => copyFiles(false)),
        };
    }

    public void LookUp(Batch batch)
    {
        if (_dead || faults.At(SimulatedPoint.LookUp) != SimulatedFault.None)
        {
            throw new JournalUnavailableException("planned");
        }

        inner.LookUp(batch);
    }

    public void Confirm(JournalMark mark)
    {
        if (_dead)
        {
            throw new JournalUnavailableException("dead");
        }

        switch (faults.At(SimulatedPoint.Head))
        {
            case SimulatedFault.None:
                break;
            case SimulatedFault.Fail or SimulatedFault.Full:
                throw new JournalUnavailableException("planned");
            case SimulatedFault.CrashKeeping:
                inner.Confirm(mark);
                DieInConfirm(() => copyFiles(false));
                break;
            case SimulatedFault.CrashTearing:
                DieInConfirm(() =>
                {
                    copyFiles(false);
                    tearHead();
                });
                break;
            default:
                DieInConfirm(() => copyFiles(false));
                break;
        }

        inner.Confirm(mark);
        if (faults.At(SimulatedPoint.Acknowledge) != SimulatedFault.None)
        {
            DieInConfirm(() => copyFiles(false));
        }
    }

    public void Maintain() => inner.Maintain();

    public bool TrySaveSnapshot(SnapshotWrite snapshot) => inner.TrySaveSnapshot(snapshot);

    public void Dispose() => inner.Dispose();

    private CommitOutcome Die(Batch batch, Action leave)
    {
        _dead = true;
        leave();
        return NothingStored(batch);
    }

    private void DieInConfirm(Action leave)
    {
        _dead = true;
        leave();
        throw new JournalUnavailableException("dead");
    }

    private static CommitOutcome NothingStored(Batch batch)
    {
        batch.Failure = new IOException("planned");
        return CommitOutcome.NothingStored;
    }

    private static CommitOutcome PretendStored(Batch batch)
    {
        batch.Failure = new IOException("planned");
        foreach (var operation in batch.Operations)
        {
            if (operation is not Append append || append.MayBeWritten())
            {
                operation.Ends = AppendResult.Durable;
            }
        }

        return CommitOutcome.Unknown;
    }
}

/// <summary>The reads of a real store, with faults.</summary>
internal sealed class FaultyReads(IJournalReads inner, ISimulatedFaults faults) : IJournalReads
{
    public ValueTask<SnapshotRecord?> ReadSnapshot(StreamName stream, CancellationToken cancellationToken) =>
        inner.ReadSnapshot(stream, cancellationToken);

    public ValueTask<long> ReadStream(
        StreamName stream, long afterVersion, int limit, List<RecordedEvent> page, CancellationToken cancellationToken)
    {
        if (faults.At(SimulatedPoint.Read) != SimulatedFault.None)
        {
            throw new JournalUnavailableException("planned");
        }

        return inner.ReadStream(stream, afterVersion, limit, page, cancellationToken);
    }

    public ValueTask ReadAll(
        long afterPosition, long upToPosition, string? categories, int limit, List<RecordedEvent> page, CancellationToken cancellationToken) =>
        inner.ReadAll(afterPosition, upToPosition, categories, limit, page, cancellationToken);

    public ValueTask ReadStreams(
        string category, string afterStream, long afterVersion, long upToPosition, int limit, List<RecordedEvent> page,
        CancellationToken cancellationToken) =>
        inner.ReadStreams(category, afterStream, afterVersion, upToPosition, limit, page, cancellationToken);

    public ValueTask<IReadOnlyList<WakeUpLease>> ListWakeUps(string category, string store, string afterKey, int limit, CancellationToken cancellationToken) =>
        inner.ListWakeUps(category, store, afterKey, limit, cancellationToken);

    public ValueTask<IReadOnlyList<StreamListing>> ListStreams(
        string store, string category, long afterPosition, long upToPosition, int limit, CancellationToken cancellationToken) =>
        inner.ListStreams(store, category, afterPosition, upToPosition, limit, cancellationToken);
}
