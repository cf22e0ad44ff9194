using System.Globalization;
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

    /// <summary>Of a barcode: the SKU it belongs to.</summary>
    public string? Owner { get; set; }

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

    /// <summary>What a confirmed order sold, by line number from 1; empty before.</summary>
    public SoldLine[] Sold { get; set; } = [];

    /// <summary>What each card has to give back at most; by tender from 1.</summary>
    public long[] CardsLeft { get; set; } = [];

    /// <summary>What was paid neither by a card nor by a card's money, and has not come back: only that may go back in cash by itself.</summary>
    public long CashLeft { get; set; }

    /// <summary>The same of cards whose money an exchange brought; null for none.</summary>
    public Dictionary<(string Order, int Tender), long>? OthersLeft { get; set; }

    /// <summary>Coins that were handed over and kept.</summary>
    public long Coins { get; set; }

    /// <summary>Where they are; null while nothing has come back and nothing was exchanged.</summary>
    public Purse? Purse { get; set; }

    /// <summary>What was given back in money and credit.</summary>
    public long Back { get; set; }

    /// <summary>What that may be at most; null when an exchange has paid, whose purse says it.</summary>
    public long? MostBack { get; set; }

    /// <summary>Returns it accepted: what it said, and whether the return has it.</summary>
    public Dictionary<string, OrderReturnAccepted>? Returns { get; set; }
}

/// <summary>What is kept of an order while it is open.</summary>
internal sealed class OrderDetails(OrderPlaced placed)
{
    public OrderPlaced Placed => placed;

    /// <summary>What its holds are to be, by number: one for each line of goods, or for each SKU of them with the number of its first line.</summary>
    public Dictionary<int, (string Sku, long Quantity)> Goods { get; } = placed.Lines.Where(l => l.IsGoods).DistinctBy(l => l.Number)
        .GroupBy(l => placed.HoldsBySku ? l.Sku : l.Number.ToString(CultureInfo.InvariantCulture))
        .ToDictionary(held => held.Min(l => l.Number), held => (held.First().Sku, held.Sum(l => l.Quantity)));

    /// <summary>Holds that were taken (or tombstoned) for it, with the items they are on.</summary>
    public Dictionary<string, (StockTrace Item, HoldTrace Hold)> Holds { get; } = new(StringComparer.Ordinal);

    /// <summary>Its stock has been complained about: what follows from that is not said again.</summary>
    public bool StockFaulty { get; set; }
}

/// <summary>What was sold on a line, and how much of it came back.</summary>
internal record struct SoldLine(long Quantity, long Net, long Tax, long Gross, long Returned, long ReturnedNet, long ReturnedTax, long ReturnedGross);

/// <summary>How a payment stands.</summary>
internal enum PaymentStanding
{
    Unknown,
    Requested,
    Captured,
    Declined,
    Abandoned,
    Voided,
}

/// <summary>A card payment.</summary>
internal sealed class PaymentTrace : StreamTrace
{
    public PaymentStanding Standing { get; set; }

    public string Order { get; set; } = "";

    public string Key { get; set; } = "";

    public Amount? Amount { get; set; }

    public long Captured { get; set; }

    public long GivenBack { get; set; }

    /// <summary>What of it went back in cash.</summary>
    public long Diverted { get; set; }

    /// <summary>Nothing is to be kept.</summary>
    public bool Undone { get; set; }

    public Dictionary<string, (long Amount, bool Done)> Refunds { get; } = new(StringComparer.Ordinal);

    /// <summary>Refunds that an operator closed, with what did not go back; null for none.</summary>
    public Dictionary<string, long>? Closed { get; set; }

    /// <summary>What did not go back and is owed no longer.</summary>
    public long Unpaid => Closed?.Values.Sum() ?? 0;

    /// <summary>Whether a charge is closed of which the provider had said that it does not know it: its ledger may have lost all of it.</summary>
    public bool IsLost { get; set; }

    /// <summary>Whether something is still owed.</summary>
    public bool IsOpen =>
        Standing == PaymentStanding.Requested || (Undone && Captured > GivenBack + Unpaid) || Refunds.Any(r => !r.Value.Done && Closed?.ContainsKey(r.Key) != true);
}

/// <summary>A return.</summary>
internal sealed class ReturnTrace : StreamTrace
{
    public bool Accepted { get; set; }

    public bool Completed { get; set; }

    /// <summary>Null before it is accepted, and again once it is completed.</summary>
    public ReturnAccepted? Details { get; set; }

    /// <summary>The coins that it may pay from; null before it is accepted.</summary>
    public Purse? Purse { get; set; }

    /// <summary>The order that took the refund as its credit, and how much; null when none.</summary>
    public (string Order, long Amount)? Credit { get; set; }

    /// <summary>Lines that are back on the shelf.</summary>
    public HashSet<int> Restocked { get; } = [];
}
