using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pos.Cli.Load;

/// <summary>What a load came to.</summary>
/// <param name="Scenario">What the customers wanted.</param>
/// <param name="Store">Where.</param>
/// <param name="Targets">Servers.</param>
/// <param name="Clients">Connections.</param>
/// <param name="Rate">Sessions that were to begin every second; null in a closed model.</param>
/// <param name="Seed">Repeats who buys what.</param>
/// <param name="Seconds">Measured, until the last session had ended.</param>
/// <param name="SessionsPerSecond">That ended in this time, refused ones included.</param>
/// <param name="Measured">What was counted.</param>
/// <param name="Proof">What the shop's books say.</param>
/// <param name="Failures">Conditions of <c>--fail-if</c> that hold, with what was measured.</param>
internal sealed record LoadReport(
    string Scenario,
    string Store,
    IReadOnlyList<string> Targets,
    int Clients,
    double? Rate,
    ulong Seed,
    double Seconds,
    double SessionsPerSecond,
    Tally Measured,
    Proof Proof,
    IReadOnlyList<string> Failures)
{
    public string ToJson() => JsonSerializer.Serialize(this, LoadJson.Default.LoadReport);

    public IRenderable ToTable()
    {
        var table = new Table().RoundedBorder().AddColumn("").AddColumn(Right("count")).AddColumn(Right("mean ms")).AddColumn(Right("p50"))
            .AddColumn(Right("p95")).AddColumn(Right("p99")).AddColumn(Right("p99.9")).AddColumn(Right("max"));
        AddTimes(table, "sessions", Measured.Latency);
        foreach (var (step, times) in Measured.Steps)
        {
            AddTimes(table, step, times);
        }

        var outcome = new Table().NoBorder().HideHeaders().AddColumn("").AddColumn("");
        outcome.AddRow("sessions a second", Text(SessionsPerSecond));
        outcome.AddRow("refused", Codes(Measured.Refusals));
        outcome.AddRow("errors", Codes(Measured.Errors));
        outcome.AddRow("never begun", Text(Measured.Unsent));
        outcome.AddRow("sent again", Text(Measured.Retries));
        outcome.AddRow("proof", string.Create(
            CultureInfo.InvariantCulture,
            $"{Proof.Sold:#,0} sold + {Proof.Held:#,0} held + {Proof.Left:#,0} left {(Proof.Sold + Proof.Held + Proof.Left == Proof.Initial ? "=" : "≠")} {Proof.Initial:#,0}: {(Proof.Holds ? "it holds" : "IT DOES NOT HOLD")}"));
        outcome.AddRow("orders", string.Create(
            CultureInfo.InvariantCulture, $"{Proof.ConfirmedOrders:#,0} confirmed, {Proof.AcknowledgedOrders:#,0} acknowledged, {Proof.CancelledOrders:#,0} cancelled"));
        outcome.AddRow("journal", Markup.Escape(Proof.Verified));
        outcome.AddRow("seed", Seed.ToString(CultureInfo.InvariantCulture));
        return new Rows(table, outcome);
    }

    private static void AddTimes(Table table, string what, Times times) => table.AddRow(
        what, Text(times.Count), Text(times.MeanMs), Text(times.P50Ms), Text(times.P95Ms), Text(times.P99Ms), Text(times.P999Ms), Text(times.MaxMs));

    private static TableColumn Right(string title) => new TableColumn(title).RightAligned();

    private static string Codes(IReadOnlyDictionary<string, long> codes) =>
        codes.Count == 0 ? "0" : Markup.Escape(string.Join(", ", codes.Select(c => $"{Text(c.Value)} {c.Key}")));

    private static string Text(double value) => value.ToString("#,0.##", CultureInfo.InvariantCulture);
}
