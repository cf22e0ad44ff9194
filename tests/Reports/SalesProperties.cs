using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Pos.Journal;
using Pos.Reports.Sales;

namespace Pos.Tests;

/// <summary>The report is the sum over the journal, however the journal is delivered. The sums here share no code with the fold.</summary>
public sealed class SalesProperties
{
    [Fact]
    public async Task The_report_is_the_sum_over_the_journal_whatever_crashes_and_is_delivered_again()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
#pragma warning disable RS0030 // The seed is printed.
            var random = new Random(seed);
#pragma warning restore RS0030
            var zone = ((string[])["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo"])[random.Next(4)];
            var events = Journal(random);
            var reader = new Reader<OpenSales, SalesDay>(new SalesFold(), zone, cachedMax: random.Next(1, 4));
            for (var at = 0; at < events.Count;)
            {
                var upTo = Math.Min(events.Count, at + random.Next(1, 30));
                if (random.Next(3) == 0)
                {
                    // The process dies behind any of the writes of a save; or its storage was away.
                    reader.Pages.WritesLeft = random.Next(0, 3);
                }

                try
                {
                    await reader.Take(events[..upTo]);
                    at = upTo;
                }
                catch (IOException)
                {
                    reader.Crash();
                }

                reader.Pages.WritesLeft = int.MaxValue;
                if (random.Next(5) == 0)
                {
                    reader.Crash();
                }
            }

