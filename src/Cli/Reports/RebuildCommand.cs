using System.CommandLine;
using System.Globalization;
using Pos.Cli.Output;
using Pos.Cli.Server;
using Spectre.Console;

namespace Pos.Cli.Reports;

/// <summary>The result of a rebuild of one report.</summary>
/// <param name="Store">The store.</param>
/// <param name="Report">The report.</param>
/// <param name="Position">The position of the journal up to which it was made anew.</param>
/// <param name="Seconds">The duration.</param>
/// <param name="Differences">What differed from the report before; empty when all was the same.</param>
/// <param name="Error">Why the rebuild failed, and the report before stayed; null when it did not fail.</param>
internal sealed record RebuiltReport(string Store, string Report, long Position, double Seconds, IReadOnlyList<string> Differences, string? Error);

/// <summary><c>pos rebuild</c>: has a running server make its reports anew from its journal.</summary>
internal static class RebuildCommand
{
    private const int Parts = 100;

    public static Command Create(Terminal terminal)
    {
        var report = new Argument<string?>("REPORT") { Description = "sales, stock or sagas. All without it.", Arity = ArgumentArity.ZeroOrOne };
        var store = Options.Store("The store's id. All stores without it.", null);
        var command = new Command(
            "rebuild",
            "Folds a running server's journal into new versions of its reports, while sales go on, compares them with the live ones, and puts them in their place. "
            + "It takes an operator's key. Exits with 1 when a report differed or could not be made anew.")
        {
            report, store, Options.Json, ServerOptions.Url, ServerOptions.Key, ServerOptions.RetryFor,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var server = ServerOptions.Connect(parsed, terminal.Time, connectionsMax: 1, out var patience);
            await server.MustAnswer(cancellationToken);
            var rebuilt = new List<RebuiltReport>();
            foreach (var id in await Stores(server, parsed.GetValue(store), cancellationToken))
            {
                foreach (var name in await Reports(server, id, parsed.GetValue(report), cancellationToken))
                {
                    rebuilt.Add(await Rebuild(server, patience, terminal, id, name, cancellationToken));
                }
            }

            return terminal.Show(
                parsed.GetValue(Options.Json) ? ReportJson.Of(rebuilt) : null,
                () => Table(rebuilt),
                [.. rebuilt.SelectMany(static one => (one.Error is null ? one.Differences : [.. one.Differences, one.Error]).Select(what => $"{one.Report} of {one.Store}: {what}"))]);
        });
        return command;
    }

    private static async Task<IReadOnlyList<string>> Stores(PosServer server, string? named, CancellationToken cancellationToken)
    {
        if (named is not null)
        {
            return [named];
        }

        var all = new List<string>();
        await foreach (var store in server.List("api/v1/stores", Messages.Default.PageStoreAnswer, cancellationToken))
        {
            all.Add(store.Id);
        }

        return all;
    }

    private static async Task<IReadOnlyList<string>> Reports(PosServer server, string store, string? named, CancellationToken cancellationToken)
    {
        string[] all = [.. (await Progress(server, store, cancellationToken)).Select(static report => report.Report)];
        return named is null ? all
            : all.Contains(named, StringComparer.Ordinal) ? [named]
            : throw new CannotRunException($"There is no report '{named}'. The reports are {string.Join(", ", all)}.");
    }

    private static async Task<IReadOnlyList<ReportProgressAnswer>> Progress(PosServer server, string store, CancellationToken cancellationToken) =>
        (await server.Get($"api/v1/stores/{store}/reports", Messages.Default.PageReportProgressAnswer, cancellationToken)).Items;

    private static async Task<RebuiltReport> Rebuild(
        PosServer server, Patience patience, Terminal terminal, string store, string report, CancellationToken cancellationToken)
    {
        var began = terminal.Time.GetTimestamp();
        RebuildAnswer? rebuild = null;
        await terminal.Progress($"{report} of {store}", "%", Parts, async advance =>
        {
            var shown = 0;
            for (var attempt = 0; rebuild is not { UnderWay: false }; attempt++)
            {
                if (rebuild is null)
                {
                    // The first time, and again when the silo that did it has died.
                    var key = FormattableString.Invariant($"rebuild-{terminal.Time.GetUtcNow().UtcTicks}-{attempt}");
                    await server.Post(
                        $"api/v1/stores/{store}/reports/{report}/rebuild", key, new NothingMessage(), Messages.Default.NothingMessage, cancellationToken);
                }
                else
                {
                    await patience.Pause(Math.Min(attempt, 3), null, cancellationToken);
                }

                rebuild = (await Progress(server, store, cancellationToken)).First(one => one.Report == report).Rebuild;
                for (; shown < (rebuild is { UnderWay: false } ? Parts : Parts * (rebuild?.Position ?? 0) / Math.Max(1, rebuild?.UpTo ?? 1)); shown++)
                {
                    advance();
                }
            }
        });
        return new(store, report, rebuild!.Position, Math.Round(terminal.Time.GetElapsedTime(began).TotalSeconds, 3), rebuild.Differences, rebuild.Error);
    }

    private static Table Table(IReadOnlyList<RebuiltReport> rebuilt)
    {
        var table = new Table().RoundedBorder().AddColumn("Store").AddColumn("Report").AddColumn("Position").AddColumn("Seconds").AddColumn("Differences");
        foreach (var one in rebuilt)
        {
            table.AddRow(
                Markup.Escape(one.Store), Markup.Escape(one.Report), one.Position.ToString(CultureInfo.InvariantCulture),
                one.Seconds.ToString("0.0", CultureInfo.InvariantCulture), one.Error is null ? one.Differences.Count.ToString(CultureInfo.InvariantCulture) : "failed");
        }

        return table;
    }
}
