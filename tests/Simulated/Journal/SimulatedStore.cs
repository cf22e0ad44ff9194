using Pos.Journal;
using Pos.Journal.Sqlite;
using Pos.Journal.Writing;

namespace Pos.Tests.Simulated.Journal;

/// <summary>The process died at a point the simulator chose.</summary>
internal sealed class SimulatedCrashException(SimulatedPoint point) : Exception($"The simulated process died at {point}.");

/// <summary>A store over a simulated disk that asks for a fault at each of its steps.</summary>
internal sealed class SimulatedStore : IJournalStore, IJournalReads
{
    public const int SchemaVersion = 1;

    private readonly SimulatedDisk disk;
    private readonly ISimulatedFaults? faults;
    private bool gone;

    public SimulatedStore(SimulatedDisk disk, ISimulatedFaults? faults)
    {
        this.disk = disk;
        this.faults = faults;
        disk.Hold();
        try
        {
            Opened = HeadCheck.Run(
                (after, limit, page) => disk.Tables.ReadAll(after, long.MaxValue, null, limit, page), disk.Tables.Mark, disk.Head,
                rebuild: false, "simulated disk");
            disk.WriteHead(Opened, torn: false);
        }
        catch
        {
            disk.LetGo();
            throw;
        }
    }

    public JournalMark Opened { get; }

    public IJournalReads Reads => this;

    public CommitOutcome Commit(Batch batch)
    {
        lock (disk.Gate)
        {
            var before = Strike(SimulatedPoint.Write);
            if (before != SimulatedFault.None)
                return Fail(batch, before, SimulatedPoint.Write, CommitOutcome.NothingStored);

            disk.Tables.Begin();
            foreach (var operation in batch.Operations)
                Write(operation);
            switch (faults?.At(SimulatedPoint.Sync))
            {
                case SimulatedFault.Fail or SimulatedFault.Full:
                    disk.Tables.RollBack();
                    return Fail(batch, SimulatedFault.Fail, SimulatedPoint.Sync, CommitOutcome.Unknown);
                case SimulatedFault.CrashLosing or SimulatedFault.CrashTearing:
                    disk.Tables.RollBack();
                    throw new SimulatedCrashException(SimulatedPoint.Sync);
                case SimulatedFault.CrashKeeping:
                    throw new SimulatedCrashException(SimulatedPoint.Sync);
            }

            var reply = Strike(SimulatedPoint.Reply);
            if (reply != SimulatedFault.None)
                return Fail(batch, reply, SimulatedPoint.Reply, CommitOutcome.Unknown);
            batch.Mark = disk.Tables.Mark;
            return CommitOutcome.Committed;
        }
    }

    public void LookUp(Batch batch)
    {
        lock (disk.Gate)
        {
            ThrowOnFault(SimulatedPoint.LookUp);
            foreach (var operation in batch.Operations)
            {
                if (operation is not Append { Ends: AppendResult.Durable } append)
                    continue;
                var stored = disk.Tables.HashAt(append.Session.Stream, append.LastVersion);
                append.Ends = stored.IsEmpty ? AppendResult.Failed
                    : stored.Span.SequenceEqual(append.LastHash) ? AppendResult.Durable : AppendResult.Conflict;
            }

            batch.Mark = disk.Tables.Mark;
        }
    }

    public void Confirm(JournalMark mark)
    {
        lock (disk.Gate)
        {
            switch (faults?.At(SimulatedPoint.Head))
            {
                case SimulatedFault.Fail or SimulatedFault.Full:
                    throw new JournalUnavailableException("The simulated head file cannot be written.");
                case SimulatedFault.CrashLosing:
                    throw new SimulatedCrashException(SimulatedPoint.Head);
                case SimulatedFault.CrashTearing:
                    disk.WriteHead(mark, torn: true);
                    throw new SimulatedCrashException(SimulatedPoint.Head);
                case SimulatedFault.CrashKeeping:
                    disk.WriteHead(mark, torn: false);
                    throw new SimulatedCrashException(SimulatedPoint.Head);
            }

            disk.WriteHead(mark, torn: false);
            ThrowOnFault(SimulatedPoint.Acknowledge);
        }
    }

    public void Maintain()
    {
        // Memory needs no housekeeping.
    }

    public ValueTask<SnapshotRecord?> ReadSnapshot(StreamName stream, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Read(tables => tables.SnapshotOf(stream), cancellationToken));

    public ValueTask<long> ReadStream(
        StreamName stream, long afterVersion, int limit, List<RecordedEvent> page, CancellationToken cancellationToken)
    {
        Read(tables =>
        {
            tables.ReadStream(stream, afterVersion, limit, page);
            return true;
        }, cancellationToken);
        return ValueTask.FromResult(0L);
    }

    public ValueTask ReadAll(
        long afterPosition, long upToPosition, string? categories, int limit, List<RecordedEvent> page, CancellationToken cancellationToken)
    {
        Read(tables =>
        {
            tables.ReadAll(afterPosition, upToPosition, categories, limit, page);
            return true;
        }, cancellationToken);
        return ValueTask.CompletedTask;
    }

