using Pos.Journal;
using Pos.Journal.Writing;

namespace Pos.Tests.Simulated.Journal;

/// <summary>The tables of the journal in memory, with one transaction at a time that can be taken back.</summary>
internal sealed class SimulatedTables
{
    private readonly List<RecordedEvent> events = [];
    private readonly Dictionary<StreamName, List<int>> streams = [];
    private readonly Dictionary<string, List<int>> began = new(StringComparer.Ordinal);
    private readonly Dictionary<StreamName, SnapshotRecord> snapshots = [];
    private readonly Dictionary<StreamName, WakeUpLease> wakeUps = [];
    private readonly SortedSet<(long Due, string Stream)> due = new(
        Comparer<(long Due, string Stream)>.Create(static (a, b) =>
            a.Due != b.Due ? a.Due.CompareTo(b.Due) : string.CompareOrdinal(a.Stream, b.Stream)));

    private readonly Stack<Action> undo = new();
    private byte[] running = new byte[ChainHash.Size];

    public int Count => events.Count;

    public JournalMark Mark => new(events.Count, running.ToArray());

    public void Begin() => undo.Clear();

    public void RollBack()
    {
        while (undo.TryPop(out var back))
            back();
    }

    public long VersionOf(StreamName stream) => streams.TryGetValue(stream, out var own) ? own.Count : 0;

    public ReadOnlyMemory<byte> HashAt(StreamName stream, long version) =>
        version <= VersionOf(stream) ? events[streams[stream][(int)version - 1]].Hash : default;

    public void Add(in RecordedEvent recorded)
    {
        var (stream, store) = (recorded.Stream, recorded.Context.Store);
        var before = running.ToArray();
        if (!streams.TryGetValue(stream, out var own))
            streams[stream] = own = [];
        own.Add(events.Count);
        if (recorded.Version == 1)
        {
            if (!began.TryGetValue(store, out var list))
                began[store] = list = [];
            list.Add(events.Count);
        }

        var first = recorded.Version == 1;
        events.Add(recorded);
        RunningHash.Advance(running, recorded.Hash.Span);
        undo.Push(() => RemoveLast(stream, store, first, before));
    }

    public void SetWakeUp(StreamName stream, WakeUpLease? wakeUp)
    {
        WakeUpLease? before = wakeUps.TryGetValue(stream, out var found) ? found : null;
        Put(stream, wakeUp);
        undo.Push(() => Put(stream, before));
    }

    public WakeUpLease? WakeUpOf(StreamName stream) => wakeUps.TryGetValue(stream, out var found) ? found : null;

    public List<WakeUpLease> DueAt(DateTimeOffset now, int limit)
    {
        var found = new List<WakeUpLease>();
        foreach (var (at, stream) in due)
        {
            if (at > now.UtcTicks || found.Count == limit)
                break;
            var wakeUp = wakeUps[StreamName.Parse(stream)];
            if (wakeUp.LeasedUntil <= now)
                found.Add(wakeUp);
        }

        return found;
    }

    public List<WakeUpLease> LeasedTo(string owner, DateTimeOffset dueUntil) =>
    [
        .. due.TakeWhile(wakeUp => wakeUp.Due <= dueUntil.UtcTicks).Select(wakeUp => wakeUps[StreamName.Parse(wakeUp.Stream)])
            .Where(wakeUp => wakeUp.Owner == owner),
    ];

    public void SaveSnapshot(StreamName stream, SnapshotRecord snapshot)
    {
        SnapshotRecord? before = SnapshotOf(stream);
        snapshots[stream] = snapshot;
        undo.Push(() =>
        {
            if (before is { } old)
                snapshots[stream] = old;
            else
                snapshots.Remove(stream);
        });
    }

    public SnapshotRecord? SnapshotOf(StreamName stream) => snapshots.TryGetValue(stream, out var found) ? found : null;

    public void LoseSnapshot(StreamName stream) => snapshots.Remove(stream);

    public void ReadStream(StreamName stream, long afterVersion, int limit, List<RecordedEvent> page)
    {
        if (!streams.TryGetValue(stream, out var own))
            return;
        for (var i = (int)Math.Max(0, afterVersion); i < own.Count && limit > 0; i++, limit--)
            page.Add(events[own[i]]);
    }

    public void ReadAll(long afterPosition, long upToPosition, string? categories, int limit, List<RecordedEvent> page)
    {
        for (var i = (int)afterPosition; i < Math.Min(events.Count, upToPosition) && limit > 0; i++)
        {
            if (categories is null || categories.Contains($"/{events[i].Stream.Category}/", StringComparison.Ordinal))
            {
                page.Add(events[i]);
                limit--;
            }
        }
    }

    public void ReadStreams(
        string category, string afterStream, long afterVersion, long upToPosition, int limit, List<RecordedEvent> page)
    {
        var wanted = streams.Where(own => own.Key.Category == category && string.CompareOrdinal(own.Key.Value, afterStream) >= 0)
            .OrderBy(own => own.Key.Value, StringComparer.Ordinal);
        foreach (var (stream, own) in wanted)
        {
            for (var i = stream.Value == afterStream ? (int)afterVersion : 0; i < own.Count && own[i] < upToPosition; i++)
            {
                if (page.Count == limit)
                    return;
                page.Add(events[own[i]]);
            }
        }
    }

    public List<WakeUpLease> ListWakeUps(string category, string store, string afterKey, int limit) =>
    [
        .. wakeUps.Values.Where(wakeUp => wakeUp.Stream.Category == category && string.CompareOrdinal(wakeUp.Stream.Key, afterKey) > 0)
            .Where(wakeUp => store.Length == 0 || events[streams[wakeUp.Stream][0]].Context.Store == store)
            .OrderBy(wakeUp => wakeUp.Stream.Value, StringComparer.Ordinal).Take(limit),
    ];

    public List<StreamListing> ListStreams(string store, string category, long afterPosition, long upToPosition, int limit)
    {
        var found = new List<StreamListing>();
        foreach (var index in began.TryGetValue(store, out var list) ? list : [])
        {
            var (stream, position) = (events[index].Stream, events[index].Position);
            if (position > afterPosition && position <= upToPosition && found.Count < limit && stream.Category == category)
                found.Add(new StreamListing(stream, position));
        }

        return found;
    }

    public void LoseTail(int count)
    {
        for (; count > 0 && events.Count > 0; count--)
        {
            var last = events[^1];
            RemoveLast(last.Stream, last.Context.Store, last.Version == 1, running);
        }

        running = new byte[ChainHash.Size];
        foreach (var recorded in events)
            RunningHash.Advance(running, recorded.Hash.Span);
    }

    public void FlipBit(long position)
    {
        var rotten = events[(int)position - 1];
        var payload = rotten.Payload.ToArray();
        payload[0] ^= 1;
        events[(int)position - 1] = rotten with { Payload = payload };
    }

    private void RemoveLast(StreamName stream, string store, bool first, byte[] before)
    {
        events.RemoveAt(events.Count - 1);
        streams[stream].RemoveAt(streams[stream].Count - 1);
        if (first)
            began[store].RemoveAt(began[store].Count - 1);
        running = before;
    }

    private void Put(StreamName stream, WakeUpLease? wakeUp)
    {
        if (wakeUps.Remove(stream, out var old))
            due.Remove((old.Due.UtcTicks, stream.Value));
        if (wakeUp is { } set)
        {
            wakeUps[stream] = set;
            due.Add((set.Due.UtcTicks, stream.Value));
        }
    }
}
