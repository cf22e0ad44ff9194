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

    private static readonly Argument<string> File = new("FILE")
    {
        Description = "CSV with the columns InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice.",
    };

    private static readonly Option<string> Store = StoreOption();

    public static Command Import(Terminal terminal)
    {
        var command = new Command(
            "import-retail",
            "Opens the shop of a retailer's CSV file: the store, its products, and as opening stock all that each code sells and writes "
            + "off in the file. May be repeated. Goods are the codes with a number of three digits or more; the others (POST, D, M, "
            + "C2, BANK CHARGES, …) are services.")
        {
            File, Store, RetailEncoding.Option, ServerOptions.Url, ServerOptions.Key, ServerOptions.RetryFor,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var shop = RetailShop.Of(RetailFile.Read(parsed.GetRequiredValue(File), RetailEncoding.Named(parsed.GetRequiredValue(RetailEncoding.Option))!));
            using var server = ServerOptions.Connect(parsed, terminal.Time, RetailImport.Parallel, out _);
            await server.MustAnswer(cancellationToken);
            var store = parsed.GetRequiredValue(Store);
            await new RetailImport(server, terminal, store).Run(shop, cancellationToken);
            terminal.Result(
                $"Store {store} is open: {shop.Products.Count} products, {shop.Products.Sum(p => p.OpeningStock)} pieces in stock.");
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command Replay(Terminal terminal)
    {
        var tills = new Option<int>("--tills")
        {
            Description = $"Tills that ring at once, 1–{TillsMax}.",
            DefaultValueFactory = _ => RetailShop.TillCount,
        };
        tills.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out var n) || n is < 1 or > TillsMax))
            {
                result.AddError($"--tills is a number from 1 to {TillsMax}.");
            }
        });
        var json = new Option<bool>("--json") { Description = "Write the result as JSON, and nothing else, to the standard output." };
        var command = new Command(
            "replay",
            "Sells the file's invoices again through the HTTP API and compares what the API then reports with the file. Half of them go "
            + "through a cart, and a third is paid by a test card, some with cash besides; when a card is declined, cash pays. A return "
            + "goes to the sale it comes from, where the file has it. An invoice makes the same requests under the same keys every time: "
            + "stop and repeat it at will. The sales are told long after they happened, which takes a manager's or an operator's key. "
            + "Exits with 1 on any difference.")
        {
            File, tills, Store, RetailEncoding.Option, json, ServerOptions.Url, ServerOptions.Key, ServerOptions.RetryFor,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var lines = RetailFile.Read(parsed.GetRequiredValue(File), RetailEncoding.Named(parsed.GetRequiredValue(RetailEncoding.Option))!);
            var shop = RetailShop.Of(lines);
            var store = parsed.GetRequiredValue(Store);
            using var server = ServerOptions.Connect(parsed, terminal.Time, parsed.GetRequiredValue(tills), out var patience);
            await server.MustAnswer(cancellationToken);
            var replayed = await new RetailReplay(server, terminal, store).Run(shop, parsed.GetRequiredValue(tills), cancellationToken);
            var found = await new Reconciliation(server, patience, terminal, store).Read(
                replayed,
                RetailSums.FinalStock(lines),
                [.. lines.Where(l => l.IsWriteOff).Select(l => l.StockCode).Distinct(StringComparer.Ordinal)],
                cancellationToken);
            var sums = RetailSums.Of(lines);
            return Show(ReplayReport.Of(sums, found, replayed, server.Retries), sums, parsed.GetValue(json), terminal);
        });
        return command;
    }

    private static int Show(ReplayReport report, RetailSums sums, bool json, Terminal terminal)
    {
        if (json)
        {
            terminal.Result(report.ToJson());
        }
        else
        {
            terminal.Result(report.ToTable(sums));
        }

        foreach (var finding in report.Findings)
        {
            terminal.Error(finding);
        }

        return report.Agrees ? ExitCode.Ok : ExitCode.Wrong;
    }

    private static Option<string> StoreOption()
    {
        var store = new Option<string>("--store") { Description = "The store's id: a–z 0–9 -.", DefaultValueFactory = _ => "retail" };
        store.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !result.Tokens[0].Value.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            {
                result.AddError("--store is made of a–z, 0–9 and -.");
            }
        });
        return store;
    }
}
