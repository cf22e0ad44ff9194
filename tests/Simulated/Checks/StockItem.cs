using System.Text.Json;
using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>A stock item as the checker understands its journal, knowing nothing of the grain that wrote it.</summary>
internal sealed class StockItem(string stream, Book book) : StreamTrace(stream)
{
    private readonly HashSet<string> _operations = new(StringComparer.Ordinal);

    public Dictionary<string, HoldTrace> Holds { get; } = new(StringComparer.Ordinal);

    /// <summary>The item after each version.</summary>
    public List<StockPoint> Points { get; } = [default];

    public StockPoint Now => Points[^1];

    /// <summary>The earliest end by itself of a live hold.</summary>
    public DateTimeOffset? NextExpiry
    {
        get
        {
            DateTimeOffset? next = null;
            foreach (var hold in Holds.Values)
            {
                if (hold.State == HoldState.Held && (next is null || hold.ExpiresAt < next))
                {
                    next = hold.ExpiresAt;
                }
            }

            return next;
        }
    }

    public bool Knows(string operation) => _operations.Contains(operation);

    public override void Take(in RecordedEvent e, JsonElement body)
    {
        var before = Now;
        Points.Add(before with { Position = e.Position });
        switch (e.Type)
        {
            case "stock.received":
                Move(body.Long("quantity"), body);
                break;
            case "stock.restocked":
                Restock(body);
                break;
            case "stock.adjusted":
                Move(body.Long("delta"), body);
                break;
            case "stock.counted":
                Require(body.Long("counted") == before.OnHand + body.Long("delta"), Invariant.StockIsConserved, "a count's delta is not the difference it found");
                Move(body.Long("delta"), body);
                break;
            case "stock.policy-set":
                Remember(body);
                Now_ = Now with { Backorder = body.Text("policy") == "backorder" };
                break;
            case "stock.reserved":
                Reserve(e, body);
                break;
            case "stock.pinned":
                Pin(e, body);
                break;
            case "stock.committed":
                Commit(e, body);
                break;
            case "stock.released":
                Release(body);
                break;
            case "stock.expired":
                Expire(e, body);
                break;
            default:
                Require(false, Invariant.TransitionsAreLegal, $"an event {e.Type} is unknown");
                break;
        }
    }

    private StockPoint Now_
    {
        set => Points[^1] = value;
    }

    private void Move(long by, JsonElement body)
    {
        Remember(body);
        Balance(by, body);
    }

    private void Balance(long by, JsonElement body)
    {
        Now_ = Now with { OnHand = Now.OnHand + by };
        Require(body.Long("balance") == Now.OnHand, Invariant.StockIsConserved, $"balance {body.Long("balance")}, arithmetic says {Now.OnHand}");
    }

    private void Remember(JsonElement body)
    {
        var id = body.GetProperty("operation").Text("id");
        Require(_operations.Add(id), Invariant.OneKeyOneVerdict, $"operation {id} had a second effect");
        book.OnEffect(id);
    }

    private void Restock(JsonElement body)
    {
        var id = body.GetProperty("operation").Text("id");
        var back = book.ReturnOf(body.Text("return"));
        Require(back is not null && !back.IsCompleted, Invariant.TransitionsAreLegal, "restocked for a return that is not under way");
        Require(
            back is null || back.Restocks(id, Stream, body.Long("quantity")), Invariant.OneKeyOneVerdict, $"operation {id} is no line of its return");
        Move(body.Long("quantity"), body);
    }

    private void Reserve(in RecordedEvent e, JsonElement body)
    {
        var (id, quantity, pinned) = (body.Text("hold"), body.Long("quantity"), body.GetProperty("pinned").GetBoolean());
        var hold = new HoldTrace(
            body.Text("owner"), quantity, pinned ? HoldState.Pinned : HoldState.Held, body.Instant("notAfter"),
            body.TryGetProperty("expiresAt", out _) ? body.Instant("expiresAt") : null);
        Require(!Holds.TryGetValue(id, out var known), Invariant.HoldsEndOnce, $"hold {id} is reserved though it is {known?.State}");
        Require(pinned == hold.ExpiresAt is null, Invariant.HoldsEndOnce, $"hold {id} is pinned and expires, or neither");
        Require(
            Now.Backorder || Now.Available >= quantity, Invariant.NothingIsOversold, $"hold {id} takes {quantity} of {Now.Available} available");
        book.OnReserved(Stream, id, hold);
        Holds[id] = hold;
        Now_ = Now with { Held = Now.Held + quantity, LiveHolds = Now.LiveHolds + 1 };
        book.OnEffect(id);
        _ = e;
    }

