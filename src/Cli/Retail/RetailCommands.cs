using System.CommandLine;
using Pos.Cli.Output;
using Pos.Cli.Retail.Data;
using Pos.Cli.Retail.Replay;
using Pos.Cli.Server;

namespace Pos.Cli.Retail;

/// <summary><c>pos import-retail</c> and <c>pos replay</c>.</summary>
internal static class RetailCommands
{
    private const int TillsMax = 256;
    private const int TaxBasisPoints = 2_000;

    private static readonly Argument<string> File = new("FILE")
    {
        Description = "CSV with the columns InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice.",
    };

    private static readonly Option<string?> Store = Options.Store("The store's id: a–z, 0–9 and -.", "retail");

    public static Command Import(Terminal terminal)
    {
        var command = new Command(
            "import-retail",
            "Opens the shop of a retailer's CSV file: the store, its products, and as opening stock all pieces that the file sells or writes off. "
            + "It can be repeated. A code with a number of three digits or more is goods; the others (POST, D, M, C2, BANK CHARGES, …) are services.")
        {
            File, Store, RetailEncoding.Option, ServerOptions.Url, ServerOptions.Key, ServerOptions.RetryFor,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var shop = RetailShop.Of(Read(parsed));
            using var server = ServerOptions.Connect(parsed, terminal.Time, ShopOpening.RequestsMax, out _);
            await server.MustAnswer(cancellationToken);
            var store = parsed.GetRequiredValue(Store)!;
            var opening = new ShopOpening(server, terminal, store);
            await opening.Define(
                StoreMessage.Shop("Online Retail", "London", RetailShop.Currency, RetailShop.TimeZone, TaxBasisPoints, RetailShop.TillCount), cancellationToken);
            await opening.Stock(shop.Products, RetailShop.Currency, cancellationToken);
            terminal.Result(
                $"Store {store} is open: {shop.Products.Count} products, {shop.Products.Sum(p => p.OpeningStock)} pieces in stock.");
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command Replay(Terminal terminal)
    {
        var tills = Options.Number("--tills", $"Tills that ring at the same time, 1–{TillsMax}.", 1, TillsMax, RetailShop.TillCount);
        var command = new Command(
            "replay",
            "Sells the file's invoices again through the HTTP API and compares the API's figures and the sales report with the file. Half of the invoices go through a cart. "
            + "A test card pays a third of them, partly with cash; when a card is declined, cash pays. A server that takes no cards is noticed at the start, and cash "
            + "pays everything. A return goes to the sale that it comes from, where the file has it. An invoice makes the same requests under the same keys every "
            + "time, so the replay can be stopped and repeated. Its sales happened long ago, and reporting them takes a manager's or an operator's key. "
            + "Exits with 1 on any difference.")
        {
            File, tills, Store, RetailEncoding.Option, Options.Json, ServerOptions.Url, ServerOptions.Key, ServerOptions.RetryFor,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var lines = Read(parsed);
            var shop = RetailShop.Of(lines);
            var store = parsed.GetRequiredValue(Store)!;
            using var server = ServerOptions.Connect(parsed, terminal.Time, parsed.GetRequiredValue(tills), out var patience);
            await server.MustAnswer(cancellationToken);
            var replayed = await new RetailReplay(server, terminal, store).Run(shop, parsed.GetRequiredValue(tills), cancellationToken);
            var found = await new Reconciliation(server, patience, terminal, store).Read(
                replayed,
                RetailSums.FinalStock(lines),
                [.. lines.Where(l => l.IsWriteOff).Select(l => l.StockCode).Distinct(StringComparer.Ordinal)],
                cancellationToken);
            var sums = RetailSums.Of(lines);
            var differences = await new RetailReports(server, patience, terminal, store).Compare(lines, replayed.Sold, cancellationToken);
            var report = ReplayReport.Of(sums, found, replayed, server.Retries);
            report = report with { Findings = [.. report.Findings, .. differences] };
            return terminal.Show(parsed.GetValue(Options.Json) ? ReportJson.Of(report) : null, () => report.ToTable(sums), report.Findings);
        });
        return command;
    }

    private static IReadOnlyList<RetailLine> Read(ParseResult parsed) =>
        RetailFile.Read(parsed.GetRequiredValue(File), RetailEncoding.Named(parsed.GetRequiredValue(RetailEncoding.Option))!);
}