    public ValueTask ReadStreams(
        string category, string afterStream, long afterVersion, long upToPosition, int limit, List<RecordedEvent> page,
        CancellationToken cancellationToken)
    {
        Read(tables =>
        {
            tables.ReadStreams(category, afterStream, afterVersion, upToPosition, limit, page);
            return true;
        }, cancellationToken);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<WakeUpLease>> ListWakeUps(string category, string store, string afterKey, int limit, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<WakeUpLease>>(Read(tables => tables.ListWakeUps(category, store, afterKey, limit), cancellationToken));

    public ValueTask<IReadOnlyList<StreamListing>> ListStreams(
        string store, string category, long afterPosition, long upToPosition, int limit, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<StreamListing>>(
            Read(
                tables => tables.ListStreams(store, category, afterPosition, upToPosition, limit), cancellationToken));

    public void Dispose()
    {
        lock (disk.Gate)
        {
            if (gone)
                return;
            gone = true;
        }

        disk.LetGo();
    }

    private T Read<T>(Func<SimulatedTables, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (disk.Gate)
        {
            if (gone)
                throw new JournalUnavailableException("The journal is closed.");
            ThrowOnFault(SimulatedPoint.Read);
            return read(disk.Tables);
        }
    }

    /// <summary>None, or a fault that leaves the process alive.</summary>
    private SimulatedFault Strike(SimulatedPoint point)
    {
        var fault = faults?.At(point) ?? SimulatedFault.None;
        return fault is SimulatedFault.None or SimulatedFault.Fail or SimulatedFault.Full ? fault : throw new SimulatedCrashException(point);
    }

    private void ThrowOnFault(SimulatedPoint point)
    {
        if (Strike(point) != SimulatedFault.None)
            throw new JournalUnavailableException($"The simulated disk fails at {point}.");
    }

    private static CommitOutcome Fail(Batch batch, SimulatedFault fault, SimulatedPoint point, CommitOutcome outcome)
    {
        batch.Failure = new IOException(fault == SimulatedFault.Full ? "The simulated disk is full." : $"The simulated disk fails at {point}.");
        return outcome;
    }

    private void Write(WriteOperation operation)
    {
        switch (operation)
        {
            case Append append:
                if (append.MayBeWritten())
                    Write(append);
                return;
            case SnapshotWrite snapshot:
                Write(snapshot);
                break;
            case WakeUpClaim claim:
                Write(claim);
                break;
            case WakeUpCompletion completion:
                if (disk.Tables.WakeUpOf(completion.Claimed.Stream) == completion.Claimed)
                {
                    disk.Tables.SetWakeUp(
                        completion.Claimed.Stream, completion.Next is { } next ? Unleased(completion.Claimed.Stream, next) : null);
                }

                break;
            case WakeUpLeasesEnd ending:
                var leased = disk.Tables.LeasedTo(ending.Owner, ending.DueUntil);
                leased.ForEach(lease => disk.Tables.SetWakeUp(lease.Stream, Unleased(lease.Stream, lease.Due)));
                ending.Ended = leased.Count;
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }

        operation.Ends = AppendResult.Durable;
    }

    private void Write(Append append)
    {
        var stream = append.Session.Stream;
        if (append.FirstVersion <= disk.Tables.VersionOf(stream))
        {
            append.OnConflict();
            return;
        }

        var at = Append.FirstEvent;
        for (var i = 0; i < append.Events; i++)
        {
            var length = EncodedEvent.Measure(append.Encoded[at..]);
            var hash = append.Encoded.Slice(at + length, ChainHash.Size).ToArray();
            disk.Tables.Add(EncodedEvent.Decode(append.Encoded[at..], disk.Tables.Mark.Position + 1, hash));
            at += length + ChainHash.Size;
        }

        if (append.WakeUp.What != WakeUpChange.Kind.Keep)
            disk.Tables.SetWakeUp(stream, append.WakeUp.What == WakeUpChange.Kind.Set ? Unleased(stream, append.WakeUp.Due) : null);
        append.Ends = AppendResult.Durable;
    }

    private void Write(SnapshotWrite snapshot)
    {
        var hash = disk.Tables.HashAt(snapshot.Stream, snapshot.Version);
        var old = disk.Tables.SnapshotOf(snapshot.Stream);
        if (!hash.IsEmpty && (old is not { } saved || saved.StateVersion != snapshot.StateVersion || saved.Version <= snapshot.Version))
        {
            disk.Tables.SaveSnapshot(
                snapshot.Stream, new SnapshotRecord(snapshot.State.ToArray(), snapshot.StateVersion, snapshot.Version, hash));
        }
    }

    private void Write(WakeUpClaim claim)
    {
        claim.Claimed.Clear();
        foreach (var found in disk.Tables.DueAt(claim.Now, claim.Limit))
        {
            var leased = found with { Owner = claim.Owner, LeasedUntil = claim.Until };
            disk.Tables.SetWakeUp(found.Stream, leased);
            claim.Claimed.Add(leased);
        }
    }

    private static WakeUpLease Unleased(StreamName stream, DateTimeOffset due) => new(stream, due.ToUniversalTime(), "", DateTimeOffset.MinValue);
}
