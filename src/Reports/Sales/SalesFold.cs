using System.Globalization;
using System.Text.Json;
using Pos.Journal;
using Pos.Reports.Folding;

namespace Pos.Reports.Sales;

/// <summary>
/// The sales of a store by business day. An order counts when it is confirmed, on the day of its business time. A return counts when it is
/// accepted, its money when it is completed, both on the day of the return's business time.
/// </summary>
public sealed class SalesFold : ReportFold<OpenSales, SalesDay>
{
    /// <summary>The cause of an order that was cancelled by a request.</summary>
    public const string Requested = "requested";

    /// <inheritdoc/>
    public override void Take(OpenSales open, in RecordedEvent recorded, BusinessCalendar calendar, List<PageChange<SalesDay>> changes)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(calendar);
        ArgumentNullException.ThrowIfNull(changes);
        switch (recorded.Type)
        {
            case "order.placed":
                Place(open, recorded);
                break;
            case "order.cash-taken" or "order.paid":
                var sold = End(open, recorded);
                var taken = Payloads.Read(recorded, PayloadJson.Default.TakenPayload);
                var cash = checked(taken.Tendered.Amount - taken.Change.Amount);
                var day = Change(open, sold.OccurredAt, recorded, calendar, changes, (page, hour) => SalesSheet.Sell(page, hour, sold, cash));
                changes.Add(new(ProductsOf(day), page => SalesSheet.SellProducts(page, sold.Lines)));
                break;
            case "order.cancelled":
                var cancelled = End(open, recorded);
                var cause = Payloads.Read(recorded, PayloadJson.Default.CancelledPayload).Code is { } code ? JsonNamingPolicy.KebabCaseLower.ConvertName(code) : Requested;
                Change(open, cancelled.OccurredAt, recorded, calendar, changes, (page, hour) => SalesSheet.Cancel(page, hour, cancelled, cause));
                break;
            case "return.accepted":
                var back = Payloads.Read(recorded, PayloadJson.Default.TakenBackPayload);
                open.Currency = back.Gross.Currency;
                var lines = SalesSheet.LinesOf(back);
                var backOn = Change(open, back.OccurredAt, recorded, calendar, changes, (page, hour) => SalesSheet.TakeBack(page, hour, back, lines));
                changes.Add(new(ProductsOf(backOn), page => SalesSheet.TakeProductsBack(page, lines)));
                break;
            case "return.completed":
                var refunded = Payloads.Read(recorded, PayloadJson.Default.CompletedPayload);
                Change(open, recorded.Context.OccurredAt, recorded, calendar, changes, (page, _) => SalesSheet.Refund(page, refunded));
                break;
        }
    }

    /// <summary>The page with a day's products. It is a page of its own, because it is the large one, and few questions are about products.</summary>
    public static string ProductsOf(string day) => day + "/products";

    /// <inheritdoc/>
    public override IEnumerable<string> PagesOf(OpenSales open)
    {
        ArgumentNullException.ThrowIfNull(open);
        if (open.First.Length == 0)
        {
            yield break;
        }

        for (var day = DateOnly.ParseExact(open.First, "yyyy-MM-dd", CultureInfo.InvariantCulture); BusinessCalendar.Name(day) is var name
            && string.CompareOrdinal(name, open.Last) <= 0; day = day.AddDays(1))
        {
            yield return name;
            yield return ProductsOf(name);
        }
    }

    private static void Place(OpenSales open, in RecordedEvent recorded)
    {
        var placed = Payloads.Read(recorded, PayloadJson.Default.PlacedPayload);
        open.Currency = placed.Gross.Currency;
        open.Orders[recorded.Stream.Key] = new OpenOrder
        {
            Till = placed.Till,
            Cashier = placed.SoldBy ?? "",
            OccurredAt = placed.OccurredAt.ToUniversalTime(),
            Card = placed.Cards?.Sum(static card => card.Amount) ?? 0,
            Credit = placed.Credit?.Amount ?? 0,
            Lines = [.. placed.Lines.Select(static line => new SalesLine
            {
                Sku = line.Sku,
                Name = line.Name,
                Pieces = line.Quantity,
                TaxRate = line.TaxRate,
                Net = line.Net,
                Tax = line.Tax,
                Gross = line.Gross,
                Discount = line.OverrideReason is null ? 0 : checked((line.ListPrice - line.UnitPrice) * line.Quantity),
            })],
        };
    }

    private static OpenOrder End(OpenSales open, in RecordedEvent recorded) => open.Orders.Remove(recorded.Stream.Key, out var order)
        ? order
        : throw new InvalidDataException($"{recorded.Stream} ends with {recorded.Type}, and was not placed or has ended before.");

    private static string Change(
        OpenSales open, DateTimeOffset at, in RecordedEvent recorded, BusinessCalendar calendar, List<PageChange<SalesDay>> changes, Action<SalesDay, string> add)
    {
        var day = BusinessCalendar.Name(calendar.DayOf(at));
        var openDay = BusinessCalendar.Name(calendar.OpenAt(recorded.RecordedAt));
        var (hour, currency) = (calendar.HourOf(at), open.Currency);
        open.First = open.First.Length == 0 || string.CompareOrdinal(day, open.First) < 0 ? day : open.First;
        open.Last = string.CompareOrdinal(day, open.Last) > 0 ? day : open.Last;
        changes.Add(new(day, page =>
        {
            page.Currency = currency;
            // Late facts of one business day reopen the day once.
            if (string.CompareOrdinal(openDay, day) > 0 && string.CompareOrdinal(openDay, page.ReopenedOn) > 0)
            {
                page.Revision++;
                page.ReopenedOn = openDay;
            }

            add(page, hour);
        }));
        return day;
    }
}

