using System.Runtime.CompilerServices;
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
                if (hold.State == HoldStatus.Held && (next is null || hold.ExpiresAt < next))
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
                Move(body.Long("quantity"), body);
                break;
            case "stock.adjusted":
                Move(body.Long("delta"), body);
                break;
            case "stock.counted":
                Move(body.Long("delta"), body);
                break;
            case "stock.policy-set":
                Remember(body);
                Now_ = Now with { Backorder = body.Text("policy") == "backorder" };
                break;
            case "stock.reserved":
                Reserve(body);
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
                End(Holds[body.Text("hold")], HoldStatus.Expired);
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
        Now_ = Now with { OnHand = Now.OnHand + by };
    }

    private void Remember(JsonElement body)
    {
        var id = body.GetProperty("operation").Text("id");
        _operations.Add(id);
        book.OnEffect(id);
    }

    private void Reserve(JsonElement body)
    {
        var (id, quantity, pinned) = (body.Text("hold"), body.Long("quantity"), body.GetProperty("pinned").GetBoolean());
        var hold = new HoldTrace(
            body.Text("owner"), quantity, pinned ? HoldStatus.Pinned : HoldStatus.Held, body.Instant("notAfter"),
            body.TryGetProperty("expiresAt", out _) ? body.Instant("expiresAt") : null);
        Holds[id] = hold;
        Now_ = Now with { Held = Now.Held + quantity, LiveHolds = Now.LiveHolds + 1 };
        book.OnEffect(id);
    }

    private void Pin(in RecordedEvent e, JsonElement body)
    {
        var id = body.Text("hold");
        var hold = Holds[id];
        Require(hold.ExpiresAt > e.RecordedAt, Invariant.HoldsEndOnce, $"hold {id} is pinned at {e.RecordedAt:O}, and lasted until {hold.ExpiresAt:O}");
        hold.State = HoldStatus.Pinned;
        hold.ExpiresAt = null;
    }

    private void Commit(in RecordedEvent e, JsonElement body)
    {
        var id = body.Text("hold");
        var hold = Holds[id];
        Require(hold.ExpiresAt is not { } at || at > e.RecordedAt, Invariant.HoldsEndOnce, $"hold {id} is committed after it was due to expire");
        End(hold, HoldStatus.Committed);
        Now_ = Now with { OnHand = Now.OnHand - hold.Quantity };
    }

    private void Release(JsonElement body)
    {
        var (id, owner) = (body.Text("hold"), body.Text("owner"));
        if (body.Long("quantity") == 0)
        {
            Holds[id] = new HoldTrace(owner, 0, HoldStatus.Released, body.Instant("notAfter"), null);
            return;
        }

        End(Holds[id], HoldStatus.Released);
    }

    private void End(HoldTrace hold, HoldStatus state)
    {
        hold.State = state;
        hold.ExpiresAt = null;
        Now_ = Now with { Held = Now.Held - hold.Quantity, LiveHolds = Now.LiveHolds - 1 };
    }

    private void Require(bool holds, Invariant invariant, [InterpolatedStringHandlerArgument(nameof(holds))] Words what) => book.Require(holds, invariant, $"{Stream}@{Version}", what);
}

/// <summary>A stock item at one version.</summary>
internal readonly record struct StockPoint(long OnHand, long Held, int LiveHolds, bool Backorder, long Position)
{
    public long Available => OnHand - Held;
}

/// <summary>A hold as the journal tells it.</summary>
internal sealed class HoldTrace(string owner, long quantity, HoldStatus state, DateTimeOffset notAfter, DateTimeOffset? expiresAt)
{
    public string Owner => owner;

    public long Quantity => quantity;

    public DateTimeOffset NotAfter => notAfter;

    public HoldStatus State { get; set; } = state;

    public DateTimeOffset? ExpiresAt { get; set; } = expiresAt;

    public bool IsLive => State is HoldStatus.Held or HoldStatus.Pinned;
}