            Assert.True(Sums(events, zone) == Report(reader.Pages.All), $"seed {seed}:\n{Sums(events, zone)}\n---\n{Report(reader.Pages.All)}");
        }
    }

    private static List<RecordedEvent> Journal(Random random)
    {
        var journal = new SalesJournal();
        var open = new List<(string Order, string At, long Gross)>();
        var clock = new DateTimeOffset(2026, 3, 27, 20, 0, 0, TimeSpan.Zero);
        for (var i = 0; i < 150; i++)
        {
            clock = clock.AddMinutes(random.Next(1, 90));
            journal.RecordedAt = clock;
            var at = (random.Next(6) == 0 ? clock.AddHours(-random.Next(1, 100)) : clock.AddSeconds(-1)).ToString("O", CultureInfo.InvariantCulture);
            var lines = Enumerable.Range(0, random.Next(1, 5)).Select(_ => SalesJournal.Line(
                $"sku-{random.Next(6)}", random.Next(1, 9), random.Next(0, 1_000), random.Next(4) == 0 ? random.Next(0, 1_000) : null, random.Next(2) == 0 ? 2000 : 500)).ToArray();
            var gross = lines.Sum(static line => (long)line["gross"]!);
            switch (random.Next(8))
            {
                case < 4:
                    journal.Placed($"o{i}", at, lines, $"till-{random.Next(3)}", random.Next(5) == 0 ? null : "ann");
                    open.Add(($"o{i}", at, gross));
                    break;
                case 4:
                    journal.Accepted($"r{i}", at, lines).Completed($"r{i}", at, $$"""{"refund":{"amount":{{gross}},"currency":"GBP"} }""");
                    break;
                case 5 when open.Count > 0:
                    journal.Cancelled(open[0].Order, open[0].At, random.Next(2) == 0 ? "InsufficientStock" : null);
                    open.RemoveAt(0);
                    break;
                default:
                    while (open.Count > 0 && random.Next(4) > 0)
                    {
                        journal.Paid(open[^1].Order, open[^1].At, open[^1].Gross, random.Next(100));
                        open.RemoveAt(open.Count - 1);
                    }

                    break;
            }
        }

        return journal.Events;
    }

    private static string Sums(List<RecordedEvent> events, string zone)
    {
        var tz = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var placed = events.Where(static e => e.Type == "order.placed").ToDictionary(static e => e.Stream.Value, static e => JsonNode.Parse(e.Payload.Span)!);
        var facts = new List<(string Day, string Hour, string Kind, JsonNode Body)>();
        foreach (var e in events)
        {
            var (kind, body) = e.Type switch
            {
                "order.cash-taken" => ("sold", placed[e.Stream.Value]),
                "order.cancelled" => ("cancelled", placed[e.Stream.Value]),
                "return.accepted" => ("back", JsonNode.Parse(e.Payload.Span)!),
                _ => ("", null),
            };
            if (body is not null)
            {
                var local = TimeZoneInfo.ConvertTime(DateTimeOffset.Parse((string)body["occurredAt"]!, CultureInfo.InvariantCulture), tz);
                facts.Add((local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), local.ToString("HH zzz", CultureInfo.InvariantCulture), kind, body));
            }
        }

        var text = new StringBuilder();
        foreach (var day in facts.GroupBy(static f => f.Day).OrderBy(static g => g.Key, StringComparer.Ordinal))
        {
            var sold = day.Where(static f => f.Kind == "sold").ToList();
            var back = day.Where(static f => f.Kind == "back").ToList();
            text.AppendLine(CultureInfo.InvariantCulture, $"{day.Key} sold {sold.Count} {Sum(sold, "gross")} {Sum(sold, "net")} {Sum(sold, "tax")} {Sum(sold, "quantity")} back {back.Count} {Sum(back, "gross")} cancelled {day.Count(static f => f.Kind == "cancelled")}");
            text.AppendLine("hours " + By(sold.GroupBy(static f => f.Hour, static f => LinesOf(f).Sum(static l => (long)l["gross"]!))));
            text.AppendLine("tills " + By(sold.GroupBy(static f => (string)f.Body["till"]!, static f => LinesOf(f).Sum(static l => (long)l["gross"]!))));
            text.AppendLine("cashiers " + By(sold.GroupBy(static f => (string?)f.Body["soldBy"] ?? "", static f => LinesOf(f).Sum(static l => (long)l["gross"]!))));
            text.AppendLine("products " + By(sold.SelectMany(LinesOf).GroupBy(static l => (string)l["sku"]!, static l => (long)l["quantity"]!)));
            text.AppendLine("rates " + By(sold.SelectMany(LinesOf).GroupBy(static l => ((long)l["taxRate"]!).ToString(CultureInfo.InvariantCulture), static l => (long)l["tax"]!)));
            text.AppendLine("discount " + sold.SelectMany(LinesOf).Where(static l => l["overrideReason"] is not null).Sum(static l => ((long)l["listPrice"]! - (long)l["unitPrice"]!) * (long)l["quantity"]!));
            text.AppendLine(CultureInfo.InvariantCulture, $"cash {Sum(sold, "gross")} {Sum(back, "gross")}");
        }

        return text.ToString();

        static IEnumerable<JsonNode> LinesOf((string Day, string Hour, string Kind, JsonNode Body) fact) => fact.Body["lines"]!.AsArray().Select(static line => line!);

        static long Sum(IEnumerable<(string Day, string Hour, string Kind, JsonNode Body)> facts, string member) => facts.SelectMany(LinesOf).Sum(line => (long)line[member]!);
    }

    private static string Report(IReadOnlyDictionary<string, SalesDay> days)
    {
        var text = new StringBuilder();
        foreach (var (key, day) in days.Where(static day => day.Key.Length == 10).OrderBy(static day => day.Key, StringComparer.Ordinal))
        {
            var products = days.TryGetValue(key + "/products", out var page) ? page.Products : [];
            var total = day.Total;
            text.AppendLine(CultureInfo.InvariantCulture, $"{key} sold {total.Orders} {total.Gross} {total.Net} {total.Tax} {total.Pieces} back {total.Returns} {total.GrossBack} cancelled {total.Cancelled}");
            text.AppendLine("hours " + By(day.Hours.Where(static h => h.Value.Orders > 0).GroupBy(static h => $"{h.Key[11..13]} {h.Key[16..]}", static h => h.Value.Gross)));
            text.AppendLine("tills " + By(day.Tills.Where(static h => h.Value.Orders > 0).GroupBy(static h => h.Key, static h => h.Value.Gross)));
            text.AppendLine("cashiers " + By(day.Cashiers.Where(static h => h.Value.Orders > 0).GroupBy(static h => h.Key, static h => h.Value.Gross)));
            text.AppendLine("products " + By(products.Where(static h => h.Value.Orders > 0).GroupBy(static h => h.Key, static h => h.Value.Pieces)));
            text.AppendLine("rates " + By(day.Taxes.Where(static h => h.Value.Orders > 0).GroupBy(static h => h.Key, static h => h.Value.Tax)));
            text.AppendLine("discount " + total.Discount);
            text.AppendLine(CultureInfo.InvariantCulture, $"cash {(day.Tenders.TryGetValue("cash", out var cash) ? cash.Taken : 0)} {cash?.GivenBack ?? 0}");
        }

        return text.ToString();
    }

    private static string By(IEnumerable<IGrouping<string, long>> groups) =>
        string.Join(", ", groups.OrderBy(static g => g.Key, StringComparer.Ordinal).Select(static g => $"{g.Key}={g.Sum()}"));
}
