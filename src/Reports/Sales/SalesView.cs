using System.Globalization;
using Pos.Reports.Folding;

namespace Pos.Reports.Sales;

/// <summary>Answers a question from the pages of some days.</summary>
internal static class SalesView
{
    /// <param name="store">The store.</param>
    /// <param name="question">With both days.</param>
    /// <param name="pages">The pages of the days by key: of the days, and for products also those of the products.</param>
    /// <param name="calendar">The store's calendar.</param>
    /// <param name="currency">The store's currency.</param>
    /// <param name="freshness">How true the pages are.</param>
    /// <param name="now">The present, UTC.</param>
    /// <param name="categories">Of the products, when they are the rows; null otherwise.</param>
    public static SalesReport Of(
        StoreId store, SalesQuestion question, IReadOnlyDictionary<string, SalesDay> pages, BusinessCalendar calendar, Currency currency, ReportFreshness freshness,
        DateTimeOffset now, IReadOnlyDictionary<string, string>? categories = null)
    {
        var (from, to) = (question.From!.Value, question.To!.Value);
        var isClosed = true;
        var revision = 0;
        var total = new SalesSums();
        var rows = new Sheet(currency, categories);
        for (var date = from; date <= to; date = date.AddDays(1))
        {
            var name = BusinessCalendar.Name(date);
            var day = pages.GetValueOrDefault(name) ?? new SalesDay();
            var hasClosed = HasClosed(name, day, calendar, now);
            isClosed &= hasClosed;
            revision += day.Revision;
            total.Add(day.Total);
            if (question.GroupBy == SalesGrouping.Day)
            {
                var (start, end) = (calendar.StartOf(date), calendar.EndOf(date));
                rows.Add(rows.Row(name, day.Total) with { From = start, To = end, Closed = hasClosed, Revision = day.Revision });
            }
            else
            {
                rows.Add(question.GroupBy, day, pages.GetValueOrDefault(SalesFold.ProductsOf(name)));
            }
        }

        // Hours are in the order of time: the one that comes twice sorts by its offset otherwise.
        Func<SalesRow, string> keyOf = question.GroupBy == SalesGrouping.Hour
            ? static row => row.From!.Value.ToString("O", CultureInfo.InvariantCulture)
            : static row => row.Key;
        var (page, next) = Rows.Page(rows.All, keyOf, WeightOf(question.Order), question.After, question.Limit);
        return new(store, calendar.Zone.Id, from, to, question.GroupBy, freshness, isClosed, revision, rows.Row("total", total), page, next);
    }

    private static Func<SalesRow, long>? WeightOf(SalesOrder order) => order switch
    {
        SalesOrder.Gross => static row => row.Gross.Amount,
        SalesOrder.Pieces => static row => row.Pieces,
        _ => null,
    };

    private static bool HasClosed(string name, SalesDay day, BusinessCalendar calendar, DateTimeOffset now)
    {
        var open = BusinessCalendar.Name(calendar.OpenAt(now));
        return string.CompareOrdinal(open, name) > 0 && string.CompareOrdinal(open, day.ReopenedOn) > 0;
    }

    /// <summary>Rows while they are added up.</summary>
    private sealed class Sheet(Currency currency, IReadOnlyDictionary<string, string>? categories)
    {
        private readonly List<SalesRow> _days = [];
        private readonly Dictionary<string, SalesSums> _sums = new(StringComparer.Ordinal);
        private readonly Dictionary<string, TenderSums> _tenders = new(StringComparer.Ordinal);
        private readonly Dictionary<string, long> _causes = new(StringComparer.Ordinal);
        private bool _isHours;
        private bool _hasCancelled;

        public IEnumerable<SalesRow> All =>
        [
            .. _days,
            .. _sums.Select(row => Row(row.Key, row.Value) with
            {
                Name = row.Value.Name.Length > 0 ? row.Value.Name : null,
                From = _isHours ? DateTimeOffset.Parse(row.Key, CultureInfo.InvariantCulture).ToUniversalTime() : null,
                Cancelled = _hasCancelled ? row.Value.Cancelled : null,
            }),
            .. _tenders.Select(row => new SalesRow(
                row.Key, null, null, null, null, null, row.Value.Orders, 0, Money(row.Value.Taken), null, null, null, row.Value.Returns, 0,
                Money(row.Value.GivenBack), null, null, null, null)),
            .. _causes.Select(row => new SalesRow(
                row.Key, null, null, null, null, null, 0, 0, Money(0), null, null, null, 0, 0, Money(0), null, null, row.Value, null)),
        ];

        public void Add(SalesRow day) => _days.Add(day);

        public void Add(SalesGrouping grouping, SalesDay day, SalesDay? products)
        {
            (_isHours, _hasCancelled) = (grouping == SalesGrouping.Hour, grouping is SalesGrouping.Hour or SalesGrouping.Till or SalesGrouping.Cashier);
            switch (grouping)
            {
                case SalesGrouping.Hour: Add(day.Hours); break;
                case SalesGrouping.Till: Add(day.Tills); break;
                case SalesGrouping.Cashier: Add(day.Cashiers); break;
                case SalesGrouping.Tax: Add(day.Taxes); break;
                case SalesGrouping.Product or SalesGrouping.Category: Add(products?.Products ?? []); break;
                case SalesGrouping.Tender:
                    foreach (var (tender, sums) in day.Tenders)
                    {
                        Of(_tenders, tender).Add(sums);
                    }

                    break;
                case SalesGrouping.Cancellation:
                    foreach (var (cause, count) in day.Cancellations)
                    {
                        _causes[cause] = _causes.GetValueOrDefault(cause) + count;
                    }

                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"No rows for {grouping}.");
            }
        }

        public SalesRow Row(string key, SalesSums sums) => new(
            key, null, null, null, null, null, sums.Orders, sums.Pieces, Money(sums.Gross), Money(sums.Net), Money(sums.Tax), Money(sums.Discount), sums.Returns,
            sums.PiecesBack, Money(sums.GrossBack), Money(sums.NetBack), Money(sums.TaxBack), sums.Cancelled,
            sums.Orders == 0 ? null : Money((long)Math.Round((decimal)sums.Gross / sums.Orders, MidpointRounding.AwayFromZero)));

        private void Add(Dictionary<string, SalesSums> rows)
        {
            foreach (var (key, sums) in rows)
            {
                var row = Of(_sums, categories is null ? key : categories.GetValueOrDefault(key, ""));
                row.Add(sums);
                row.Name = categories is null ? row.Name : "";
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

        private Money Money(long amount) => new(amount, currency);
    }
}
