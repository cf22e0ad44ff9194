using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pos.Cli.Output;
using Pos.Cli.Retail.Data;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pos.Cli.Retail.Replay;

/// <summary>The result of a replay. Amounts are decimal strings in GBP.</summary>
/// <param name="Invoices">Invoices of the file, all of them rung up.</param>
/// <param name="Lines">Lines of the file.</param>
/// <param name="Gross">The API's total of sales.</param>
/// <param name="Returns">The API's total of refunds: not positive.</param>
/// <param name="Adjustments">The value of the write-offs at the file's prices; a till writes off pieces without a price.</param>
/// <param name="Difference">Gross and returns of the API minus the same sums of the file alone.</param>
/// <param name="OrdersPerSecond">Orders and checkouts, divided by the time of the whole replay.</param>
/// <param name="P50Ms">Half of these requests took no longer.</param>
/// <param name="P95Ms">95 % of them took no longer.</param>
/// <param name="P99Ms">99 % of them took no longer.</param>
/// <param name="Orders">CONFIRMED orders of the store.</param>
/// <param name="ReturnInvoices">Returns of the store.</param>
/// <param name="AdjustmentEntries">Write-offs in the stock ledgers.</param>
/// <param name="AdjustedPieces">Pieces of these write-offs: not positive.</param>
/// <param name="Carts">Orders that came from a cart.</param>
/// <param name="Cards">Orders that a card paid, wholly or in part.</param>
/// <param name="Charged">What the cards paid.</param>
/// <param name="Declined">Invoices paid in cash because their card was declined.</param>
/// <param name="CashOnly">Whether this replay sold for cash alone, because the server takes no cards; an earlier replay may have sold by card.</param>
/// <param name="Receipts">Returns with a receipt.</param>
/// <param name="Requests">Requests of all invoices.</param>
/// <param name="Seconds">The duration of the replay.</param>
/// <param name="Retries">Requests that were sent again.</param>
/// <param name="Findings">Every disagreement, in words; empty when all figures agree.</param>
internal sealed record ReplayReport(
    int Invoices,
    int Lines,
    string Gross,
    string Returns,
    string Adjustments,
    string Difference,
    double OrdersPerSecond,
    double P50Ms,
    double P95Ms,
    double P99Ms,
    int Orders,
    int ReturnInvoices,
    int AdjustmentEntries,
    long AdjustedPieces,
    int Carts,
    int Cards,
    string Charged,
    int Declined,
    bool CashOnly,
    int Receipts,
    long Requests,
    double Seconds,
    long Retries,
    IReadOnlyList<string> Findings)
{
    private const int StockDifferencesShownMax = 5;

    /// <summary>Whether the API and the file agree in every figure.</summary>
    [JsonIgnore]
    public bool Agrees => Findings.Count == 0;

    public static ReplayReport Of(RetailSums file, StoreReport store, ReplayOutcome replayed, long retries)
    {
        var gross = store.Gross / 100m;
        var returns = store.Refunds / 100m;
        var difference = gross + returns - (file.Gross + file.Returns);
        var times = Times.Of(replayed.Latencies);
        var seconds = Math.Max(replayed.Elapsed.TotalSeconds, 0.001);
        return new ReplayReport(
            file.Invoices,
            file.Lines,
            Pounds(gross),
            Pounds(returns),
            Pounds(file.Adjustments),
            Pounds(difference),
            Math.Round(times.Count / seconds, 1),
            times.P50Ms,
            times.P95Ms,
            times.P99Ms,
            store.Orders,
            store.Returns,
            store.AdjustmentEntries,
            store.AdjustedPieces,
            store.Sold.Carts,
            store.Sold.Cards,
            Pounds(store.Sold.Charged / 100m),
            replayed.Declined,
            replayed.CashOnly,
            replayed.Receipts,
            replayed.Requests,
            Math.Round(seconds, 3),
            retries,
            [.. FindingsOf(file, store, replayed.Sold)]);
    }

    public IRenderable ToTable(RetailSums file)
    {
        var table = new Table().RoundedBorder().AddColumn("").AddColumn(Right("API")).AddColumn(Right("File"));
        table.AddRow("Invoices", "", Count(file.Invoices));
        table.AddRow("Lines", "", Count(file.Lines));
        table.AddRow("Orders", Count(Orders), Count(file.Orders));
        table.AddRow("Gross, GBP", Gross, Pounds(file.Gross));
        table.AddRow("  through a cart", Count(Carts), "");
        table.AddRow("  by card", Count(Cards), "");
        table.AddRow("  by card, GBP", Charged, "");
        table.AddRow("  card declined, then cash", Count(Declined), "");
        table.AddRow("Return invoices", Count(ReturnInvoices), Count(file.ReturnInvoices));
        table.AddRow("  with a receipt", Count(Receipts), "");
        table.AddRow("Returns, GBP", Returns, Pounds(file.Returns));
        table.AddRow("Adjustments", Count(AdjustmentEntries), Count(file.WriteOffs));
        table.AddRow("Pieces adjusted", Count(AdjustedPieces), Count(file.AdjustedPieces));
        table.AddRow("Difference, GBP", Difference, "");
        table.AddEmptyRow();
        table.AddRow("Orders per second", OrdersPerSecond.ToString("0.0", CultureInfo.InvariantCulture), "");
        table.AddRow("p50 / p95 / p99, ms", string.Create(CultureInfo.InvariantCulture, $"{P50Ms:0.0} / {P95Ms:0.0} / {P99Ms:0.0}"), "");
        table.AddRow("Requests", Count(Requests), "");
        table.AddRow("Seconds", Seconds.ToString("0.0", CultureInfo.InvariantCulture), "");
        table.AddRow("Requests sent again", Count(Retries), "");
        return table;
    }

    private static IEnumerable<string> FindingsOf(RetailSums file, StoreReport store, SaleKinds rung)
    {
        foreach (var (what, found, expected) in new[]
        {
            ("orders", store.Orders, (decimal)file.Orders),
            ("gross", store.Gross / 100m, file.Gross),
            ("return invoices", store.Returns, file.ReturnInvoices),
            ("returns", store.Refunds / 100m, file.Returns),
            ("adjustments", store.AdjustmentEntries, file.WriteOffs),
            ("pieces adjusted", store.AdjustedPieces, file.AdjustedPieces),
        })
        {
            if (found != expected)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{what}: the API reports {found}, the file has {expected}");
            }
        }

        if (store.Sold != rung)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"carts and cards: the API reports {store.Sold.Carts} orders of carts and {store.Sold.Cards} by card with {store.Sold.Charged / 100m}, the tills rang {rung.Carts} and {rung.Cards} with {rung.Charged / 100m}");
        }

        if (store.ForeignOrders + store.ForeignReturns > 0)
        {
            yield return $"the store holds {store.ForeignOrders} confirmed orders and {store.ForeignReturns} returns that are not of this file";
        }

        if (store.OpenOrders > 0)
        {
            yield return $"{store.OpenOrders} orders have no end yet";
        }

        foreach (var difference in store.StockDifferences.Take(StockDifferencesShownMax))
        {
            yield return $"stock of {difference}";
        }

        if (store.StockDifferences.Count > StockDifferencesShownMax)
        {
            yield return $"and the stock of {store.StockDifferences.Count - StockDifferencesShownMax} more codes";
        }
    }

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned();

    private static string Pounds(decimal amount) => amount.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);
}
