using System.Runtime.CompilerServices;
using System.Text.Json;
using Pos.Journal;
using Pos.Tests.Simulated.Journal;
using Pos.Verification;

namespace Pos.Tests.Simulated;

/// <summary>
/// The checker's own account of everything that was ever stored: reads each event from the disk as JSON, right after the step that
/// stored it, and shares no code with the grains. The verifier of <c>pos verify</c> is asked first. Traces then say what holds in the simulator beyond
/// that (moments, debts, which requests there were), and keep what replies are compared with.
/// </summary>
internal sealed class Book
{
    private readonly Machine _machine;
    private readonly Violations _violations;
    private readonly StepsUnderWay _underWay;
    private readonly Timeline _timeline;
    private readonly Verifier _verifier = new([]);
    private readonly Dictionary<string, StreamTrace> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _effects = new(StringComparer.Ordinal);
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly List<string> _touched = [];
    private readonly List<RecordedEvent> _page = [];
    private readonly Recoveries _recoveries = new();
    private string _verifying = "";

    public Book(Machine machine, Violations violations, StepsUnderWay underWay, Timeline timeline)
    {
        (_machine, _violations, _underWay, _timeline) = (machine, violations, underWay, timeline);
        _verifier.Found += (name, found) => violations.Report(Invariants.Of(name, _verifying), found.Where, $"{name}: {found.What}");
    }

    /// <summary>Events taken in.</summary>
    public long Position { get; private set; }

    /// <summary>Whoever else looks at each event, after its stream has taken it in.</summary>
    public Action<RecordedEvent, JsonElement, StreamTrace> Watched { get; set; } = static (_, _, _) => { };

    public IEnumerable<StreamTrace> Streams => _streams.Values;

    public bool IsKnown(string stream) => _streams.ContainsKey(stream);

    public StreamTrace? Find(string stream) => _streams.GetValueOrDefault(stream);

    public StockItem? StockOf(string stream) => Find(stream) as StockItem;

    public OrderTrace? OrderOf(string id) => Find($"order/{id}") as OrderTrace;

    public PaymentTrace? PaymentOf(string order, int tender) => Find($"payment/{order}.{tender}") as PaymentTrace;

    public CartTrace? CartOf(string id) => Find($"cart/{id}") as CartTrace;

    public ReturnTrace? ReturnOf(string id) => Find($"return/{id}") as ReturnTrace;

    public HoldTrace? HoldOf(string stream, string id) => StockOf(stream)?.Holds.GetValueOrDefault(id);

    public SagaSteps DebtOf(string stream) => Find(stream)?.Debt ?? SagaSteps.None;

    /// <summary>Whether an operation, a hold or an order of this id has left something behind.</summary>
    public bool HasEffect(string id) => _effects.ContainsKey(id);

    public void OnEffect(string id)
    {
        _effects[id] = _effects.GetValueOrDefault(id) + 1;
        Require(!_refused.Contains(id), Invariant.RefusedLeavesNothing, id, "was refused and has an effect all the same");
    }

    /// <summary>All who asked for this were refused, and nobody asks any more.</summary>
    public void OnRefused(string id)
    {
        _refused.Add(id);
        Require(!HasEffect(id), Invariant.RefusedLeavesNothing, id, "was refused and has an effect all the same");
    }

    /// <summary>Somebody asks again.</summary>
    public void OnAskedAgain(string id) => _refused.Remove(id);

    /// <summary>Its wake-up is to be looked at after this step.</summary>
    public void Touch(string stream)
    {
        if (_touched.Count == 0 || _touched[^1] != stream)
        {
            _touched.Add(stream);
        }
    }

    public void Require(bool holds, Invariant invariant, [InterpolatedStringHandlerArgument(nameof(holds))] Words where, [InterpolatedStringHandlerArgument(nameof(holds))] Words what) => _violations.Require(holds, invariant, where, what);

    /// <summary>Takes in what the last step stored.</summary>
    public void CatchUp(SimulatedDisk disk)
    {
        if (disk.Tables.Count > Position)
        {
            _page.Clear();
            disk.Tables.ReadAll(Position, long.MaxValue, null, int.MaxValue, _page);
            foreach (var recorded in _page)
            {
                Take(recorded);
            }
        }

        foreach (var stream in _touched)
        {
            RequireWakeUp(stream, disk);
        }

        _touched.Clear();
    }

