using Pos.Cli.Server;

namespace Pos.Cli.Retail.Data;

/// <summary>A stock code as a catalogue entry.</summary>
/// <param name="Sku">The stock code.</param>
/// <param name="Name">Its first description, or the code itself.</param>
/// <param name="IsService">Services hold no stock.</param>
/// <param name="ListPrice">Pence: the price it first sells at here, or 0.</param>
/// <param name="OpeningStock">Pieces: all it sells and writes off here.</param>
internal sealed record RetailProduct(string Sku, string Name, bool IsService, long ListPrice, long OpeningStock);

/// <summary>An invoice as the till would ring it up. Most have one kind of lines only.</summary>
/// <param name="Number">Invoice number.</param>
/// <param name="Till">The store's till that it belongs to, whoever replays it.</param>
/// <param name="OccurredAt">UTC; the earliest of its lines.</param>
/// <param name="Sold">Lines sold.</param>
/// <param name="Returned">Lines brought back.</param>
/// <param name="WrittenOff">Lines lost.</param>
/// <param name="Customer">Whose; empty when the file does not know.</param>
/// <param name="Receipt">The sale that its returned lines come from; null without a receipt.</param>
internal sealed record RetailInvoice(
    string Number,
    string Till,
    DateTimeOffset OccurredAt,
    IReadOnlyList<RetailLine> Sold,
    IReadOnlyList<RetailLine> Returned,
    IReadOnlyList<RetailLine> WrittenOff,
    string Customer,
    RetailReceipt? Receipt = null)
{
    /// <summary>Pence: what the lines sold come to.</summary>
    public long Total => Sold.Sum(l => RetailShop.Pence(l.UnitPrice) * l.Quantity);
}

/// <summary>The shop of a file: its catalogue and its invoices, in the file's order.</summary>
internal sealed record RetailShop(IReadOnlyList<RetailProduct> Products, IReadOnlyList<RetailInvoice> Invoices)
{
    /// <summary>The shop's tills: <c>till-1</c> to <c>till-16</c>.</summary>
    public const int TillCount = 16;

    public const string Currency = "GBP";

    public const string TimeZone = "Europe/London";

    public static RetailShop Of(IReadOnlyList<RetailLine> lines)
    {
        if (lines.FirstOrDefault(l => l.IsWriteOff && StockCodes.IsService(l.StockCode)) is { } lost)
        {
            throw new CannotRunException($"Line {lost.FileLine} writes off {lost.StockCode}, which is a service and has no stock.");
        }

        var london = FindTimeZone();
        return new RetailShop(
            [.. lines.GroupBy(l => l.StockCode, StringComparer.Ordinal).Select(g => Product(g.Key, [.. g]))],
            RetailReceipts.Match(lines.GroupBy(l => l.Invoice, StringComparer.Ordinal).Select(g => Invoice(g.Key, [.. g], london))));
    }

    /// <summary>An invoice's till depends on its number alone, so that another number of replaying tills repeats the same requests.</summary>
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

    private static RetailProduct Product(string code, IReadOnlyList<RetailLine> lines)
    {
        var service = StockCodes.IsService(code);
        return new RetailProduct(
            code,
            lines.Select(l => l.Description).FirstOrDefault(d => d.Length > 1) ?? code,
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
            // The offset is asked for and not converted by the framework: that would throw on the hour that spring leaves out.
            new DateTimeOffset(local, london.GetUtcOffset(local)).ToUniversalTime(),
            [.. lines.Where(l => l.IsSale)],
            [.. lines.Where(l => l.IsReturn)],
            [.. lines.Where(l => l.IsWriteOff)],
            lines[0].Customer);
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
