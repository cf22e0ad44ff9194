using Pos.Journal;
using Pos.Journal.Writing;

namespace Pos.Tests.Simulated.Journal;

/// <summary>The tables of the journal in memory, with one transaction at a time that can be taken back.</summary>
internal sealed class SimulatedTables
{
    private readonly List<RecordedEvent> _events = [];
    private readonly Dictionary<StreamName, List<int>> _streams = [];
    private readonly Dictionary<string, List<int>> _began = new(StringComparer.Ordinal);
    private readonly Dictionary<StreamName, SnapshotRecord> _snapshots = [];
    private readonly Dictionary<StreamName, WakeUpLease> _wakeUps = [];
    private readonly SortedSet<(long Due, string Stream)> _due = new(
        Comparer<(long Due, string Stream)>.Create(static (a, b) =>
            a.Due != b.Due ? a.Due.CompareTo(b.Due) : string.CompareOrdinal(a.Stream, b.Stream)));

    private readonly Stack<Action> _undo = new();
    private byte[] _running = new byte[ChainHash.Size];

    public int Count => _events.Count;

    public JournalMark Mark => new(_events.Count, _running.ToArray());

    public void Begin() => _undo.Clear();

    public void RollBack()
    {
        while (_undo.TryPop(out var back))
        {
            back();
        }
    }

    public long VersionOf(StreamName stream) => _streams.TryGetValue(stream, out var own) ? own.Count : 0;

    public ReadOnlyMemory<byte> HashAt(StreamName stream, long version) =>
        version <= VersionOf(stream) ? _events[_streams[stream][(int)version - 1]].Hash : default;

    public void Add(in RecordedEvent recorded)
    {
        var (stream, store) = (recorded.Stream, recorded.Context.Store);
        var before = _running.ToArray();
        if (!_streams.TryGetValue(stream, out var own))
        {
            _streams[stream] = own = [];
        }

        own.Add(_events.Count);
        if (recorded.Version == 1)
        {
            if (!_began.TryGetValue(store, out var list))
            {
                _began[store] = list = [];
            }

            list.Add(_events.Count);
        }

        var first = recorded.Version == 1;
        _events.Add(recorded);
        RunningHash.Advance(_running, recorded.Hash.Span);
        _undo.Push(() => RemoveLast(stream, store, first, before));
    }

    public void SetWakeUp(StreamName stream, WakeUpLease? wakeUp)
    {
        WakeUpLease? before = _wakeUps.TryGetValue(stream, out var found) ? found : null;
        Put(stream, wakeUp);
        _undo.Push(() => Put(stream, before));
    }

    public WakeUpLease? WakeUpOf(StreamName stream) => _wakeUps.TryGetValue(stream, out var found) ? found : null;

    public List<WakeUpLease> DueAt(DateTimeOffset now, int limit)
    {
        var found = new List<WakeUpLease>();
        foreach (var (at, stream) in _due)
        {
            if (at > now.UtcTicks || found.Count == limit)
            {
                break;
            }

            var wakeUp = _wakeUps[StreamName.Parse(stream)];
            if (wakeUp.LeasedUntil <= now)
            {
                found.Add(wakeUp);
            }
        }

        return found;
    }

    public List<WakeUpLease> LeasedTo(string owner, DateTimeOffset dueUntil) =>
    [
        .. _due.TakeWhile(wakeUp => wakeUp.Due <= dueUntil.UtcTicks).Select(wakeUp => _wakeUps[StreamName.Parse(wakeUp.Stream)])
            .Where(wakeUp => wakeUp.Owner == owner),
    ];

    public void SaveSnapshot(StreamName stream, SnapshotRecord snapshot)
    {
        SnapshotRecord? before = SnapshotOf(stream);
        _snapshots[stream] = snapshot;
        _undo.Push(() =>
        {
            if (before is { } old)
            {
                _snapshots[stream] = old;
            }
            else
            {
                _snapshots.Remove(stream);
            }
        });
    }