    private void Pin(in RecordedEvent e, JsonElement body)
    {
        var id = body.Text("hold");
        var hold = Live(id, "pinned");
        if (hold is not null)
        {
            Require(hold.State == HoldState.Held && hold.ExpiresAt > e.RecordedAt, Invariant.HoldsEndOnce, $"hold {id} is pinned though it is {hold.State} until {hold.ExpiresAt}");
            hold.State = HoldState.Pinned;
            hold.ExpiresAt = null;
        }
    }

    private void Commit(in RecordedEvent e, JsonElement body)
    {
        var id = body.Text("hold");
        var hold = Live(id, "committed");
        if (hold is null)
        {
            return;
        }

        Require(hold.ExpiresAt is not { } at || at > e.RecordedAt, Invariant.HoldsEndOnce, $"hold {id} is committed after it was due to expire");
        Require(body.Long("quantity") == hold.Quantity, Invariant.StockIsConserved, $"hold {id} of {hold.Quantity} commits {body.Long("quantity")}");
        book.OnCommitted(Stream, id, hold);
        End(hold, HoldState.Committed);
        Balance(-hold.Quantity, body);
    }

    private void Release(JsonElement body)
    {
        var (id, owner) = (body.Text("hold"), body.Text("owner"));
        if (body.Long("quantity") == 0)
        {
            Require(!Holds.ContainsKey(id), Invariant.HoldsEndOnce, $"hold {id} is buried though it exists");
            Holds[id] = new HoldTrace(owner, 0, HoldState.Released, body.Instant("notAfter"), null);
            return;
        }

        var hold = Live(id, "released");
        if (hold is not null)
        {
            Require(owner == hold.Owner, Invariant.HoldsEndOnce, $"hold {id} of {hold.Owner} is released by {owner}");
            Require(body.Long("quantity") == hold.Quantity, Invariant.StockIsConserved, $"hold {id} of {hold.Quantity} releases {body.Long("quantity")}");
            book.OnReleased(Stream, id, hold);
            End(hold, HoldState.Released);
        }
    }

    private void Expire(in RecordedEvent e, JsonElement body)
    {
        var id = body.Text("hold");
        var hold = Live(id, "expired");
        if (hold is not null)
        {
            Require(
                hold.State == HoldState.Held && hold.ExpiresAt <= e.RecordedAt, Invariant.HoldsEndOnce,
                $"hold {id} expires at {e.RecordedAt:O} though it is {hold.State} until {hold.ExpiresAt:O}");
            End(hold, HoldState.Expired);
        }
    }

    private HoldTrace? Live(string id, string becomes)
    {
        Holds.TryGetValue(id, out var hold);
        Require(hold is { IsLive: true }, Invariant.HoldsEndOnce, $"hold {id} is {becomes} though it is {hold?.State.ToString() ?? "unknown"}");
        return hold is { IsLive: true } ? hold : null;
    }

    private void End(HoldTrace hold, HoldState state)
    {
        hold.State = state;
        hold.ExpiresAt = null;
        Now_ = Now with { Held = Now.Held - hold.Quantity, LiveHolds = Now.LiveHolds - 1 };
    }

    private void Require(bool holds, Invariant invariant, string what) => book.Require(holds, invariant, $"{Stream}@{Version}", what);
}

/// <summary>A stock item at one version.</summary>
internal readonly record struct StockPoint(long OnHand, long Held, int LiveHolds, bool Backorder, long Position)
{
    public long Available => OnHand - Held;
}

/// <summary>A hold as the journal tells it.</summary>
internal sealed class HoldTrace(string owner, long quantity, HoldState state, DateTimeOffset notAfter, DateTimeOffset? expiresAt)
{
    public string Owner => owner;

    public long Quantity => quantity;

    public DateTimeOffset NotAfter => notAfter;

    public HoldState State { get; set; } = state;

    public DateTimeOffset? ExpiresAt { get; set; } = expiresAt;

    public bool IsLive => State is HoldState.Held or HoldState.Pinned;
}
