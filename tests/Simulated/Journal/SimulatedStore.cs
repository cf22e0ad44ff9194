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

    private readonly SimulatedDisk _disk;
    private readonly ISimulatedFaults? _faults;
    private bool _gone;

    public SimulatedStore(SimulatedDisk disk, ISimulatedFaults? faults)
    {
        _disk = disk;
        _faults = faults;
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
        lock (_disk.Gate)
        {
            var before = Strike(SimulatedPoint.Write);
            if (before != SimulatedFault.None)
            {
                return Fail(batch, before, SimulatedPoint.Write, CommitOutcome.NothingStored);
            }

            _disk.Tables.Begin();
            foreach (var operation in batch.Operations)
            {
                Write(operation);
            }

            switch (_faults?.At(SimulatedPoint.Sync))
            {
                case SimulatedFault.Fail or SimulatedFault.Full:
                    _disk.Tables.RollBack();
                    return Fail(batch, SimulatedFault.Fail, SimulatedPoint.Sync, CommitOutcome.Unknown);
                case SimulatedFault.CrashLosing or SimulatedFault.CrashTearing:
                    _disk.Tables.RollBack();
                    throw new SimulatedCrashException(SimulatedPoint.Sync);
                case SimulatedFault.CrashKeeping:
                    throw new SimulatedCrashException(SimulatedPoint.Sync);
            }

            var reply = Strike(SimulatedPoint.Reply);
            if (reply != SimulatedFault.None)
            {
                return Fail(batch, reply, SimulatedPoint.Reply, CommitOutcome.Unknown);
            }

            batch.Mark = _disk.Tables.Mark;
            return CommitOutcome.Committed;
        }
    }

    public void LookUp(Batch batch)
    {
        lock (_disk.Gate)
        {
            ThrowOnFault(SimulatedPoint.LookUp);
            foreach (var operation in batch.Operations)
            {
                if (operation is not Append { Ends: AppendResult.Durable } append)
                {
                    continue;
                }

                var stored = _disk.Tables.HashAt(append.Session.Stream, append.LastVersion);
                append.Ends = stored.IsEmpty ? AppendResult.Failed
                    : stored.Span.SequenceEqual(append.LastHash) ? AppendResult.Durable : AppendResult.Conflict;
            }

            batch.Mark = _disk.Tables.Mark;
        }
    }

    public void Confirm(JournalMark mark)
    {
        lock (_disk.Gate)
        {
            switch (_faults?.At(SimulatedPoint.Head))
            {
                case SimulatedFault.Fail or SimulatedFault.Full:
                    throw new JournalUnavailableException("The simulated head file cannot be written.");
                case SimulatedFault.CrashLosing:
                    throw new SimulatedCrashException(SimulatedPoint.Head);
                case SimulatedFault.CrashTearing:
                    _disk.WriteHead(mark, torn: true);
                    throw new SimulatedCrashException(SimulatedPoint.Head);
                case SimulatedFault.CrashKeeping:
                    _disk.WriteHead(mark, torn: false);
                    throw new SimulatedCrashException(SimulatedPoint.Head);
            }

            _disk.WriteHead(mark, torn: false);
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
        lock (_disk.Gate)
        {
            if (_gone)
            {
                return;
            }

            _gone = true;
        }

        _disk.LetGo();
    }

    private T Read<T>(Func<SimulatedTables, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_disk.Gate)
        {
            if (_gone)
            {
                throw new JournalUnavailableException("The journal is closed.");
            }

            ThrowOnFault(SimulatedPoint.Read);
            return read(_disk.Tables);
        }
    }

    /// <summary>None, or a fault that leaves the process alive.</summary>
    private SimulatedFault Strike(SimulatedPoint point)
    {
        var fault = _faults?.At(point) ?? SimulatedFault.None;
        return fault is SimulatedFault.None or SimulatedFault.Fail or SimulatedFault.Full ? fault : throw new SimulatedCrashException(point);
    }

    private void ThrowOnFault(SimulatedPoint point)
    {
        if (Strike(point) != SimulatedFault.None)
        {
            throw new JournalUnavailableException($"The simulated disk fails at {point}.");
        }
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
                {
                    Write(append);
                }

                return;
            case SnapshotWrite snapshot:
                Write(snapshot);
                break;
            case WakeUpClaim claim:
                Write(claim);
                break;
            case WakeUpCompletion completion:
                if (_disk.Tables.WakeUpOf(completion.Claimed.Stream) == completion.Claimed)
                {
                    _disk.Tables.SetWakeUp(
                        completion.Claimed.Stream, completion.Next is { } next ? Unleased(completion.Claimed.Stream, next) : null);
                }

                break;
            case WakeUpLeasesEnd ending:
                var leased = _disk.Tables.LeasedTo(ending.Owner, ending.DueUntil);
                leased.ForEach(lease => _disk.Tables.SetWakeUp(lease.Stream, Unleased(lease.Stream, lease.Due)));
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
        if (append.FirstVersion <= _disk.Tables.VersionOf(stream))
        {
            append.OnConflict();
            return;
        }

        var at = Append.FirstEvent;
        for (var i = 0; i < append.Events; i++)
        {
            var length = EncodedEvent.Measure(append.Encoded[at..]);
            var hash = append.Encoded.Slice(at + length, ChainHash.Size).ToArray();
            _disk.Tables.Add(EncodedEvent.Decode(append.Encoded[at..], _disk.Tables.Mark.Position + 1, hash));
            at += length + ChainHash.Size;
        }

        if (append.WakeUp.What != WakeUpChange.Kind.Keep)
        {
            _disk.Tables.SetWakeUp(stream, append.WakeUp.What == WakeUpChange.Kind.Set ? Unleased(stream, append.WakeUp.Due) : null);
        }

        append.Ends = AppendResult.Durable;
    }

    private void Write(SnapshotWrite snapshot)
    {
        var hash = _disk.Tables.HashAt(snapshot.Stream, snapshot.Version);
        var old = _disk.Tables.SnapshotOf(snapshot.Stream);
        if (!hash.IsEmpty && (old is not { } saved || saved.StateVersion != snapshot.StateVersion || saved.Version <= snapshot.Version))
        {
            _disk.Tables.SaveSnapshot(
                snapshot.Stream, new SnapshotRecord(snapshot.State.ToArray(), snapshot.StateVersion, snapshot.Version, hash));
        }
    }

    private void Write(WakeUpClaim claim)
    {
        claim.Claimed.Clear();
        foreach (var found in _disk.Tables.DueAt(claim.Now, claim.Limit))
        {
            var leased = found with { Owner = claim.Owner, LeasedUntil = claim.Until };
            _disk.Tables.SetWakeUp(found.Stream, leased);
            claim.Claimed.Add(leased);
        }
    }

    private static WakeUpLease Unleased(StreamName stream, DateTimeOffset due) => new(stream, due.ToUniversalTime(), "", DateTimeOffset.MinValue);
}