    public SnapshotRecord? SnapshotOf(StreamName stream) => _snapshots.TryGetValue(stream, out var found) ? found : null;

    public void LoseSnapshot(StreamName stream) => _snapshots.Remove(stream);

    public void ReadStream(StreamName stream, long afterVersion, int limit, List<RecordedEvent> page)
    {
        if (!_streams.TryGetValue(stream, out var own))
        {
            return;
        }

        for (var i = (int)Math.Max(0, afterVersion); i < own.Count && limit > 0; i++, limit--)
        {
            page.Add(_events[own[i]]);
        }
    }

    public void ReadAll(long afterPosition, long upToPosition, string? categories, int limit, List<RecordedEvent> page)
    {
        for (var i = (int)afterPosition; i < Math.Min(_events.Count, upToPosition) && limit > 0; i++)
        {
            if (categories is null || categories.Contains($"/{_events[i].Stream.Category}/", StringComparison.Ordinal))
            {
                page.Add(_events[i]);
                limit--;
            }
        }
    }

    public void ReadStreams(
        string category, string afterStream, long afterVersion, long upToPosition, int limit, List<RecordedEvent> page)
    {
        var wanted = _streams.Where(own => own.Key.Category == category && string.CompareOrdinal(own.Key.Value, afterStream) >= 0)
            .OrderBy(own => own.Key.Value, StringComparer.Ordinal);
        foreach (var (stream, own) in wanted)
        {
            for (var i = stream.Value == afterStream ? (int)afterVersion : 0; i < own.Count && own[i] < upToPosition; i++)
            {
                if (page.Count == limit)
                {
                    return;
                }

                page.Add(_events[own[i]]);
            }
        }
    }

    public List<WakeUpLease> ListWakeUps(string category, string store, string afterKey, int limit) =>
    [
        .. _wakeUps.Values.Where(wakeUp => wakeUp.Stream.Category == category && string.CompareOrdinal(wakeUp.Stream.Key, afterKey) > 0)
            .Where(wakeUp => store.Length == 0 || _events[_streams[wakeUp.Stream][0]].Context.Store == store)
            .OrderBy(wakeUp => wakeUp.Stream.Value, StringComparer.Ordinal).Take(limit),
    ];

    public List<StreamListing> ListStreams(string store, string category, long afterPosition, long upToPosition, int limit)
    {
        var found = new List<StreamListing>();
        foreach (var index in _began.TryGetValue(store, out var list) ? list : [])
        {
            var (stream, position) = (_events[index].Stream, _events[index].Position);
            if (position > afterPosition && position <= upToPosition && found.Count < limit && stream.Category == category)
            {
                found.Add(new StreamListing(stream, position));
            }
        }

        return found;
    }

    public void LoseTail(int count)
    {
        for (; count > 0 && _events.Count > 0; count--)
        {
            var last = _events[^1];
            RemoveLast(last.Stream, last.Context.Store, last.Version == 1, _running);
        }

        _running = new byte[ChainHash.Size];
        foreach (var recorded in _events)
        {
            RunningHash.Advance(_running, recorded.Hash.Span);
        }
    }

    public void FlipBit(long position)
    {
        var rotten = _events[(int)position - 1];
        var payload = rotten.Payload.ToArray();
        payload[0] ^= 1;
        _events[(int)position - 1] = rotten with { Payload = payload };
    }

    private void RemoveLast(StreamName stream, string store, bool first, byte[] before)
    {
        _events.RemoveAt(_events.Count - 1);
        _streams[stream].RemoveAt(_streams[stream].Count - 1);
        if (first)
        {
            _began[store].RemoveAt(_began[store].Count - 1);
        }

        _running = before;
    }

    private void Put(StreamName stream, WakeUpLease? wakeUp)
    {
        if (_wakeUps.Remove(stream, out var old))
        {
            _due.Remove((old.Due.UtcTicks, stream.Value));
        }

        if (wakeUp is { } set)
        {
            _wakeUps[stream] = set;
            _due.Add((set.Due.UtcTicks, stream.Value));
        }
    }
}
