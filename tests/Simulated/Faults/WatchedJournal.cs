using System.Runtime.InteropServices;
using Pos.Journal;
using Pos.Tests.Simulated.Journal;

namespace Pos.Tests.Simulated;

/// <summary>
/// The real journal as one silo sees it: tells the simulator what is under way, and may be full, late with wake-ups, or without
/// snapshots. Appends, sessions and poisoning are the product's.
/// </summary>
internal sealed class WatchedJournal(World world, SimulatedJournal inner, string silo) : IJournal
{
    private const int AnotherRelease = -7;

    /// <summary>Activations of this silo, for faults that strike right behind an append.</summary>
    public Activations? Activations { get; set; }

    public long Head => inner.Head;

    public async ValueTask<JournalSession> Open(StreamName stream, IStreamFold fold, CancellationToken cancellationToken)
    {
        if (world.Disk.Tables.SnapshotOf(stream) is not null)
        {
            var hit = world.UnderWay.Now;
            if (world.Plan.Strikes(Fault.SnapshotMissing, hit))
            {
                world.Disk.LoseSnapshot(stream);
            }
            else if (world.IgnoreSnapshots || world.Plan.Strikes(Fault.SnapshotOld, hit))
            {
                fold = new OtherRelease(fold);
            }
            else
            {
                world.SnapshotsRead++;
            }
        }

        world.Costs.Opened(stream);
        var session = await inner.Open(stream, fold, cancellationToken);
        world.Timeline.Say($"{silo} opens {stream} at version {session.Version}");
        return new WatchedSession(this, world, session, silo);
    }

    public JournalSession Begin(StreamName stream)
    {
        world.Timeline.Say($"{silo} begins {stream} unread");
        return new WatchedSession(this, world, inner.Begin(stream), silo);
    }

    public IAsyncEnumerable<RecordedEvent> ReadStream(StreamName stream, long afterVersion, int limit, CancellationToken cancellationToken)
    {
        world.LastLooks.Look(silo, stream.Value);
        return inner.ReadStream(stream, afterVersion, limit, cancellationToken);
    }

    public IAsyncEnumerable<RecordedEvent> ReadAll(long afterPosition, CancellationToken cancellationToken) =>
        inner.ReadAll(afterPosition, cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadAll(
        long afterPosition, IReadOnlyCollection<string> categories, CancellationToken cancellationToken) =>
        inner.ReadAll(afterPosition, categories, cancellationToken);

    public IAsyncEnumerable<RecordedEvent> ReadStreams(string category, CancellationToken cancellationToken) =>
        inner.ReadStreams(category, cancellationToken);

    public Task WaitBeyond(long position, CancellationToken cancellationToken) => inner.WaitBeyond(position, cancellationToken);

    public ValueTask<IReadOnlyList<WakeUpLease>> ListWakeUps(string category, string store, string afterKey, int limit, CancellationToken cancellationToken) =>
        inner.ListWakeUps(category, store, afterKey, limit, cancellationToken);

    public ValueTask<IReadOnlyList<StreamListing>> ListStreams(
        string store, string category, long afterPosition, int limit, CancellationToken cancellationToken) =>
        inner.ListStreams(store, category, afterPosition, limit, cancellationToken);

    public async ValueTask<IReadOnlyList<WakeUpLease>> ClaimWakeUps(string owner, TimeSpan lease, int limit, CancellationToken cancellationToken)
    {
        var delivered = new List<WakeUpLease>();
        foreach (var claimed in await inner.ClaimWakeUps(owner, lease, limit, cancellationToken))
        {
            // A dispatcher that stumbles is late for everybody.
            var hit = world.UnderWay.Now;
            if (world.Plan.Strikes(Fault.WakeUpLate, hit))
            {
                continue;
            }

            delivered.Add(claimed);
            if (world.Plan.Strikes(Fault.WakeUpDoubled, hit))
            {
                delivered.Add(claimed);
            }
        }

        return delivered;
    }

    public async ValueTask CompleteWakeUp(WakeUpLease claimed, DateTimeOffset? next, CancellationToken cancellationToken)
    {
        await inner.CompleteWakeUp(claimed, next, cancellationToken);
        world.Book.Touch(claimed.Stream.Value);
    }

    public async ValueTask<int> EndLeases(string owner, CancellationToken cancellationToken) => await inner.EndLeases(owner, cancellationToken);

    private sealed class OtherRelease(IStreamFold inner) : IStreamFold
    {
        public int StateVersion => AnotherRelease;

        public void Restore(ReadOnlyMemory<byte> state, long version) =>
            throw new InvalidOperationException("A snapshot of another release was restored.");

        public void Apply(in RecordedEvent recorded) => inner.Apply(recorded);
    }

    /// <summary>Tells what is appended, and strikes right behind it.</summary>
    private sealed class WatchedSession(WatchedJournal journal, World world, JournalSession inner, string silo) : JournalSession
    {
        public override StreamName Stream => inner.Stream;

        public override long Version => inner.Version;

        public override long DurableVersion => inner.DurableVersion;

        public override bool IsPoisoned => inner.IsPoisoned;

        public override Task<AppendResult> Pending => inner.Pending;

        public override bool TryAppend(
            ReadOnlySpan<NewEvent> events, EventContext context, WakeUpChange wakeUp, out Task<AppendResult> result)
        {
            var steps = SagaSteps.None;
            foreach (var e in events)
            {
                steps |= StepsUnderWay.Of(e.Type, context.Actor);
            }

            result = Task.FromResult(AppendResult.Failed);
            if (!inner.IsPoisoned && world.Plan.Strikes(Fault.JournalFull, steps))
            {
                return false;
            }

            if (!inner.TryAppend(events, context, wakeUp, out result))
            {
                if (world.Plan.IsOn)
                {
                    world.Plan.Cover(Fault.JournalFull, steps);
                }

                return false;
            }

            world.Machine.Note(MemoryMarshal.AsBytes(Stream.Value.AsSpan()));
            if (world.Timeline.IsOn)
            {
                var types = string.Join(", ", events.ToArray().Select(e => e.Type));
                world.Timeline.Say($"{silo} {Stream} decides {types} as version {inner.Version} ({context.Causation})");
            }

            world.LastLooks.Decide(context.Causation, inner.Version);
            world.Appends.Begin(Stream.Value, inner.Version, steps, result);
            if (events[^1].Type == "stock.expired")
            {
                world.Plan.OnExpiring();
            }

            journal.Activations?.MayGo(Stream.Value);
            return true;
        }

        public override void SaveSnapshot(Func<ReadOnlyMemory<byte>> state, int stateVersion, long version)
        {
            world.SnapshotsSaved++;
            inner.SaveSnapshot(state, stateVersion, version);
        }
    }
}
