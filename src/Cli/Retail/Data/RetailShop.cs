using Pos.Cli.Server;

namespace Pos.Cli.Retail.Data;

/// <summary>An invoice as a till rings it up. Most invoices have one kind of lines only.</summary>
/// <param name="Number">The invoice's number in the file.</param>
/// <param name="Till">The store's till that sells it, in every replay.</param>
/// <param name="OccurredAt">UTC; the earliest time of its lines.</param>
/// <param name="Sold">The lines sold.</param>
/// <param name="Returned">The lines brought back.</param>
/// <param name="WrittenOff">The lines lost.</param>
/// <param name="Customer">The customer's number; empty when the file names none.</param>
/// <param name="Country">The customer's country; empty when the file names none.</param>
/// <param name="Receipt">The sale that the returned lines come from; null without a receipt.</param>
internal sealed record RetailInvoice(
    string Number,
    string Till,
    DateTimeOffset OccurredAt,
    IReadOnlyList<RetailLine> Sold,
    IReadOnlyList<RetailLine> Returned,
    IReadOnlyList<RetailLine> WrittenOff,
    string Customer,
    string Country = "",
    RetailReceipt? Receipt = null)
{
    /// <summary>The customer's number for the server; null without one.</summary>
    public string? CustomerOrNull => Customer.Length > 0 ? Customer : null;

    /// <summary>The country for the server; null without one.</summary>
    public IReadOnlyDictionary<string, string>? Metadata =>
        Country.Length > 0 ? new Dictionary<string, string>(StringComparer.Ordinal) { ["country"] = Country } : null;

    /// <summary>The total of the lines sold, in pence.</summary>
    public long Total => Sold.Sum(l => RetailShop.Pence(l.UnitPrice) * l.Quantity);
}

/// <summary>The shop of a file: its catalogue and its invoices, in the file's order.</summary>
internal sealed record RetailShop(IReadOnlyList<ShopProduct> Products, IReadOnlyList<RetailInvoice> Invoices)
{
    /// <summary>The shop's tills: <c>till-1</c> to <c>till-16</c>.</summary>
    public const int TillCount = 16;

    public const string Currency = "GBP";

    public const string TimeZone = "Europe/London";

    public static RetailShop Of(IReadOnlyList<RetailLine> lines)
    {
        if (lines.FirstOrDefault(l => l.IsWriteOff && l.IsService) is { } lost)
        {
            throw new CannotRunException($"Line {lost.FileLine} writes off {lost.StockCode}, which is a service and has no stock.");
        }

        var london = FindTimeZone();
        return new RetailShop(
            [.. lines.GroupBy(l => l.StockCode, StringComparer.Ordinal).Select(g => Product(g.Key, [.. g]))],
            RetailReceipts.Match(lines.GroupBy(l => l.Invoice, StringComparer.Ordinal).Select(g => Invoice(g.Key, [.. g], london))));
    }

    /// <summary>The till of an invoice. It depends on the invoice's number alone, so a replay with more or fewer tills makes the same requests.</summary>
    public static string TillOf(string invoice)
    {
        var number = 0;
        foreach (var c in invoice)
        {
            number = char.IsAsciiDigit(c) ? ((number * 10) + (c - '0')) % TillCount : number;
        }

        return FormattableString.Invariant($"till-{number + 1}");
    }

    public static long Pence(decimal pounds) => decimal.ToInt64(pounds * 100);

    public static MoneyMessage Price(RetailLine line) => new(Pence(line.UnitPrice), Currency);

    private static ShopProduct Product(string code, IReadOnlyList<RetailLine> lines)
    {
        var service = lines[0].IsService;
        return new ShopProduct(
            code,
            lines.Select(l => l.Description).FirstOrDefault(d => d.Length > 1) ?? code,
            service ? "Services" : "Gifts",
            service,
            Pence(lines.FirstOrDefault(l => l.IsSale && l.UnitPrice > 0)?.UnitPrice ?? 0),
            service ? 0 : lines.Where(l => l.IsSale || l.IsWriteOff).Sum(l => Math.Abs((long)l.Quantity)));
    }

    private static RetailInvoice Invoice(string number, IReadOnlyList<RetailLine> lines, TimeZoneInfo london)
    {
        var local = lines.Min(l => l.LocalTime);
        return new RetailInvoice(
            number,
            TillOf(number),
            // GetUtcOffset accepts a time in the hour that is skipped in spring; ConvertTimeToUtc would throw.
            new DateTimeOffset(local, london.GetUtcOffset(local)).ToUniversalTime(),
            [.. lines.Where(l => l.IsSale)],
            [.. lines.Where(l => l.IsReturn)],
            [.. lines.Where(l => l.IsWriteOff)],
            lines[0].Customer,
            lines[0].Country);
    }

    private static TimeZoneInfo FindTimeZone()
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(TimeZone);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            throw new CannotRunException($"This system does not know the time zone {TimeZone}: install tzdata.", e);
        }
    }
}
