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

    /// <summary>The lines that a confirmed order sold, by number from 1; empty before.</summary>
    public SoldLine[] Sold { get; set; } = [];

    /// <summary>The amount that can still go back to each card, by tender from 1.</summary>
    public long[] CardsLeft { get; set; } = [];

    /// <summary>The amount that came neither from a card nor from a card's money, and has not come back: only this may go back in cash without approval.</summary>
    public long CashLeft { get; set; }

    /// <summary>The same for cards whose money an exchange brought; null for none.</summary>
    public Dictionary<(string Order, int Tender), long>? OthersLeft { get; set; }

    /// <summary>Coins that were handed over and kept.</summary>
    public long Coins { get; set; }

    /// <summary>The purse that counts the coins; null while nothing has come back and nothing was exchanged.</summary>
    public Purse? Purse { get; set; }

    /// <summary>The amount given back in money and credit.</summary>
    public long Back { get; set; }

    /// <summary>The most that may be given back; null when an exchange has paid, because its purse bounds that.</summary>
    public long? MostBack { get; set; }

    /// <summary>The returns that the order accepted.</summary>
    public Dictionary<string, OrderReturnAccepted>? Returns { get; set; }
}

/// <summary>Details of an order, kept while it is open.</summary>
internal sealed class OrderDetails(OrderPlaced placed)
{
    public OrderPlaced Placed => placed;

    /// <summary>The holds that the order needs, by number: one for each line of goods, or one for each SKU with the number of its first line.</summary>
    public Dictionary<int, (string Sku, long Quantity)> Goods { get; } = placed.Lines.Where(l => l.IsGoods).DistinctBy(l => l.Number)
        .GroupBy(l => placed.HoldsBySku ? l.Sku : l.Number.ToString(CultureInfo.InvariantCulture))
        .ToDictionary(held => held.Min(l => l.Number), held => (held.First().Sku, held.Sum(l => l.Quantity)));

    /// <summary>The holds that were taken or tombstoned for the order, with their stock items.</summary>
    public Dictionary<string, (StockTrace Item, HoldTrace Hold)> Holds { get; } = new(StringComparer.Ordinal);

    /// <summary>A violation of the order's stock was reported: its consequences are not reported again.</summary>
    public bool StockFaulty { get; set; }
}

/// <summary>The sale of a line, and the part of it that came back.</summary>
internal record struct SoldLine(long Quantity, long Net, long Tax, long Gross, long Returned, long ReturnedNet, long ReturnedTax, long ReturnedGross);
