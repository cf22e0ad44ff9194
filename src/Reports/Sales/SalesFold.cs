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
                Change(open, sold.OccurredAt, recorded, calendar, changes, (day, hour) => SalesSheet.Sell(day, hour, sold, cash));
                break;
            case "order.cancelled":
                var cancelled = End(open, recorded);
                var cause = Payloads.Read(recorded, PayloadJson.Default.CancelledPayload).Code is { } code ? JsonNamingPolicy.KebabCaseLower.ConvertName(code) : Requested;
                Change(open, cancelled.OccurredAt, recorded, calendar, changes, (day, hour) => SalesSheet.Cancel(day, hour, cancelled, cause));
                break;
            case "return.accepted":
                var back = Payloads.Read(recorded, PayloadJson.Default.TakenBackPayload);
                open.Currency = back.Gross.Currency;
                Change(open, back.OccurredAt, recorded, calendar, changes, (day, hour) => SalesSheet.TakeBack(day, hour, back));
                break;
            case "return.completed":
                var refunded = Payloads.Read(recorded, PayloadJson.Default.CompletedPayload);
                Change(open, recorded.Context.OccurredAt, recorded, calendar, changes, (day, _) => SalesSheet.Refund(day, refunded));
                break;
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

    private static void Change(
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
        AddByProduct(day, order.Lines, static (of, line) => Sold(of, line), static of => of.Orders++);
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

    public static void TakeBack(SalesDay day, string hour, TakenBackPayload back)
    {
        var sums = new SalesSums { Returns = 1 };
        List<SalesLine> lines = [.. back.Lines.Select(static line => new SalesLine
        {
            Sku = line.Sku, Name = line.Name, Pieces = line.Quantity, TaxRate = line.TaxRate, Net = line.Net, Tax = line.Tax, Gross = line.Gross,
        })];
        foreach (var line in lines)
        {
            CameBack(sums, line);
        }

        AddToAll(day, hour, back.Till, back.TakenBy ?? "", sums);
        AddByProduct(day, lines, static (of, line) => CameBack(of, line), static of => of.Returns++);
    }

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

    // Several lines may name one product, and then count as one order of it.
    private static void AddByProduct(SalesDay day, List<SalesLine> lines, Action<SalesSums, SalesLine> add, Action<SalesSums> count)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            var product = Of(day.Products, line.Sku);
            product.Name = line.Name;
            add(product, line);
            var rate = Of(day.Taxes, line.TaxRate.ToString(CultureInfo.InvariantCulture));
            add(rate, line);
        }

        foreach (var sku in lines.Select(static line => line.Sku).Distinct(StringComparer.Ordinal))
        {
            count(day.Products[sku]);
        }

        foreach (var rate in lines.Select(static line => line.TaxRate).Distinct())
        {
            count(day.Taxes[rate.ToString(CultureInfo.InvariantCulture)]);
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
