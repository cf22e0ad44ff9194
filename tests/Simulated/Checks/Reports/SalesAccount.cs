using System.Globalization;
using System.Text.Json;
using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>
/// One store's sales by the checker's own sums: a list of facts, added up anew for each question. It shares no code with the report.
/// </summary>
internal sealed class SalesAccount(TimeZoneInfo zone)
{
    private static readonly TimeSpan ClosesAfter = TimeSpan.FromMinutes(15);

    private readonly Dictionary<string, Placed> _placed = new(StringComparer.Ordinal);
    private readonly List<(long From, long To, string Order)> _open = [];
    private readonly List<Fact> _facts = [];

    public void Take(in RecordedEvent e, JsonElement body)
    {
        var order = e.Stream.Key;
        switch (e.Type)
        {
            case "order.placed":
                _placed[order] = Read(body);
                _open.Add((e.Position, long.MaxValue, order));
                break;
            case "order.cash-taken" or "order.paid":
                Close(order, e.Position);
                Add(e, "sold", _placed[order].At, _placed[order] with { Cash = body.Amount("tendered") - body.Amount("change") });
                break;
            case "order.cancelled":
                Close(order, e.Position);
                Add(e, "cancelled " + (body.TryGetProperty("code", out var code) ? Words(code.GetString()!) : "requested"), _placed[order].At, _placed[order]);
                break;
            case "return.accepted":
                Add(e, "back", body.Instant("occurredAt"), Read(body));
                break;
            case "return.completed":
                Add(e, "refunded", e.Context.OccurredAt, new Placed("", "", default, [], 0, 0, "") { GivenBack = Refunds(body) });
                break;
        }
    }

    /// <summary>The days that have facts up to a position.</summary>
    public IEnumerable<string> Days(long upTo) => _facts.Where(fact => fact.Position <= upTo).Select(static fact => fact.Day).Distinct(StringComparer.Ordinal);

    /// <summary>Orders that are placed and have no end at a position.</summary>
    public IEnumerable<string> Open(long at) => _open.Where(one => one.From <= at && one.To > at).Select(static one => one.Order);

    /// <summary>A day's rows: everything but products, or the products alone.</summary>
    public Rows Day(string day, bool products, long upTo)
    {
        var rows = new Rows();
        foreach (var fact in _facts)
        {
            if (fact.Position > upTo || fact.Day != day)
            {
                continue;
            }

            if (products)
            {
                Products(rows, fact);
                continue;
            }

            // A day that has closed is opened again by what comes later, once for each business day.
            var openDay = DayOf(fact.RecordedAt - ClosesAfter);
            if (string.CompareOrdinal(openDay, day) > 0 && string.CompareOrdinal(openDay, rows.ReopenedOn) > 0)
            {
                rows.Revision++;
                rows.ReopenedOn = openDay;
            }

            All(rows, fact);
        }

        return rows;
    }

    private void Close(string order, long at)
    {
        var index = _open.FindIndex(one => one.Order == order && one.To == long.MaxValue);
        _open[index] = _open[index] with { To = at };
    }

    private void Add(in RecordedEvent e, string kind, DateTimeOffset at, Placed what) => _facts.Add(new(
        e.Position, kind, DayOf(at), TimeZoneInfo.ConvertTime(at, zone).ToString("yyyy-MM-ddTHH:00zzz", CultureInfo.InvariantCulture), e.RecordedAt, what));

