using Orleans;

namespace Pos.Reports.Sales;

/// <summary>
/// The sales of one business day of a store. Amounts are minor units of the store's currency. A day has two pages: one has the products alone,
/// the other has everything else.
/// </summary>
[GenerateSerializer, Alias("pos.reports.SalesDay")]
public sealed class SalesDay
{
    /// <summary>The store's currency.</summary>
    [Id(0)]
    public string Currency { get; set; } = "";

    /// <summary>How many closed business days have reopened the day with late facts: 0 while none came.</summary>
    [Id(1)]
    public int Revision { get; set; }

    /// <summary>The business day on which late facts came last; empty for none.</summary>
    [Id(2)]
    public string ReopenedOn { get; set; } = "";

    /// <summary>Everything.</summary>
    [Id(3)]
    public SalesSums Total { get; set; } = new();

    /// <summary>By the hour, see <see cref="Folding.BusinessCalendar.HourOf"/>.</summary>
    [Id(4)]
    public Dictionary<string, SalesSums> Hours { get; set; } = [];

    /// <summary>By SKU.</summary>
    [Id(5)]
    public Dictionary<string, SalesSums> Products { get; set; } = [];

    /// <summary>By till.</summary>
    [Id(6)]
    public Dictionary<string, SalesSums> Tills { get; set; } = [];

    /// <summary>By the key that sold; empty for what was sold before keys were recorded.</summary>
    [Id(7)]
    public Dictionary<string, SalesSums> Cashiers { get; set; } = [];

    /// <summary>By tax rate in basis points.</summary>
    [Id(8)]
    public Dictionary<string, SalesSums> Taxes { get; set; } = [];

    /// <summary>Money by kind of tender: cash, card, exchange.</summary>
    [Id(9)]
    public Dictionary<string, TenderSums> Tenders { get; set; } = [];

    /// <summary>Cancelled orders by cause.</summary>
    [Id(10)]
    public Dictionary<string, long> Cancellations { get; set; } = [];
}

/// <summary>Sums of sales and returns. Sales are not reduced by returns.</summary>
[GenerateSerializer, Alias("pos.reports.SalesSums")]
public sealed class SalesSums
{
    /// <summary>A product's name at its last sale; empty for other sums.</summary>
    [Id(0)]
    public string Name { get; set; } = "";

    /// <summary>Confirmed orders; of a product or a tax rate, those with a line of it.</summary>
    [Id(1)]
    public long Orders { get; set; }

    /// <summary>Pieces sold.</summary>
    [Id(2)]
    public long Pieces { get; set; }

    /// <summary>Gross amount sold.</summary>
    [Id(3)]
    public long Gross { get; set; }

    /// <summary>Net amount sold.</summary>
    [Id(4)]
    public long Net { get; set; }

    /// <summary>Tax of it.</summary>
    [Id(5)]
    public long Tax { get; set; }

    /// <summary>How much list prices were above the charged ones, at price overrides; below zero when more was charged.</summary>
    [Id(6)]
    public long Discount { get; set; }

    /// <summary>Returns.</summary>
    [Id(7)]
    public long Returns { get; set; }

    /// <summary>Pieces that came back.</summary>
    [Id(8)]
    public long PiecesBack { get; set; }

    /// <summary>Gross amount of them.</summary>
    [Id(9)]
    public long GrossBack { get; set; }

    /// <summary>Net amount of them.</summary>
    [Id(10)]
    public long NetBack { get; set; }

    /// <summary>Tax of them.</summary>
    [Id(11)]
    public long TaxBack { get; set; }

    /// <summary>Cancelled orders; only by day, hour, till and cashier.</summary>
    [Id(12)]
    public long Cancelled { get; set; }

