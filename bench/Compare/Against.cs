using System.Globalization;
using System.Text;
using Pos.Tests.Rigs;

namespace Pos.Bench.Compare;

/// <summary>
/// The server of an earlier commit beside the server of this tree. Both take turns under the same load within one run, so a change of the
/// machine's speed meets both, and the ratio of neighbouring turns shows the effect of the change of the code.
/// </summary>
internal static class Against
{
    private static readonly (string Name, int HotPercent)[] Loads = [("one line hot", 100), ("1,000 random items", 0)];
    private static readonly string[] Journals = ["SQLite", "PostgreSQL"];
    private const int WarmUpTurns = 3;

    /// <param name="commit">A name that git has for the earlier state.</param>
    /// <param name="effort">Rounds and length of a turn.</param>
    public static async Task RunAsync(string commit, Effort effort)
    {
        var builds = Directory.CreateTempSubdirectory("pos-bench-against-").FullName;
        var root = Document.Root();
        var earlier = Path.Combine(builds, "earlier");
        await Programs.Run("git", "-C", root, "worktree", "add", "--detach", earlier, commit);
        try
        {
            var name = (await Programs.Run("git", "-C", earlier, "rev-parse", "--short", "HEAD")).Trim();
            var before = await Publish(earlier, Path.Combine(builds, "before"));
            var now = await Publish(root, Path.Combine(builds, "now"));
            await Document.Write("against", await Compare(name, before, now, effort), effort);
        }
        finally
        {
            await Programs.Run("git", "-C", root, "worktree", "remove", "--force", earlier);
            Directory.Delete(builds, recursive: true);
        }
    }

    private static async Task<string> Publish(string source, string into)
    {
        await Programs.Run("dotnet", "publish", Path.Combine(source, "src", "Silo"), "-c", "Release", "-v", "q", "-o", into);
        return Path.Combine(into, "Pos.Silo.dll");
    }

    private static async Task<string> Compare(string commit, string before, string now, Effort effort)
    {
        var machine = await Machine.Describe();
        using var postgres = new PostgresServer();
        var rows = new List<Row>();
        foreach (var journal in Journals)
        {
            await using var earlier = await Start(before, journal, postgres);
            await using var today = await Start(now, journal, postgres);
            foreach (var silo in new[] { earlier, today })
            {
                await Orders.OpenShop(silo.Port);
                // At first the just-in-time compilers of two processes share the cores. The cost of an order is read after both servers have run for a while.
                await Wrk.Orders(silo, hotPercent: 50, effort.Turn * WarmUpTurns);
            }

            foreach (var (load, hotPercent) in Loads)
            {
                var turns = new List<(Figure Before, Figure Now)>();
                for (var round = 0; round < effort.Rounds; round++)
                {
                    // Each server goes first in every second round.
                    var first = await Wrk.Orders(round % 2 == 0 ? earlier : today, hotPercent, effort.Turn);
                    var second = await Wrk.Orders(round % 2 == 0 ? today : earlier, hotPercent, effort.Turn);
                    turns.Add(round % 2 == 0 ? (first, second) : (second, first));
                    await Console.Error.WriteLineAsync(string.Create(
                        CultureInfo.InvariantCulture, $"{journal}, {load}, {round + 1}/{effort.Rounds}: {turns[^1].Before.ProcessorMicroseconds:0} µs before, {turns[^1].Now.ProcessorMicroseconds:0} µs now"));
                }

                rows.Add(new Row($"{journal}, {load}", turns));
            }
        }

        return Table(machine, commit, rows, effort);
    }

    private static Task<SiloProcess> Start(string dll, string journal, PostgresServer postgres) => SiloProcess.StartProgram(dll, journal == "SQLite"
        ? Comparison.NoRateLimit
        : [.. Comparison.NoRateLimit, "--Journal:Provider=postgres", $"--ConnectionStrings:Journal={postgres.ConnectionString(postgres.CreateDatabase())}"]);

    private static string Table(string machine, string commit, List<Row> rows, Effort effort)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{machine} Two-line cash orders over HTTP, 64 clients. {effort.Rounds} rounds of {effort.Turn.TotalSeconds:0} s, commit {commit} and this tree in turns; medians. A ratio is the median of the rounds' ratios, and in brackets the smallest and the largest.\n\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"| Load | server's processor an order, µs: {commit} | now | ratio | orders/s: {commit} | now | ratio | p99 ms: {commit} | now |\n| --- | ---: | ---: | --- | ---: | ---: | --- | ---: | ---: |\n");
        foreach (var (name, turns) in rows)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {name} | {turns.Median(t => t.Before.ProcessorMicroseconds):0} | {turns.Median(t => t.Now.ProcessorMicroseconds):0} | {Ratio(turns, f => f.ProcessorMicroseconds)} | {turns.Median(t => t.Before.Rate):#,0} | {turns.Median(t => t.Now.Rate):#,0} | {Ratio(turns, f => f.Rate)} | {turns.Median(t => t.Before.P99Ms ?? 0):0.0} | {turns.Median(t => t.Now.P99Ms ?? 0):0.0} |\n");
        }

        return text.ToString();
    }

    private static string Ratio(List<(Figure Before, Figure Now)> turns, Func<Figure, double> of)
    {
        double Of((Figure Before, Figure Now) turn) => of(turn.Now) / of(turn.Before);
        return string.Create(CultureInfo.InvariantCulture, $"**{turns.Median(Of):0.00}** ({turns.Min(Of):0.00}–{turns.Max(Of):0.00})");
    }

    private sealed record Row(string Name, List<(Figure Before, Figure Now)> Turns);
}
