using System.Globalization;
using Pos.Cli.Output;
using Pos.Cli.Server;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pos.Cli.Load;

/// <summary>Ends an interval of the figures every second, writes it into the log, and shows it.</summary>
internal sealed class LoadView(LoadPlan plan, LoadRun run, Figures figures, LoadShop shop, LatencyLog? log, Terminal terminal)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A terminal shows every interval. A log file gets one line for this many intervals.
    private const int IntervalsPerLine = 5;

    private TimeSpan _shownUntil;
    private Times _lately = Times.Of(new LatencyHistogram());
    private double _rate;
    private long? _left;
    private Task<long>? _asking;
    private int _intervals;

    /// <summary>Shows the load until it has ended, and once more after the end.</summary>
    public async Task Follow(Task load, CancellationToken cancellationToken)
    {
        await terminal.Live(Render, async refresh =>
        {
            using var tick = new PeriodicTimer(Interval, terminal.Time);
            while (true)
            {
                var ticked = tick.WaitForNextTickAsync(cancellationToken).AsTask();
                if (await Task.WhenAny(load, ticked) == load)
                {
                    break;
                }

                await ticked;
                Next(cancellationToken);
                if (!refresh() && ++_intervals % IntervalsPerLine == 0)
                {
                    terminal.Note(Line());
                }
            }

            Next(cancellationToken);
            refresh();
        });
        await load;
    }

    private void Next(CancellationToken cancellationToken)
    {
        var now = run.Elapsed;
        var ended = figures.EndInterval();
        _lately = Times.Of(ended);
        _rate = ended.Count / Math.Max((now - _shownUntil).TotalSeconds, 0.001);
        log?.Write(_shownUntil, now - _shownUntil, ended);
        _shownUntil = now;
        if (_asking is null or { IsCompleted: true })
        {
            // A failed question is ignored: the errors of the load show that the server has trouble.
            _left = _asking is null ? null : _asking.IsCompletedSuccessfully ? _asking.Result : _left;
            _ = _asking?.Exception;
            _asking = shop.Left(cancellationToken);
        }
    }

    private string Line()
    {
        var tally = figures.Read();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{run.Elapsed.TotalSeconds:0} s: {_rate:0}/s, p50 {_lately.P50Ms:0.0} p95 {_lately.P95Ms:0.0} p99 {_lately.P99Ms:0.0} max {_lately.MaxMs:0.0} ms, {figures.Sold} sold, {tally.Refusals.Values.Sum()} refused, {tally.Errors.Values.Sum()} errors{(_left is { } pieces ? $", {pieces} left" : "")}");
    }

    private Table Render()
    {
        var tally = figures.Read();
        var table = new Table().RoundedBorder().Title(Markup.Escape($"{plan.Scenario.ToString().ToLowerInvariant()}, {plan.Clients} clients, {Phase()}"))
            .AddColumn("").AddColumn(new TableColumn("last second").RightAligned()).AddColumn(new TableColumn("all").RightAligned());
        table.AddRow("sessions/s", Text(_rate), Text(tally.Sessions / Math.Max((run.Elapsed - plan.Ramp).TotalSeconds, 0.001)));
        table.AddRow("p50 ms", Text(_lately.P50Ms), Text(tally.Latency.P50Ms));
        table.AddRow("p95 ms", Text(_lately.P95Ms), Text(tally.Latency.P95Ms));
        table.AddRow("p99 ms", Text(_lately.P99Ms), Text(tally.Latency.P99Ms));
        table.AddRow("max ms", Text(_lately.MaxMs), Text(tally.Latency.MaxMs));
        table.AddRow("sold", "", Text(figures.Sold));
        foreach (var (code, count) in tally.Refusals)
        {
            table.AddRow($"[yellow]{Markup.Escape(code)}[/]", "", Text(count));
        }

        foreach (var (code, count) in tally.Errors)
        {
            table.AddRow($"[red]{Markup.Escape(code)}[/]", "", Text(count));
        }

        table.AddRow(plan.Items == 1 ? "left" : $"left of {LoadPlan.Sku(0)}", "", _left is { } pieces ? Text(pieces) : "?");
        return table;
    }

    private string Phase() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(run.Elapsed < plan.Ramp ? "ramp, " : "")}{run.Elapsed.TotalSeconds:0} s{(plan.Buyers is null ? $" of {plan.End.TotalSeconds:0} s" : "")}");

    private static string Text(double value) => value.ToString(value < 100 ? "0.##" : "#,0", CultureInfo.InvariantCulture);
}