    /// <summary>Adds other sums.</summary>
    public void Add(SalesSums other)
    {
        ArgumentNullException.ThrowIfNull(other);
        checked
        {
            Name = other.Name.Length > 0 ? other.Name : Name;
            Orders += other.Orders;
            Pieces += other.Pieces;
            Gross += other.Gross;
            Net += other.Net;
            Tax += other.Tax;
            Discount += other.Discount;
            Returns += other.Returns;
            PiecesBack += other.PiecesBack;
            GrossBack += other.GrossBack;
            NetBack += other.NetBack;
            TaxBack += other.TaxBack;
            Cancelled += other.Cancelled;
        }
    }
}

/// <summary>Money by one kind of tender.</summary>
[GenerateSerializer, Alias("pos.reports.TenderSums")]
public sealed class TenderSums
{
    /// <summary>Orders that it paid, wholly or in part.</summary>
    [Id(0)]
    public long Orders { get; set; }

    /// <summary>Money taken; cash without the change.</summary>
    [Id(1)]
    public long Taken { get; set; }

    /// <summary>Returns that gave some of it back.</summary>
    [Id(2)]
    public long Returns { get; set; }

    /// <summary>Money given back.</summary>
    [Id(3)]
    public long GivenBack { get; set; }

    /// <summary>Adds other sums.</summary>
    public void Add(TenderSums other)
    {
        ArgumentNullException.ThrowIfNull(other);
        checked
        {
            Orders += other.Orders;
            Taken += other.Taken;
            Returns += other.Returns;
            GivenBack += other.GivenBack;
        }
    }
}

/// <summary>Orders that have no end yet.</summary>
[GenerateSerializer, Alias("pos.reports.OpenSales")]
public sealed class OpenSales
{
    /// <summary>By order.</summary>
    [Id(0)]
    public Dictionary<string, OpenOrder> Orders { get; set; } = [];

    /// <summary>The first business day with a fact; empty for none.</summary>
    [Id(1)]
    public string First { get; set; } = "";

    /// <summary>The last business day with a fact; empty for none.</summary>
    [Id(2)]
    public string Last { get; set; } = "";

    /// <summary>The store's currency; empty before the first order or return.</summary>
    [Id(3)]
    public string Currency { get; set; } = "";
}

/// <summary>An order that is placed and not paid yet.</summary>
[GenerateSerializer, Alias("pos.reports.OpenOrder")]
public sealed class OpenOrder
{
    /// <summary>The till.</summary>
    [Id(0)]
    public string Till { get; set; } = "";

    /// <summary>The key that sold.</summary>
    [Id(1)]
    public string Cashier { get; set; } = "";

    /// <summary>Business time, UTC.</summary>
    [Id(2)]
    public DateTimeOffset OccurredAt { get; set; }

    /// <summary>The amount of its cards.</summary>
    [Id(3)]
    public long Card { get; set; }

    /// <summary>The amount of its credit.</summary>
    [Id(4)]
    public long Credit { get; set; }

    /// <summary>Its lines.</summary>
    [Id(5)]
    public List<SalesLine> Lines { get; set; } = [];
}

/// <summary>A line that was sold, or came back.</summary>
[GenerateSerializer, Alias("pos.reports.SalesLine")]
public sealed class SalesLine
{
    /// <summary>The product.</summary>
    [Id(0)]
    public string Sku { get; set; } = "";

    /// <summary>Its name.</summary>
    [Id(1)]
    public string Name { get; set; } = "";

    /// <summary>Pieces.</summary>
    [Id(2)]
    public long Pieces { get; set; }

    /// <summary>Basis points.</summary>
    [Id(3)]
    public int TaxRate { get; set; }

    /// <summary>Net amount.</summary>
    [Id(4)]
    public long Net { get; set; }

    /// <summary>Tax.</summary>
    [Id(5)]
    public long Tax { get; set; }

    /// <summary>Gross amount.</summary>
    [Id(6)]
    public long Gross { get; set; }

    /// <summary>See <see cref="SalesSums.Discount"/>.</summary>
    [Id(7)]
    public long Discount { get; set; }
}
