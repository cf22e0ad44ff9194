using System.Globalization;
using Pos.Verification.Money;
using Pos.Verification.Stock;

namespace Pos.Verification.Orders;

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
