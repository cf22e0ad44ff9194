using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Pos.LocalEngine;

namespace Pos.Silo;

/// <summary>What the page shows.</summary>
/// <param name="At">When.</param>
/// <param name="Up">How long the host has been there.</param>
/// <param name="MemoryBytes">Of the process.</param>
/// <param name="Hosts">Address and status of each silo.</param>
/// <param name="Activations">Of all classes.</param>
/// <param name="ActivationsOf">Of each class, by its full name.</param>
/// <param name="Calls">What was called since the page before.</param>
internal sealed record DashboardView(
    DateTimeOffset At, TimeSpan Up, long MemoryBytes, IReadOnlyList<(string Address, string Status)> Hosts, int Activations,
    IReadOnlyDictionary<string, int> ActivationsOf, CallLook Calls);

/// <summary>Writes the page: HTML alone, which asks for itself again, and nothing from anywhere else.</summary>
internal static class DashboardPage
{
    private const string Head =
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="refresh" content="2">
        <title>Grains · Pos.Orleans</title>
        <style>
        :root { --line: light-dark(#d8dde3, #363c44); --quiet: light-dark(#5b6672, #9aa6b2); --bad: light-dark(#b3261e, #ff8a80); --tile: light-dark(#f3f5f7, #1d2126); }
        body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 1rem; background: light-dark(#fff, #14171a); color: light-dark(#1b1f24, #e6e9ec); }
        h1 { font-size: 1.25rem; margin: 0; } h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; } p { color: var(--quiet); margin: .2rem 0; }
        dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .6rem; margin: 1rem 0; }
        dl div { background: var(--tile); border-radius: .5rem; padding: .5rem .75rem; }
        dt { color: var(--quiet); font-size: .8rem; } dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { border-bottom: 1px solid var(--line); padding: .35rem .5rem; text-align: right; } th { color: var(--quiet); font-size: .8rem; font-weight: 500; }
        th:first-child, td:first-child { text-align: left; overflow-wrap: anywhere; } td:first-child span { color: var(--quiet); font-size: .8rem; }
        meter { width: 6rem; vertical-align: middle; } .bad { color: var(--bad); }
        @media (max-width: 42rem) {
          thead { display: none; }
          tr { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; border-bottom: 1px solid var(--line); padding: .4rem 0; }
          td { border: 0; display: flex; justify-content: space-between; padding: .1rem 0; } td:first-child { grid-column: 1 / -1; display: block; font-weight: 600; }
          td[data-is]::before { content: attr(data-is); color: var(--quiet); } td.bar { display: none; }
        }
        </style>
        </head>
        <body>
        <h1>Grains</h1>

        """;

    private const string TypesHead =
        """
        <h2>By type</h2>
        <table>
        <thead><tr><th>Type</th><th>Activations</th><th>Calls/s</th><th></th><th>Mean</th><th>p99</th><th>Errors</th><th>Calls since start</th><th>Errors since start</th></tr></thead>
        <tbody>

        """;

    // Keys are shown in whatever script they are written in; what means something in HTML is escaped in any case.
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static string Render(DashboardView view)
    {
        var page = new StringBuilder(Head, 8_192);
        var seconds = Math.Max(view.Calls.Elapsed.TotalSeconds, 0.001);
        page.Append(CultureInfo.InvariantCulture, $"<p>{view.At:yyyy-MM-dd HH:mm:ss} UTC. Calls of the last {view.Calls.Elapsed.TotalSeconds:0.0} s; ");
        page.Append("a call takes from its sending to its end, the wait for its turn included.</p>\n<dl>");
        foreach (var (address, status) in view.Hosts)
        {
            Tile(page, $"Silo {address}", status);
        }

        Tile(page, "Activations", Count(view.Activations));
        Tile(page, "Calls/s", Rate(view.Calls.Types.Sum(type => type.Calls) / seconds));
        Tile(page, "Errors/s", Rate(view.Calls.Types.Sum(type => type.Errors) / seconds));
        Tile(page, "Memory", string.Create(CultureInfo.InvariantCulture, $"{view.MemoryBytes / 1_048_576:N0} MB"));
        Tile(page, "Up", string.Create(CultureInfo.InvariantCulture, $"{(long)view.Up.TotalHours}:{view.Up:mm\\:ss} h"));
        page.Append("</dl>\n");
        Types(page, view, seconds);
        Busiest(page, view.Calls.Busiest, seconds);
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void Types(StringBuilder page, DashboardView view, double seconds)
    {
        var shown = view.Calls.Types
            .Select(type => (Type: type, Activations: view.ActivationsOf.GetValueOrDefault(type.Class)))
            .Where(row => row.Activations > 0 || row.Type.CallsEver > 0 || row.Type.ErrorsEver > 0)
            .OrderByDescending(row => row.Type.Calls).ThenByDescending(row => row.Activations).ThenBy(row => row.Type.Class, StringComparer.Ordinal)
            .ToList();
        if (shown.Count == 0)
        {
            page.Append("<p>No grain has been called yet.</p>\n");
            return;
        }

        var most = Math.Max(shown.Max(row => row.Type.Calls), 1);
        page.Append(TypesHead);
        foreach (var (type, activations) in shown)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Encoder.Encode(type.Type.ToString())} <span>{Encoder.Encode(type.Class)}</span></td>");
            Cell(page, "Activations", Count(activations));
            Cell(page, "Calls/s", Rate(type.Calls / seconds));
            page.Append(CultureInfo.InvariantCulture, $"<td class=\"bar\"><meter max=\"{most}\" value=\"{type.Calls}\"></meter></td>");
            Cell(page, "Mean", type.Calls == 0 ? "–" : Duration(type.Mean));
            Cell(page, "p99", type.Calls == 0 ? "–" : Duration(type.P99));
            Cell(page, "Errors", Count(type.Errors), type.Errors > 0);
            Cell(page, "Calls since start", Count(type.CallsEver));
            Cell(page, "Errors since start", Count(type.ErrorsEver));
            page.Append("</tr>\n");
        }

        page.Append("</tbody>\n</table>\n");
    }

    private static void Busiest(StringBuilder page, IReadOnlyList<GrainLook> grains, double seconds)
    {
        page.Append("<h2>Busiest grains</h2>\n");
        if (grains.Count == 0)
        {
            page.Append("<p>No grain was called.</p>\n");
            return;
        }

        page.Append("<table>\n<thead><tr><th>Grain</th><th>Calls/s</th><th></th></tr></thead>\n<tbody>\n");
        foreach (var grain in grains)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Encoder.Encode(grain.GrainId.ToString())}</td>");
            Cell(page, "Calls/s", Rate(grain.Calls / seconds));
            page.Append(CultureInfo.InvariantCulture, $"<td class=\"bar\"><meter max=\"{grains[0].Calls}\" value=\"{grain.Calls}\"></meter></td></tr>\n");
        }

        page.Append("</tbody>\n</table>\n");
    }

    private static void Tile(StringBuilder page, string what, string value) =>
        page.Append(CultureInfo.InvariantCulture, $"<div><dt>{Encoder.Encode(what)}</dt><dd>{Encoder.Encode(value)}</dd></div>");

    private static void Cell(StringBuilder page, string what, string value, bool isBad = false) =>
        page.Append(CultureInfo.InvariantCulture, $"<td data-is=\"{what}\"{(isBad ? " class=\"bad\"" : "")}>{value}</td>");

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Rate(double perSecond) => perSecond.ToString(perSecond is > 0 and < 10 ? "0.0" : "N0", CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s"),
        { TotalMilliseconds: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0.0} µs"),
    };
}