/// <summary>Adds facts to a day.</summary>
internal static class SalesSheet
{
    public static void Sell(SalesDay day, string hour, OpenOrder order, long cash)
    {
        var sums = SumsOf(order.Lines);
        sums.Orders = 1;
        AddToAll(day, hour, order.Till, order.Cashier, sums);
        AddBy(day.Taxes, order.Lines, static line => Rate(line), Sold, static of => of.Orders++);
        if (cash != 0 || (order.Card == 0 && order.Credit == 0))
        {
            Take(day, "cash", cash);
        }

        if (order.Card != 0)
        {
            Take(day, "card", order.Card);
        }

        if (order.Credit != 0)
        {
            Take(day, "exchange", order.Credit);
        }
    }

    public static void Cancel(SalesDay day, string hour, OpenOrder order, string cause)
    {
        AddToAll(day, hour, order.Till, order.Cashier, new SalesSums { Cancelled = 1 });
        day.Cancellations[cause] = day.Cancellations.GetValueOrDefault(cause) + 1;
    }

    public static void SellProducts(SalesDay day, List<SalesLine> lines) =>
        AddBy(day.Products, lines, static line => line.Sku, SoldProduct, static of => of.Orders++);

    public static void TakeBack(SalesDay day, string hour, TakenBackPayload back, List<SalesLine> lines)
    {
        var sums = new SalesSums { Returns = 1 };
        foreach (var line in lines)
        {
            CameBack(sums, line);
        }

        AddToAll(day, hour, back.Till, back.TakenBy ?? "", sums);
        AddBy(day.Taxes, lines, static line => Rate(line), CameBack, static of => of.Returns++);
    }

    public static void TakeProductsBack(SalesDay day, List<SalesLine> lines) =>
        AddBy(day.Products, lines, static line => line.Sku, ProductCameBack, static of => of.Returns++);

    public static List<SalesLine> LinesOf(TakenBackPayload back) => [.. back.Lines.Select(static line => new SalesLine
    {
        Sku = line.Sku,
        Name = line.Name,
        Pieces = line.Quantity,
        TaxRate = line.TaxRate,
        Net = line.Net,
        Tax = line.Tax,
        Gross = line.Gross,
    })];

    public static void Refund(SalesDay day, CompletedPayload completed)
    {
        // Without a list of tenders all of it was cash.
        var cash = completed.Refunds is null ? completed.Refund.Amount : 0;
        var card = 0L;
        foreach (var part in completed.Refunds ?? [])
        {
            Split(part, 1);
        }

        foreach (var part in completed.Unpaid ?? [])
        {
            Split(part, -1);
        }

        GiveBack(day, "cash", cash);
        GiveBack(day, "card", card);
        GiveBack(day, "exchange", completed.Credit?.Amount ?? 0);

        void Split(RefundPayload part, int sign)
        {
            if (part.Tender == 0 || part.InCash == true)
            {
                cash = checked(cash + (sign * part.Amount));
            }
            else
            {
                card = checked(card + (sign * part.Amount));
            }
        }
    }

    private static SalesSums SumsOf(List<SalesLine> lines)
    {
        var sums = new SalesSums();
        foreach (var line in lines)
        {
            Sold(sums, line);
        }

        return sums;
    }

    private static void Sold(SalesSums sums, SalesLine line)
    {
        checked
        {
            sums.Pieces += line.Pieces;
            sums.Gross += line.Gross;
            sums.Net += line.Net;
            sums.Tax += line.Tax;
            sums.Discount += line.Discount;
        }
    }

    private static void CameBack(SalesSums sums, SalesLine line)
    {
        checked
        {
            sums.PiecesBack += line.Pieces;
            sums.GrossBack += line.Gross;
            sums.NetBack += line.Net;
            sums.TaxBack += line.Tax;
        }
    }

    private static void AddToAll(SalesDay day, string hour, string till, string cashier, SalesSums sums)
    {
        day.Total.Add(sums);
        Of(day.Hours, hour).Add(sums);
        Of(day.Tills, till).Add(sums);
        Of(day.Cashiers, cashier).Add(sums);
    }

    private static void SoldProduct(SalesSums sums, SalesLine line)
    {
        sums.Name = line.Name;
        Sold(sums, line);
    }

    private static void ProductCameBack(SalesSums sums, SalesLine line)
    {
        sums.Name = line.Name;
        CameBack(sums, line);
    }

    private static string Rate(SalesLine line) => line.TaxRate.ToString(CultureInfo.InvariantCulture);

    // Several lines may have one key, and then count as one order of it.
    private static void AddBy(
        Dictionary<string, SalesSums> all, List<SalesLine> lines, Func<SalesLine, string> keyOf, Action<SalesSums, SalesLine> add, Action<SalesSums> count)
    {
        foreach (var line in lines)
        {
            add(Of(all, keyOf(line)), line);
        }

        foreach (var key in lines.Select(keyOf).Distinct(StringComparer.Ordinal))
        {
            count(all[key]);
        }
    }

    private static void Take(SalesDay day, string tender, long amount) => Of(day.Tenders, tender).Add(new TenderSums { Orders = 1, Taken = amount });

    private static void GiveBack(SalesDay day, string tender, long amount)
    {
        if (amount != 0)
        {
            Of(day.Tenders, tender).Add(new TenderSums { Returns = 1, GivenBack = amount });
        }
    }

    private static T Of<T>(Dictionary<string, T> sums, string key) where T : new()
    {
        if (!sums.TryGetValue(key, out var found))
        {
            sums[key] = found = new T();
        }

        return found;
    }
}
