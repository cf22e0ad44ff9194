using System.Collections.Immutable;

namespace Pos.Grains.Stock;

/// <summary>A stock item after some events. Immutable and cheap to change: one item may see tens of thousands of holds a second.</summary>
/// <param name="OnHand">received + restocked + adjustments − committed.</param>
/// <param name="Held">Sum of the live holds.</param>
/// <param name="Policy">Whether holds may go beyond what is available.</param>
/// <param name="LiveHolds">How many holds are live.</param>
/// <param name="Holds">Live holds, and ended ones until they may be forgotten.</param>
/// <param name="Expiries">Live unpinned holds, the next to expire first.</param>
/// <param name="EndedHolds">When ended holds may be forgotten.</param>
/// <param name="Operations">Operations other than those on holds.</param>
public sealed record StockState(
    long OnHand,
    long Held,
    StockPolicy Policy,
    int LiveHolds,
    ImmutableDictionary<HoldId, Hold> Holds,
    ImmutableSortedSet<Expiry> Expiries,
    Forgetting<HoldId> EndedHolds,
    OperationMemory Operations)
{
    /// <summary>How many holds have begun.</summary>
    public long Begun { get; init; }

    /// <summary>Live holds in the order in which they began.</summary>
    public ImmutableSortedSet<LiveHold> Live { get; init; } = [];

    /// <summary>Holds of API callers, by caller.</summary>
    public ImmutableDictionary<string, HeldByCaller> Callers { get; init; } = ImmutableDictionary.Create<string, HeldByCaller>(StringComparer.Ordinal);

    /// <summary>Pieces that can still be held; negative is a shortage.</summary>
    public long Available => OnHand - Held;

    /// <summary>Ended holds and operations that are remembered.</summary>
    public int Remembered => Holds.Count - LiveHolds + Operations.Count;

    /// <summary>The next instant at which a hold ends by itself.</summary>
    public DateTimeOffset? NextExpiry => Expiries.IsEmpty ? null : Expiries.Min.At;
}

/// <summary>A hold.</summary>
/// <param name="Owner">The only owner that may end it.</param>
/// <param name="Quantity">Pieces; 0 for one released before it was reserved.</param>
/// <param name="State">Live, or how it ended.</param>
/// <param name="NotAfter">How long its end is remembered.</param>
/// <param name="ExpiresAt">Null when pinned or ended.</param>
/// <param name="Fingerprint">Of the command that reserved it, or null.</param>
public sealed record Hold(
    string Owner, int Quantity, HoldStatus State, DateTimeOffset NotAfter, DateTimeOffset? ExpiresAt = null, string? Fingerprint = null)
{
    /// <summary>Its place among all that have begun.</summary>
    public long Number { get; init; }

    /// <summary>The caller who made it; null for an order's.</summary>
    public string? MadeBy { get; init; }

    /// <summary>When, where <see cref="MadeBy"/> says who.</summary>
    public DateTimeOffset? MadeAt { get; init; }

    /// <summary>Whether it still keeps pieces.</summary>
    public bool IsLive => State is HoldStatus.Held or HoldStatus.Pinned;
}

/// <summary>The holds of one caller.</summary>
public readonly record struct HeldByCaller(int Holds, long Pieces);

/// <summary>A hold that is live, by its place among all that have begun.</summary>
public readonly record struct LiveHold(long Number, HoldId Hold) : IComparable<LiveHold>
{
    /// <inheritdoc/>
    public int CompareTo(LiveHold other) => Number.CompareTo(other.Number);

    /// <summary>Begun earlier.</summary>
    public static bool operator <(LiveHold left, LiveHold right) => left.CompareTo(right) < 0;

    /// <summary>Begun later.</summary>
    public static bool operator >(LiveHold left, LiveHold right) => left.CompareTo(right) > 0;

    /// <summary>Not begun later.</summary>
    public static bool operator <=(LiveHold left, LiveHold right) => left.CompareTo(right) <= 0;

    /// <summary>Not begun earlier.</summary>
    public static bool operator >=(LiveHold left, LiveHold right) => left.CompareTo(right) >= 0;
}

/// <summary>A hold that ends by itself.</summary>
public readonly record struct Expiry(DateTimeOffset At, HoldId Hold) : IComparable<Expiry>
{
    /// <inheritdoc/>
    public int CompareTo(Expiry other) => At.CompareTo(other.At) is var byTime and not 0
        ? byTime
        : string.CompareOrdinal(Hold.Value, other.Hold.Value);

    /// <summary>Earlier.</summary>
    public static bool operator <(Expiry left, Expiry right) => left.CompareTo(right) < 0;

    /// <summary>Later.</summary>
    public static bool operator >(Expiry left, Expiry right) => left.CompareTo(right) > 0;

    /// <summary>Not later.</summary>
    public static bool operator <=(Expiry left, Expiry right) => left.CompareTo(right) <= 0;

    /// <summary>Not earlier.</summary>
    public static bool operator >=(Expiry left, Expiry right) => left.CompareTo(right) >= 0;
}

/// <summary>A command to a stock item, and when it came.</summary>
public abstract record StockCommand
{
    private StockCommand(DateTimeOffset now) => Now = now;

    /// <summary>The moment of the decision, UTC.</summary>
    public DateTimeOffset Now { get; }

    /// <inheritdoc cref="IStockGrain.Receive"/>
    public sealed record Receive(ReceiveStock Asked, DateTimeOffset Now) : StockCommand(Now);

    /// <inheritdoc cref="IStockGrain.Restock"/>
    public sealed record Restock(RestockReturned Asked, DateTimeOffset Now) : StockCommand(Now);

    /// <inheritdoc cref="IStockGrain.Adjust"/>
    public sealed record Adjust(AdjustStock Asked, DateTimeOffset Now) : StockCommand(Now);

    /// <inheritdoc cref="IStockGrain.Count"/>
    public sealed record Count(CountStock Asked, DateTimeOffset Now) : StockCommand(Now);

    /// <inheritdoc cref="IStockGrain.SetPolicy"/>
    public sealed record SetPolicy(SetStockPolicy Asked, DateTimeOffset Now) : StockCommand(Now);

    /// <inheritdoc cref="IStockGrain.Reserve"/>
    public sealed record Reserve(ReserveStock Asked, Sku Sku, DateTimeOffset Now) : StockCommand(Now);

    /// <inheritdoc cref="IStockGrain.Pin"/>
    public sealed record Pin(HoldCommand Asked, DateTimeOffset Now) : StockCommand(Now);

    /// <inheritdoc cref="IStockGrain.Commit"/>
    public sealed record Commit(HoldCommand Asked, DateTimeOffset Now) : StockCommand(Now);

    /// <inheritdoc cref="IStockGrain.Release"/>
    public sealed record Release(HoldCommand Asked, DateTimeOffset Now) : StockCommand(Now);

    /// <summary>Ends what has expired, up to <see cref="StockRules.ExpiriesPerDecisionMax"/> holds.</summary>
    public sealed record Expire(DateTimeOffset Now) : StockCommand(Now);
}
