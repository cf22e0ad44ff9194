using System.Globalization;
using Pos.Cli.Output;
using Pos.Cli.Retail.Data;
using Pos.Cli.Server;

namespace Pos.Cli.Retail.Replay;

/// <summary>
/// Compares the server's sales report with sums over the lines of the file: by day, hour, product, till and tender, and the top sellers. The sums
/// share no code with the requests of the replay.
/// </summary>
internal sealed class RetailReports(PosServer server, Patience patience, Terminal terminal, string store)
{
    private const int TopSellers = 20;
    private const int FindingsMax = 10;

    // A report follows the journal within a moment. After a crash it reads on from its own position.
    private static readonly TimeSpan CompleteMax = TimeSpan.FromSeconds(90);

    /// <summary>Every disagreement, in words.</summary>
    public async Task<IReadOnlyList<string>> Compare(IReadOnlyList<RetailLine> lines, SaleKinds rung, CancellationToken cancellationToken)
    {
        var invoices = lines.GroupBy(line => line.Invoice, StringComparer.Ordinal).SelectMany(Timed).ToList();
        var (from, to) = (Day(invoices.Min(line => line.At)), Day(invoices.Max(line => line.At)));
        var query = $"api/v1/reports/sales?store={store}&from={from}&to={to}";
        await UntilComplete(query, cancellationToken);
        var findings = new List<string>();
        var sold = invoices.Where(line => line.Line.IsSale).ToList();
        var back = invoices.Where(line => line.Line.IsReturn).ToList();
        foreach (var (grouping, keyOf) in new (string, Func<(RetailLine Line, DateTime At), string>)[]
        {
            ("day", line => Day(line.At)),
            ("hour", line => line.At.ToString("yyyy-MM-dd'T'HH", CultureInfo.InvariantCulture)),
            ("product", line => line.Line.StockCode),
            ("till", line => RetailShop.TillOf(line.Line.Invoice)),
        })
        {
            var rows = await Rows($"{query}&groupBy={grouping}", cancellationToken);
            Func<string, string> keyOfRow = grouping == "hour" ? key => key[..13] : key => key;
            AddDifferences(findings, $"sold by {grouping}", Sums(sold, keyOf, 1), rows.Select(row => (keyOfRow(row.Key), row.Gross.Amount)));
            AddDifferences(findings, $"returned by {grouping}", Sums(back, keyOf, -1), rows.Select(row => (keyOfRow(row.Key), row.GrossReturned.Amount)));
        }

        var top = await server.Get($"{query}&groupBy=product&order=gross&limit={TopSellers}", Messages.Default.SalesReportAnswer, cancellationToken);
        var products = Sums(sold, line => line.Line.StockCode, 1);
        // The report also lists products that only came back, behind the products that were sold.
        var expected = products.Keys.Union(back.Select(line => line.Line.StockCode), StringComparer.Ordinal)
            .OrderByDescending(product => products.GetValueOrDefault(product)).ThenBy(product => product, StringComparer.Ordinal).Take(TopSellers);
        if (!top.Report.Rows.Select(row => row.Key).SequenceEqual(expected, StringComparer.Ordinal))
        {
            findings.Add($"the report's {TopSellers} top sellers are not those of the file");
        }

        var tenders = await Rows($"{query}&groupBy=tender", cancellationToken);
        Compare(findings, "taken by card", rung.Charged / 100m, tenders.Where(tender => tender.Key == "card").Sum(tender => tender.Gross.Amount));
        Compare(findings, "taken by all tenders", sold.Sum(Amount), tenders.Sum(tender => tender.Gross.Amount));
        Compare(findings, "given back by all tenders", -back.Sum(Amount), tenders.Sum(tender => tender.GrossReturned.Amount));
        return findings.Count <= FindingsMax ? findings : [.. findings[..FindingsMax], $"and {findings.Count - FindingsMax} more sums of the reports"];
    }

    // An invoice happens at the time of its first line.
    private static IEnumerable<(RetailLine Line, DateTime At)> Timed(IEnumerable<RetailLine> invoice)
    {
        var at = invoice.Min(line => line.LocalTime);
        return invoice.Select(line => (line, at));
    }

    private static Dictionary<string, decimal> Sums(
        IEnumerable<(RetailLine Line, DateTime At)> lines, Func<(RetailLine Line, DateTime At), string> keyOf, int sign) =>
        lines.GroupBy(keyOf, StringComparer.Ordinal).ToDictionary(group => group.Key, group => sign * group.Sum(Amount), StringComparer.Ordinal);

    private static decimal Amount((RetailLine Line, DateTime At) line) => line.Line.Quantity * line.Line.UnitPrice;

    private static string Day(DateTime at) => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static void AddDifferences(List<string> findings, string what, Dictionary<string, decimal> expected, IEnumerable<(string Key, long Pence)> found)
    {
        var report = found.ToDictionary(row => row.Key, row => row.Pence, StringComparer.Ordinal);
        foreach (var key in expected.Keys.Union(report.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            Compare(findings, $"{what}, {key}", expected.GetValueOrDefault(key), report.GetValueOrDefault(key));
        }
    }

    private static void Compare(List<string> findings, string what, decimal expected, long pence)
    {
        if (pence / 100m != expected)
        {
            findings.Add(string.Create(CultureInfo.InvariantCulture, $"{what}: the report says {pence / 100m}, the file {expected}"));
        }
    }

    private async Task UntilComplete(string query, CancellationToken cancellationToken)
    {
        var began = terminal.Time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            var freshness = (await server.Get($"{query}&limit=1", Messages.Default.SalesReportAnswer, cancellationToken)).Report.Freshness;
            if (freshness.LagMs == 0 || terminal.Time.GetElapsedTime(began) > CompleteMax)
            {
                return;
            }

            await patience.Pause(attempt, null, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<SalesRowAnswer>> Rows(string query, CancellationToken cancellationToken)
    {
        var rows = new List<SalesRowAnswer>();
        for (var cursor = ""; ;)
        {
            var page = await server.Get($"{query}&limit=100{cursor}", Messages.Default.SalesReportAnswer, cancellationToken);
            rows.AddRange(page.Report.Rows);
            if (page.NextCursor is null)
            {
                return rows;
            }

            cursor = "&cursor=" + Uri.EscapeDataString(page.NextCursor);
        }
    }
}
