using System.Globalization;
using System.Text;

namespace Pos.Tests.Simulated;

/// <summary>Writes the tables of <c>docs/reliability.md</c>.</summary>
internal static class Report
{
    private const int Seeds = 2_000;

    /// <summary>With a file: runs the budget and the hunt and writes both tables into it. Without: prints the hunt's.</summary>
    public static int Write(string file, int steps)
    {
        if (file.Length == 0)
        {
            Console.Write(Planting.Report());
            return 0;
        }

        var explorer = new Explorer(steps);
        var failure = explorer.Run(Enumerable.Range(0, Seeds).Select(static seed => (ulong)seed));
        if (failure is not null)
        {
            Console.WriteLine($"seed {failure.Seed}: {failure.Violation}");
            return 1;
        }

        var text = File.ReadAllText(file);
        text = Replace(text, "coverage", Coverage(explorer));
        text = Replace(text, "feed", FeedCoverage(explorer));
        text = Replace(text, "invariants", Meanings());
        text = Replace(text, "plants", Planting.Report());
        File.WriteAllText(file, text);
        return 0;
    }

    private static string Coverage(Explorer explorer)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{explorer.Seeds:N0} seeds, {explorer.Steps:N0} steps, {explorer.Events:N0} events, ");
        text.Append(CultureInfo.InvariantCulture, $"{explorer.Crashes:N0} crashes of the whole silo, {explorer.SnapshotsRead:N0} snapshots read.\n\n");
        text.Append("| fault |").AppendJoin('|', Enumerable.Range(0, StepsUnderWay.Count).Select(step => $" {(SagaSteps)(1 << step)} ")).Append("|\n");
        text.Append("| --- |").Insert(text.Length, " ---: |", StepsUnderWay.Count).Append('\n');
        for (var fault = 0; fault < FaultPlan.Kinds; fault++)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {(Fault)fault} |");
            for (var step = 0; step < StepsUnderWay.Count; step++)
            {
                var count = explorer.Coverage[step, fault];
                text.Append(count == 0 ? " **none** |" : string.Create(CultureInfo.InvariantCulture, $" {count} |"));
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static string FeedCoverage(Explorer explorer)
    {
        var parts = Enumerable.Range(0, ReportsUnderWay.Count).ToList();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{explorer.SeedsWithReports:N0} of the seeds have reports.\n\n| fault |");
        parts.ForEach(part => text.Append(CultureInfo.InvariantCulture, $" {(ReportParts)(1 << part)} |"));
        text.Append("\n| --- |");
        parts.ForEach(_ => text.Append(" ---: |"));
        text.Append('\n');
        for (var fault = 0; fault < FaultPlan.FeedKinds; fault++)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {(Fault)(FaultPlan.Kinds + fault)} |");
            parts.ForEach(part => text.Append(
                explorer.FeedCoverage[part, fault] is var count and > 0 ? string.Create(CultureInfo.InvariantCulture, $" {count} |") : " **none** |"));
            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Meanings()
    {
        var text = new StringBuilder("| invariant | meaning |\n| --- | --- |\n");
        foreach (var invariant in Enum.GetValues<Invariant>())
        {
            text.Append(CultureInfo.InvariantCulture, $"| {invariant} | {Invariants.Meaning(invariant)} |\n");
        }

        return text.ToString();
    }

    private static string Replace(string text, string name, string with)
    {
        var (begin, end) = ($"<!-- {name} -->\n", $"<!-- /{name} -->");
        var from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var to = text.IndexOf(end, StringComparison.Ordinal);
        return from < begin.Length || to < from
            ? throw new InvalidOperationException($"There is no place for the {name}.")
            : $"{text[..from]}\n{with}\n{text[to..]}";
    }
}