    /// <summary>After a crash: what was there is still there.</summary>
    public void Recovered(SimulatedDisk disk) =>
        Require(
            disk.Tables.Count >= Position && _recoveries.IsSame(disk, Position), Invariant.AcknowledgedIsPresent, "journal",
            $"{Position} events were stored, {disk.Tables.Count} are left");

    /// <summary>Everybody who owes something has a wake-up.</summary>
    public void RequireWakeUps(SimulatedDisk disk)
    {
        foreach (var stream in _streams.Keys)
        {
            RequireWakeUp(stream, disk);
        }
    }

    private void Take(in RecordedEvent recorded)
    {
        _timeline.Say(recorded);
        var name = recorded.Stream.Value;
        if (!_streams.TryGetValue(name, out var stream))
        {
            _streams[name] = stream = Make(name, recorded.Stream.Category);
        }

        Require(recorded.Position == Position + 1, Invariant.JournalIsWhole, name, $"position {recorded.Position} follows {Position}");
        Require(
            (_machine.UtcNow - recorded.RecordedAt).Duration() < TimeSpan.FromHours(12), Invariant.NothingEscapes, name,
            $"recorded at {recorded.RecordedAt:O}, which is the time of another clock");
        var hash = ReferenceHash.Of(stream.LastHash, recorded);
        Require(recorded.Hash.Span.SequenceEqual(hash), Invariant.JournalIsWhole, $"{name}@{recorded.Version}", "the chain hash is not that of its event");
        Position = recorded.Position;
        _recoveries.Remember(recorded);
        _machine.Note(hash.AsSpan(0, 8));
        stream.LastHash = hash;
        stream.Positions.Add(recorded.Position);

        var before = stream.Debt;
        _verifying = recorded.Type;
        _verifier.Next(recorded);
        if (_violations.First is not null)
        {
            // What is wrong with the event has been said, and nothing can be made of it any more.
            return;
        }

        using (var body = JsonDocument.Parse(recorded.Payload))
        {
            stream.Take(recorded, body.RootElement);
            Watched(recorded, body.RootElement, stream);
        }

        _underWay.End(before);
        _underWay.Begin(stream.Debt);
        Touch(name);
    }

    private StreamTrace Make(string name, string category) => category switch
    {
        "stock" => new StockItem(name, this),
        "order" => new OrderTrace(name, this),
        "return" => new ReturnTrace(name, this),
        "payment" => new PaymentTrace(name, this),
        "cart" => new CartTrace(name, this),
        _ => new PlainTrace(name),
    };

    private void RequireWakeUp(string name, SimulatedDisk disk)
    {
        if (Find(name) is not { } stream)
        {
            return;
        }

        var due = disk.Tables.WakeUpOf(StreamName.Parse(name))?.Due;
        if (stream.Debt != SagaSteps.None)
        {
            Require(due is not null, Invariant.WakeUpsAreArmed, $"{name}@{stream.Version}", $"owes {stream.Debt} and has no wake-up");
        }
        else if (stream is CartTrace { IsLive: true })
        {
            Require(due is not null, Invariant.WakeUpsAreArmed, $"{name}@{stream.Version}", "is an open cart and would be one for ever");
        }
        else if (stream is ReturnTrace { IsWaiting: true })
        {
            Require(due is not null, Invariant.WakeUpsAreArmed, $"{name}@{stream.Version}", "waits for a new order and would wait for ever");
        }
        else if (stream is StockItem { NextExpiry: { } next })
        {
            Require(
                due <= next || due <= _machine.UtcNow + TimeSpan.FromSeconds(1), Invariant.WakeUpsAreArmed, $"{name}@{stream.Version}",
                $"a hold expires at {next:O} and the wake-up is {(due is { } at ? $"due at {at:O}" : "missing")}");
        }
    }

    /// <summary>The hashes of everything stored, to compare after a recovery.</summary>
    private sealed class Recoveries
    {
        private readonly List<ReadOnlyMemory<byte>> _hashes = [];

        public void Remember(in RecordedEvent recorded) => _hashes.Add(recorded.Hash);

        public bool IsSame(SimulatedDisk disk, long upTo)
        {
            var stored = new List<RecordedEvent>();
            disk.Tables.ReadAll(0, upTo, null, int.MaxValue, stored);
            return stored.Count == _hashes.Count && stored.Index().All(at => at.Item.Hash.Span.SequenceEqual(_hashes[at.Index].Span));
        }
    }
}
