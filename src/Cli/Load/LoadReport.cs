using System.Globalization;
using Pos.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pos.Cli.Load;

/// <summary>The result of a load.</summary>
/// <param name="Scenario">What customers bought, and how.</param>
/// <param name="Store">The store that was opened for it.</param>
/// <param name="Targets">The servers.</param>
/// <param name="Clients">Clients, each with one connection.</param>
/// <param name="Rate">Sessions that were to begin every second; null when each client began the next session after the last.</param>
/// <param name="Seed">The number that repeats who buys what.</param>
/// <param name="CashOnly">Whether cash paid everything, because the server takes no cards.</param>
/// <param name="Seconds">The measured time, until the last session had ended.</param>
/// <param name="SessionsPerSecond">Sessions that ended in this time, refused ones included.</param>
/// <param name="Measured">The counts.</param>
/// <param name="Proof">The sums of the shop's books.</param>
/// <param name="Failures">The conditions of <c>--fail-if</c> that hold, with the measured value.</param>
internal sealed record LoadReport(
    string Scenario,
    string Store,
    IReadOnlyList<string> Targets,
    int Clients,
    double? Rate,
    ulong Seed,
    bool CashOnly,
    double Seconds,
    double SessionsPerSecond,
    Tally Measured,
    Proof Proof,
    IReadOnlyList<string> Failures)
{
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
        if (CashOnly)
        {
            outcome.AddRow("cards", "none: the server has no payment provider, cash paid everything");
        }

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
