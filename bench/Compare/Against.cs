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
    public static readonly IReadOnlyList<(string Key, string Name, int HotPercent)> Loads = [("hot", "one line hot", 100), ("random", "1,000 random items", 0)];
    public static readonly string[] Journals = ["SQLite", "PostgreSQL"];
    private const int WarmUpTurns = 3;

    /// <param name="commit">A name that git has for the earlier state.</param>
    /// <param name="part">The part of the comparison to run.</param>
    /// <param name="effort">Rounds and length of a turn.</param>
    public static async Task RunAsync(string commit, Part part, Effort effort)
    {
        var builds = part.Builds is { } kept ? Path.GetFullPath(kept) : Directory.CreateTempSubdirectory("pos-bench-against-").FullName;
        var root = Document.Root();
        try
        {
            var name = (await Programs.Run("git", "-C", root, "rev-parse", "--short", commit)).Trim();
            var before = await Publish(Path.Combine(builds, "before"), async into =>
            {
                var earlier = Path.Combine(builds, "earlier");
                await Programs.Run("git", "-C", root, "worktree", "add", "--detach", earlier, commit);
                try
                {
                    await Publish(earlier, into);
                }
                finally
                {
                    await Programs.Run("git", "-C", root, "worktree", "remove", "--force", earlier);
                }
            });
            var now = await Publish(Path.Combine(builds, "now"), into => Publish(root, into));
            await Document.Write("against", await Compare(name, before, now, part, effort), effort);
        }
        finally
        {
            if (part.Builds is null)
            {
                Directory.Delete(builds, recursive: true);
            }
        }
    }

    private static async Task<string> Publish(string into, Func<string, Task> publish)
    {
        var program = Path.Combine(into, "Pos.Silo.dll");
        if (!File.Exists(program))
        {
            await publish(into);
        }

        return program;
    }

    private static Task<string> Publish(string source, string into) =>
        Programs.Run("dotnet", "publish", Path.Combine(source, "src", "Silo"), "-c", "Release", "-v", "q", "-o", into);

    private static async Task<string> Compare(string commit, string before, string now, Part part, Effort effort)
    {
        var machine = await Machine.Describe();
        using var postgres = new PostgresServer();
        var rows = new List<Row>();
        foreach (var journal in Journals.Where(one => (part.Journal ?? one) == one))
        {
            await using var earlier = await Start(before, journal, postgres);
            await using var today = await Start(now, journal, postgres);
            foreach (var silo in new[] { earlier, today })
            {
                await Orders.OpenShop(silo.Port);
                // At first the just-in-time compilers of two processes share the cores. The cost of an order is read after both servers have run for a while.
                await Wrk.Orders(silo, hotPercent: 50, effort.Turn * WarmUpTurns);
            }

            foreach (var (_, load, hotPercent) in Loads.Where(one => (part.Load ?? one.Key) == one.Key))
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

    /// <summary>A part of the comparison: null for all.</summary>
    /// <param name="Journal">One of <see cref="Journals"/>.</param>
    /// <param name="Load">The key of one of <see cref="Loads"/>.</param>
    /// <param name="Builds">The folder of the two builds, which is kept.</param>
    internal sealed record Part(string? Journal, string? Load, string? Builds);

    private sealed record Row(string Name, List<(Figure Before, Figure Now)> Turns);
}
