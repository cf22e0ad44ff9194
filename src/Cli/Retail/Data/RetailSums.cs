namespace Pos.Cli.Retail.Data;

/// <summary>
/// The sums of a file, added up from its lines alone, in decimal pounds. They share no code with the requests of a replay, so a mistake in those
/// shows as a difference.
/// </summary>
/// <param name="Invoices">The number of different invoices.</param>
/// <param name="Orders">Invoices with something sold.</param>
/// <param name="ReturnInvoices">Invoices of returns.</param>
/// <param name="Lines">Lines of the file.</param>
/// <param name="WriteOffs">Lines of goods lost.</param>
/// <param name="Gross">Sold, GBP including tax.</param>
/// <param name="Returns">Paid back, GBP: not positive.</param>
/// <param name="Adjustments">Value of the goods lost at the file's prices, GBP: not positive.</param>
/// <param name="AdjustedPieces">Pieces lost: not positive.</param>
internal sealed record RetailSums(
    int Invoices, int Orders, int ReturnInvoices, int Lines, int WriteOffs, decimal Gross, decimal Returns, decimal Adjustments, long AdjustedPieces)
{
    public static RetailSums Of(IReadOnlyList<RetailLine> lines) => new(
        lines.Select(l => l.Invoice).Distinct(StringComparer.Ordinal).Count(),
        lines.Where(l => l.IsSale).Select(l => l.Invoice).Distinct(StringComparer.Ordinal).Count(),
        lines.Where(l => l.IsReturn).Select(l => l.Invoice).Distinct(StringComparer.Ordinal).Count(),
        lines.Count,
        lines.Count(l => l.IsWriteOff),
        lines.Where(l => l.IsSale).Sum(l => l.Quantity * l.UnitPrice),
        lines.Where(l => l.IsReturn).Sum(l => l.Quantity * l.UnitPrice),
        lines.Where(l => l.IsWriteOff).Sum(l => l.Quantity * l.UnitPrice),
        lines.Where(l => l.IsWriteOff).Sum(l => (long)l.Quantity));

    /// <summary>Pieces of every code of goods on the shelf after import and replay. All opening stock is sold or written off, so only returned pieces are there.</summary>
    public static IReadOnlyDictionary<string, long> FinalStock(IReadOnlyList<RetailLine> lines) => lines
        .Where(l => !l.IsService)
        .GroupBy(l => l.StockCode, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.Where(l => l.IsReturn).Sum(l => -(long)l.Quantity), StringComparer.Ordinal);
}
