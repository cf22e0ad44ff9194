using Pos.Verification.Orders;

namespace Pos.Verification.Stock;

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

    private int _forgetAt = ForgetFrom;

    public long OnHand { get; set; }

    public long Held { get; set; }

    public bool Backorder { get; set; }

    public Dictionary<string, HoldTrace> Holds { get; } = new(StringComparer.Ordinal);

    /// <summary>Drops ended holds whose ids the item itself has forgotten, unless an order still checks them.</summary>
    public void Forget(DateTimeOffset now)
    {
        if (Holds.Count < _forgetAt)
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

        _forgetAt = Math.Max(ForgetFrom, Holds.Count * 2);
    }
}
