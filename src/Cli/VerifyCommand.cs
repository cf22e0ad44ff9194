using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pos.Cli.Output;
using Pos.Cli.Server;
using Pos.Journal;
using Pos.Journal.Postgres;
using Pos.Journal.Sqlite;
using Pos.Verification;
using Spectre.Console;

namespace Pos.Cli;

/// <summary><c>pos verify</c>: asks a running server to verify its journal, or reads a journal's folder or database itself.</summary>
internal static class VerifyCommand
{
    private const string DefaultData = "./data";
    private const string LedgerName = "provider-ledger.jsonl";

    private const string ConnectionVariable = "POS_CONNECTION";

    public static Command Create(Terminal terminal)
    {
        var data = new Option<string?>("--data")
        {
            Description = $"The folder of a stopped server's journal. [default: {DefaultData}, when no server answers]",
        };
        var connection = new Option<string?>("--connection")
        {
            Description = $"Npgsql's connection string of a PostgreSQL journal; servers may be writing it meanwhile. It holds a password, so it is better given in the environment, as {ConnectionVariable}.",
        };
        var ledger = new Option<string?>("--ledger")
        {
            Description = $"The file of the payment provider's ledger, which is compared with the journal. A running server knows its own. [default: {LedgerName} in the folder of --data, if that file exists]",
        };
        var command = new Command(
            "verify",
            "Reads the whole journal, without the code that wrote it, and checks every invariant. A server that answers does this itself; else the journal is "
            + "read from its folder or database. Also compares the card payments with the payment provider's own ledger. Exits with 1 on any violation and with 2 "
            + "when it could not run.")
        {
            ServerOptions.Url, ServerOptions.Key, ServerOptions.RetryFor, data, connection, ledger, Options.Json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (folder, urlGiven, book) = (parsed.GetValue(data), parsed.GetResult(ServerOptions.Url) is { Implicit: false }, Existing(parsed.GetValue(ledger)));
            var database = parsed.GetValue(connection)
                ?? (folder is null && !urlGiven ? Environment.GetEnvironmentVariable(ConnectionVariable) : null);
            var (report, source) = database is null
                ? await Verify(parsed, folder, book, urlGiven, terminal, cancellationToken)
                : await VerifyDatabase(database, folder, book, urlGiven, cancellationToken);
            return Show(report, source, parsed.GetValue(Options.Json), terminal);
        });
        return command;
    }

    private static string? Existing(string? ledger) =>
        ledger is null || File.Exists(ledger) ? ledger : throw new CannotRunException($"There is no ledger {ledger}.");

    private static async Task<(VerificationReport Report, string Source)> Verify(
        ParseResult parsed, string? folder, string? ledger, bool urlGiven, Terminal terminal, CancellationToken cancellationToken)
    {
        if (folder is not null && urlGiven)
        {
            throw new CannotRunException("--url means a running server and --data a stopped one. Give one of them.");
        }

        if (ledger is not null && urlGiven)
        {
            throw new CannotRunException("--url means a running server, which knows its provider's ledger. Give --ledger with --data or --connection.");
        }

        using var server = ServerOptions.Connect(parsed, terminal.Time, connectionsMax: 1, out _, TimeSpan.FromHours(1));
        if (folder is null && ledger is null && await server.Answers(cancellationToken))
        {
            return (await server.Ask("admin/verify", VerificationJson.Default.VerificationReport, cancellationToken), $"the server at {server.Address}");
        }

        if (urlGiven)
        {
            throw new CannotRunException($"No server answers at {server.Address}.");
        }

        return (await VerifyFiles(folder ?? DefaultData, ledger, folder is null && ledger is null ? $"No server answers at {server.Address}. " : "", cancellationToken),
            $"the journal in {folder ?? DefaultData}");
    }

    private static async Task<(VerificationReport Report, string Source)> VerifyDatabase(
        string connection, string? folder, string? ledger, bool urlGiven, CancellationToken cancellationToken)
    {
        if (urlGiven || folder is not null)
        {
            throw new CannotRunException("--connection means a PostgreSQL journal, --url a running server and --data a stopped one. Give one of them.");
        }

        try
        {
            return (await Verifier.Run(new PostgresJournalOptions { ConnectionString = connection }, ledger, cancellationToken), "the PostgreSQL journal");
        }
        catch (JournalRefusedException e)
        {
            throw new CannotRunException($"--connection (or {ConnectionVariable}) cannot be used: {e.Message}", e);
        }
        catch (Exception e) when (e is JournalUnavailableException or InvalidOperationException or IOException)
        {
            throw new CannotRunException(e.Message, e);
        }
    }

    private static async Task<VerificationReport> VerifyFiles(string folder, string? ledger, string preamble, CancellationToken cancellationToken)
    {
        // Opening a folder without a journal would make an empty one, which has no violations.
        if (!File.Exists(Path.Combine(folder, "journal.db")))
        {
            throw new CannotRunException($"{preamble}There is no journal in {folder}.");
        }

        var beside = Path.Combine(folder, LedgerName);
        try
        {
            using var instruments = new JournalInstruments();
            using var journal = SqliteJournal.Open(new SqliteJournalOptions { Path = folder }, TimeProvider.System, instruments);
            return await Verifier.Run(journal, ledger ?? (File.Exists(beside) ? beside : null), cancellationToken);
        }
        catch (JournalCorruptException e)
        {
            return Verifier.Refused(e.Message);
        }
        catch (JournalInUseException e)
        {
            throw new CannotRunException($"{preamble}{e.Message} Verify it through its server, with --url.", e);
        }
        catch (Exception e) when (e is JournalUnavailableException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new CannotRunException($"The journal in {folder} cannot be read: {e.Message}", e);
        }
    }

    private static int Show(VerificationReport report, string source, bool json, Terminal terminal)
    {
        if (json)
        {
            terminal.Result(JsonSerializer.Serialize(report, VerificationJson.Default.VerificationReport));
            return report.Ok ? ExitCode.Ok : ExitCode.Wrong;
        }

        var table = new Table().RoundedBorder()
            .AddColumn("Invariant")
            .AddColumn(new TableColumn("Checked").RightAligned())
            .AddColumn(new TableColumn("Violations").RightAligned())
            .AddColumn("Meaning");
        foreach (var invariant in report.Invariants)
        {
            table.AddRow(
                Markup.Escape(invariant.Name),
                invariant.Checked.ToString("N0", CultureInfo.InvariantCulture),
                invariant.Violations == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"[red]{invariant.Violations:N0}[/]"),
                Markup.Escape(invariant.Meaning));
        }

        terminal.Result(table);
        terminal.Result(string.Create(
            CultureInfo.InvariantCulture,
            $"{source}: {report.Events:N0} events in {report.Streams:N0} streams to position {report.Head:N0}. "
            + $"Open: {report.Open.Orders} orders, {report.Open.Returns} returns, {report.Open.Payments} payments, {report.Open.Holds} holds of {report.Open.HeldPieces} pieces."));
        foreach (var order in report.Open.FirstOrders)
        {
            terminal.Result($"  open {order}");
        }

        if (report.Cards is { } cards)
        {
            ShowCards(cards, terminal);
        }

        foreach (var violation in report.Invariants.SelectMany(i => i.First.Select(v => $"{i.Name}: {v.Where}: {v.What}")))
        {
            terminal.Result($"  {violation}");
        }

        terminal.Result(report.Ok ? "Everything holds." : string.Create(CultureInfo.InvariantCulture, $"Violations: {report.Violations:N0}."));
        return report.Ok ? ExitCode.Ok : ExitCode.Wrong;
    }

    private static void ShowCards(CardMoney cards, Terminal terminal)
    {
        if (cards is { IsCompared: false, Payments: > 0 })
        {
            terminal.Result(string.Create(
                CultureInfo.InvariantCulture,
                $"{cards.Payments:N0} card payments were not compared, because there is no ledger of the payment provider here. Name it with --ledger."));
        }

        if (cards.Closed.Count == 0)
        {
            return;
        }

        var sums = string.Join(", ", cards.Closed.Sums.Select(sum => string.Create(CultureInfo.InvariantCulture, $"{sum.Amount:N0} {sum.Currency} in minor units")));
        terminal.Result(string.Create(
            CultureInfo.InvariantCulture, $"Refunds that operators closed and the provider never paid: {cards.Closed.Count:N0}, {sums}."));
        foreach (var one in cards.Closed.First)
        {
            terminal.Result(string.Create(
                CultureInfo.InvariantCulture, $"  closed {one.Payment}, refund {one.Refund}: {one.Amount} {one.Currency}, {one.Provider}, by {one.By}: {one.Reason}"));
        }
    }
}
