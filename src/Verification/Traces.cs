using Pos.Journal;

namespace Pos.Verification;

/// <summary>
/// What is remembered of a stream while the journal goes by: its version, its hash and the operations it still knows. About 300
/// bytes a settled order; what is known of an order, return or hold beyond that is let go at its end.
/// </summary>
internal class StreamTrace
{
    private const int ForgetFrom = 64;

    private Dictionary<string, DateTimeOffset>? operations;
    private int forgetAt = ForgetFrom;

    public long Version { get; set; }

    public ReadOnlyMemory<byte> Hash { get; set; } = ChainHash.Start.ToArray();

    /// <summary>Notes an operation's effect; false when it had one before and is still remembered.</summary>
    public bool Note(OperationRef operation, DateTimeOffset now)
    {
        operations ??= new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var once = !operations.TryGetValue(operation.Id, out var until) || until < now;
        operations[operation.Id] = operation.NotAfter;
        if (operations.Count >= forgetAt)
        {
            foreach (var (id, notAfter) in operations)
            {
                if (notAfter < now)
                {
                    operations.Remove(id);
                }
            }

            forgetAt = Math.Max(ForgetFrom, operations.Count * 2);
        }

        return once;
    }
}

/// <summary>How a hold stands.</summary>
internal enum HoldStanding
{
    Live,
    Committed,
    Released,
    Expired,
    Tombstone,
}

/// <summary>A hold, live or ended.</summary>
internal sealed class HoldTrace(string owner, long quantity, DateTimeOffset notAfter)
{
    public string Owner => owner;

    public long Quantity => quantity;

    public DateTimeOffset NotAfter => notAfter;

    public bool Pinned { get; set; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public HoldStanding Standing { get; set; }
}

/// <summary>A stock item.</summary>
internal sealed class StockTrace : StreamTrace
{
    private const int ForgetFrom = 64;

    private int forgetAt = ForgetFrom;

    public long OnHand { get; set; }

    public long Held { get; set; }

    public bool Backorder { get; set; }

    public Dictionary<string, HoldTrace> Holds { get; } = new(StringComparer.Ordinal);

    /// <summary>Lets go of ended holds that nobody owns any more and whose ids the item itself has forgotten.</summary>
    public void Forget(DateTimeOffset now)
    {
        if (Holds.Count < forgetAt)
        {
            return;
        }

        foreach (var (id, hold) in Holds)
        {
            if (hold.Standing != HoldStanding.Live && hold.NotAfter < now && !OrderCheck.IsOrder(hold.Owner))
            {
                Holds.Remove(id);
            }
        }

        forgetAt = Math.Max(ForgetFrom, Holds.Count * 2);
    }
}

/// <summary>Where an order stands.</summary>
internal enum OrderStanding
{
    Unknown,
    Created,
    Reserved,
    Confirmed,
    Cancelled,
    Settled,
}

/// <summary>An order.</summary>
internal sealed class OrderTrace : StreamTrace
{
    public OrderStanding Standing { get; set; }

    /// <summary>Null before it is placed, and again once it is settled.</summary>
    public OrderDetails? Details { get; set; }
}

/// <summary>What is kept of an order while it is open.</summary>
internal sealed class OrderDetails(OrderPlaced placed)
{
    public OrderPlaced Placed => placed;

    /// <summary>Its goods lines by number.</summary>
    public Dictionary<int, Line> Goods { get; } = placed.Lines.Where(l => l.IsGoods).DistinctBy(l => l.Number).ToDictionary(l => l.Number);

    /// <summary>Holds that were taken (or tombstoned) for it, with the items they are on.</summary>
    public Dictionary<string, (StockTrace Item, HoldTrace Hold)> Holds { get; } = new(StringComparer.Ordinal);

    /// <summary>Its stock has been complained about: what follows from that is not said again.</summary>
    public bool StockFaulty { get; set; }
}

/// <summary>A return.</summary>
internal sealed class ReturnTrace : StreamTrace
{
    public bool Accepted { get; set; }

    public bool Completed { get; set; }

    /// <summary>Null before it is accepted, and again once it is completed.</summary>
    public ReturnAccepted? Details { get; set; }

    /// <summary>Lines that are back on the shelf.</summary>
    public HashSet<int> Restocked { get; } = [];
}
