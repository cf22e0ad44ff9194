using System.CommandLine;
using Pos.Cli.Output;
using Pos.Cli.Server;

namespace Pos.Cli.Load;

/// <summary><c>pos load</c>: opens a store, sends customers, and proves what they bought.</summary>
internal static class LoadCommand
{
    private const int ConnectionsMax = 16;

    // The proof waits while the server checks its whole journal.
    private static readonly TimeSpan ProofAttemptMax = TimeSpan.FromMinutes(30);

    // The view asks for the stock beside the load, and a late answer is not worth waiting for.
    private static readonly TimeSpan ViewAttemptMax = TimeSpan.FromSeconds(2);

    public static Command Create(Terminal terminal)
    {
        var command = new Command(
            "load",
            "Opens a store of its own, sends customers to it, and then proves from the API's figures that sold + held + left is the opening stock, that nothing was "
            + "oversold and that no sale was made twice. Its sales stay in the journal. Where a scenario has cards and the server takes none, cash pays. Exits with 1 "
            + "when the proof does not hold or a --fail-if does.")
        {
            LoadOptions.Scenario, LoadOptions.Target, ServerOptions.Key, LoadOptions.Clients, LoadOptions.Rate, LoadOptions.Duration, LoadOptions.Ramp,
            LoadOptions.Buyers, LoadOptions.Items, LoadOptions.Units, LoadOptions.Skew, LoadOptions.Seed, LoadOptions.Store, LoadOptions.Timeout,
            LoadOptions.Retry, ServerOptions.RetryFor, LoadOptions.Histogram, Options.Json, LoadOptions.FailIfs,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            FailIf[] failIfs = [.. (parsed.GetValue(LoadOptions.FailIfs) ?? []).Select(text => FailIf.TryParse(text, out var c) ? c : throw new CannotRunException(text))];
            var report = await Run(
                LoadOptions.Plan(parsed), ServerOptions.KeyOf(parsed), failIfs, parsed.GetValue(LoadOptions.Histogram), terminal, cancellationToken);
            return terminal.Show(parsed.GetValue(Options.Json) ? ReportJson.Of(report) : null, report.ToTable, [.. report.Proof.Findings, .. report.Failures]);
        });
        return command;
    }

    /// <summary>Sends the load and proves what it sold.</summary>
    public static async Task<LoadReport> Run(
        LoadPlan plan, string? key, IReadOnlyList<FailIf> failIfs, string? histogramFile, Terminal terminal, CancellationToken cancellationToken)
    {
        using var log = histogramFile is null ? null : OpenLog(histogramFile);
        var patience = new Patience(plan.RetryFor, terminal.Time);
        using var server = new PosServer(plan.Targets[0], key, patience, ConnectionsMax, ProofAttemptMax);
        using var view = new PosServer(plan.Targets[0], key, patience with { Budget = TimeSpan.Zero }, connectionsMax: 1, ViewAttemptMax);
        foreach (var target in plan.Targets)
        {
            using var one = new PosServer(target, key, patience, connectionsMax: 1, plan.AnswerMax);
            await one.MustAnswer(cancellationToken);
        }

        await new LoadShop(server, plan).Open(terminal, cancellationToken);
        if (plan.Scenario is Scenario.Checkout or Scenario.Soak && !await server.TakesCards(plan.Store, cancellationToken))
        {
            plan = plan with { CashOnly = true };
            terminal.Note("The server takes no cards (it has no payment provider), so cash pays every sale of this load.");
        }

        log?.Begin(terminal.Time.GetUtcNow());
        var figures = new Figures();
        var run = new LoadRun(plan, key, figures, terminal.Time);
        await new LoadView(plan, run, figures, new LoadShop(view, plan), log, terminal).Follow(run.Run(cancellationToken), cancellationToken);
        var seconds = Math.Max((run.Elapsed - plan.Ramp).TotalSeconds, 0.001);
        var tally = figures.Read();
        var unknown = await Settle(run, figures, terminal, cancellationToken);
        var proof = await new LoadProof(server, plan, figures, patience).Read(unknown, terminal, cancellationToken);
        var rate = tally.Sessions / seconds;
        return new LoadReport(
            plan.Scenario.ToString().ToLowerInvariant(),
            plan.Store,
            [.. plan.Targets.Select(target => target.ToString())],
            plan.Clients,
            plan.Rate,
            plan.Seed,
            plan.CashOnly,
            Math.Round(seconds, 3),
            Math.Round(rate, 1),
            tally,
            proof,
            [.. failIfs.Select(condition => condition.Found(tally, rate, figures.Whole)).OfType<string>()]);
    }

    private static async Task<int> Settle(LoadRun run, Figures figures, Terminal terminal, CancellationToken cancellationToken)
    {
        var open = figures.TakeOpen();
        if (open.Length > 0)
        {
            await terminal.Progress("unknown outcomes", "sessions", open.Length, advance => run.Settle(open, advance, cancellationToken));
        }

        return figures.TakeOpen().Length;
    }

    private static LatencyLog OpenLog(string file)
    {
        try
        {
            return new LatencyLog(File.Create(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CannotRunException($"--histogram cannot be written: {e.Message}");
        }
    }
}