    private string DayOf(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static void Products(Rows rows, Fact fact)
    {
        foreach (var lines in fact.Kind is "sold" or "back" ? fact.What.Lines.GroupBy(static line => line.Sku, StringComparer.Ordinal) : [])
        {
            var row = rows.Of($"product {lines.Key}");
            row[fact.Kind == "sold" ? Column.Orders : Column.Returns]++;
            Sum(row, lines, fact.Kind == "sold");
            rows.Names[lines.Key] = lines.Last().Name;
        }
    }

    private static void All(Rows rows, Fact fact)
    {
        if (fact.Kind == "refunded")
        {
            foreach (var (tender, amount) in fact.What.GivenBack.Where(static one => one.Amount != 0))
            {
                var row = rows.Of($"tender {tender}");
                row[Column.Returns]++;
                row[Column.GrossBack] += amount;
            }

            return;
        }

        foreach (var name in new[] { "total", $"hour {fact.Hour}", $"till {fact.What.Till}", $"cashier {fact.What.Cashier}" })
        {
            var row = rows.Of(name);
            row[fact.Kind == "sold" ? Column.Orders : fact.Kind == "back" ? Column.Returns : Column.Cancelled]++;
            if (fact.Kind is "sold" or "back")
            {
                Sum(row, fact.What.Lines, fact.Kind == "sold");
            }
        }

        if (fact.Kind.StartsWith("cancelled ", StringComparison.Ordinal))
        {
            rows.Of("cause " + fact.Kind["cancelled ".Length..])[Column.Cancelled]++;
            return;
        }

        foreach (var lines in fact.What.Lines.GroupBy(static line => line.Rate))
        {
            var row = rows.Of($"rate {lines.Key}");
            row[fact.Kind == "sold" ? Column.Orders : Column.Returns]++;
            Sum(row, lines, fact.Kind == "sold");
        }

        if (fact.Kind == "sold")
        {
            Tender(rows, "card", fact.What.Card, false);
            Tender(rows, "exchange", fact.What.Credit, false);
            Tender(rows, "cash", fact.What.Cash, fact.What is { Card: 0, Credit: 0 });
        }
    }

    private static void Tender(Rows rows, string tender, long amount, bool isAll)
    {
        if (amount != 0 || isAll)
        {
            var row = rows.Of($"tender {tender}");
            row[Column.Orders]++;
            row[Column.Gross] += amount;
        }
    }

    private static void Sum(long[] row, IEnumerable<Line> lines, bool sold)
    {
        foreach (var line in lines)
        {
            row[sold ? Column.Pieces : Column.PiecesBack] += line.Quantity;
            row[sold ? Column.Gross : Column.GrossBack] += line.Gross;
            row[sold ? Column.Net : Column.NetBack] += line.Net;
            row[sold ? Column.Tax : Column.TaxBack] += line.Tax;
            row[Column.Discount] += sold ? line.Discount : 0;
        }
    }

    private static Placed Read(JsonElement body) => new(
        body.Text("till"), Optional(body, "soldBy") ?? Optional(body, "takenBy") ?? "", body.Instant("occurredAt"),
        [
            .. body.GetProperty("lines").EnumerateArray().Select(static line => new Line(
                line.Text("sku"), line.Text("name"), line.Long("taxRate"), line.Long("quantity"), line.Long("gross"), line.Long("net"), line.Long("tax"),
                line.TryGetProperty("overrideReason", out _) ? (line.Long("listPrice") - line.Long("unitPrice")) * line.Long("quantity") : 0)),
        ],
        body.TryGetProperty("cards", out var cards) ? cards.EnumerateArray().Sum(static card => card.Long("amount")) : 0,
        body.TryGetProperty("credit", out var credit) && credit.ValueKind == JsonValueKind.Object ? credit.Long("amount") : 0,
        body.GetProperty("gross").Text("currency"));

    private static string? Optional(JsonElement body, string member) => body.TryGetProperty(member, out var found) ? found.GetString() : null;

    private static List<(string Tender, long Amount)> Refunds(JsonElement body)
    {
        var all = new Dictionary<string, long>(StringComparer.Ordinal);
        if (!body.TryGetProperty("refunds", out var refunds))
        {
            all["cash"] = body.Amount("refund");
        }
        else
        {
            Put(refunds, 1);
        }

        if (body.TryGetProperty("unpaid", out var unpaid))
        {
            Put(unpaid, -1);
        }

        all["exchange"] = body.TryGetProperty("credit", out var credit) && credit.ValueKind == JsonValueKind.Object ? credit.Long("amount") : 0;
        return [.. all.Select(static one => (one.Key, one.Value))];

        void Put(JsonElement some, int sign)
        {
            foreach (var part in some.EnumerateArray())
            {
                var isCash = part.Long("tender") == 0 || (part.TryGetProperty("inCash", out var inCash) && inCash.GetBoolean());
                var tender = isCash ? "cash" : "card";
                all[tender] = all.GetValueOrDefault(tender) + (sign * part.Long("amount"));
            }
        }
    }

    // InsufficientStock: insufficient-stock.
    public static string Words(string code) => string.Concat(code.Select(static (letter, at) =>
        char.IsUpper(letter) ? (at > 0 ? "-" : "") + char.ToLowerInvariant(letter) : letter.ToString()));

    /// <summary>Which number of a row is which.</summary>
    public static class Column
    {
        public const int Orders = 0;
        public const int Pieces = 1;
        public const int Gross = 2;
        public const int Net = 3;
        public const int Tax = 4;
        public const int Discount = 5;
        public const int Returns = 6;
        public const int PiecesBack = 7;
        public const int GrossBack = 8;
        public const int NetBack = 9;
        public const int TaxBack = 10;
        public const int Cancelled = 11;
        public const int Count = 12;
    }

    /// <summary>What a page should show.</summary>
    public sealed class Rows
    {
        public Dictionary<string, long[]> All { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, string> Names { get; } = new(StringComparer.Ordinal);

        public int Revision { get; set; }

        public string ReopenedOn { get; set; } = "";

        public long[] Of(string row) => All.TryGetValue(row, out var found) ? found : All[row] = new long[Column.Count];
    }

    private sealed record Fact(long Position, string Kind, string Day, string Hour, DateTimeOffset RecordedAt, Placed What);

    private sealed record Placed(string Till, string Cashier, DateTimeOffset At, List<Line> Lines, long Card, long Credit, string Currency)
    {
        public long Cash { get; init; }

        public List<(string Tender, long Amount)> GivenBack { get; init; } = [];
    }

    private sealed record Line(string Sku, string Name, long Rate, long Quantity, long Gross, long Net, long Tax, long Discount);
}
