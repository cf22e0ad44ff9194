using System.CommandLine;
using Pos.Cli.Load.Buyers;
using Pos.Cli.Output;
using Pos.Cli.Server;

namespace Pos.Cli.Load;

/// <summary><c>pos load</c>: opens a store, sends customers, and proves what they bought.</summary>
internal static class LoadCommand
{
    private const int LookConnections = 1;

    // The proof waits for a check of the whole journal.
    private static readonly TimeSpan ProofAttemptMax = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LookMax = TimeSpan.FromSeconds(2);

    public static Command Create(Terminal terminal)
    {
        var command = new Command(
            "load",
            "Opens a store of its own, sends it customers, and proves from what the API then reports that sold + held + left = what there "
            + "was, that nothing was oversold and that nobody got two orders for one. What it sells stays in the journal. Exits with 1 when the proof does "
            + "not hold or a --fail-if does.")
        {
            LoadOptions.Scenario, LoadOptions.Target, ServerOptions.Key, LoadOptions.Clients, LoadOptions.Rate, LoadOptions.Duration, LoadOptions.Ramp,
            LoadOptions.Buyers, LoadOptions.Items, LoadOptions.Units, LoadOptions.Skew, LoadOptions.Seed, LoadOptions.Store, LoadOptions.Timeout,
            LoadOptions.Retry, ServerOptions.RetryFor, LoadOptions.Histogram, LoadOptions.Json, LoadOptions.FailIfs,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            FailIf[] failIfs = [.. (parsed.GetValue(LoadOptions.FailIfs) ?? []).Select(text => FailIf.TryParse(text, out var c) ? c : throw new CannotRunException(text))];
            var report = await Run(
                LoadOptions.Plan(parsed), ServerOptions.KeyOf(parsed), failIfs, parsed.GetValue(LoadOptions.Histogram), terminal, cancellationToken);
            return Show(report, parsed.GetValue(LoadOptions.Json), terminal);
        });
        return command;
    }

    /// <summary>Sends the load and reads back what it has done.</summary>
    public static async Task<LoadReport> Run(
        LoadPlan plan, string? key, IReadOnlyList<FailIf> failIfs, string? histogramFile, Terminal terminal, CancellationToken cancellationToken)
    {
        using var log = histogramFile is null ? null : OpenLog(histogramFile);
        var patience = new Patience(plan.RetryFor, terminal.Time);
        using var server = new PosServer(plan.Targets[0], key, patience, connectionsMax: 16, ProofAttemptMax);
        using var look = new PosServer(plan.Targets[0], key, patience with { Budget = TimeSpan.Zero }, LookConnections, LookMax);
        foreach (var target in plan.Targets)
        {
            using var one = new PosServer(target, key, patience, LookConnections, plan.AnswerMax);
            await one.MustAnswer(cancellationToken);
        }

        await new LoadShop(server, plan).Open(terminal, cancellationToken);
        log?.Begin(terminal.Time.GetUtcNow());
        var figures = new Figures();
        var run = new LoadRun(plan, key, figures, terminal.Time);
        await new LoadView(plan, run, figures, new LoadShop(look, plan), log, terminal).Follow(run.Run(cancellationToken), cancellationToken);
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
            Math.Round(seconds, 3),
            Math.Round(rate, 1),
            tally,
            proof,
            [.. failIfs.Select(condition => condition.Found(tally, rate, figures.Whole)).OfType<string>()]);
    }

    private static int Show(LoadReport report, bool json, Terminal terminal)
    {
        if (json)
        {
            terminal.Result(report.ToJson());
        }
        else
        {
            terminal.Result(report.ToTable());
        }

        foreach (var failure in report.Proof.Findings.Concat(report.Failures))
        {
            terminal.Error(failure);
        }

        return report.Proof.Holds && report.Failures.Count == 0 ? ExitCode.Ok : ExitCode.Wrong;
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CannotRunException($"--histogram cannot be written: {e.Message}");
        }
    }
}
