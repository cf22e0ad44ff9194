using Pos.Reports.Folding;

namespace Pos.Reports.Stock;

/// <summary>Answers a question from the pages of a store's stock.</summary>
internal static class StockView
{
    public static StockReport Of(StoreId store, StockQuestion question, IEnumerable<StockPage> pages, ReportFreshness freshness)
    {
        var rows = pages.SelectMany(static page => page.Items)
            .Select(static item => Row(item.Key, item.Value))
            .Where(row => question.Filter switch
            {
                StockFilter.Low => row.Available < question.Below,
                StockFilter.Shortage => row.Available < 0,
                StockFilter.Held => row.Held > 0,
                _ => true,
            })
            .ToList();
        var (page, next) = Rows.Page(rows, static row => row.Sku.Value, null, question.After, question.Limit);
        return new(
            store, freshness, rows.Count, rows.Sum(static row => row.OnHand), rows.Sum(static row => row.Held), rows.Count(static row => row.Available < 0), page, next);
    }

    private static StockRow Row(string sku, StockItem item) => new(
        new Sku(sku), item.OnHand, item.Held, item.OnHand - item.Held, item.Received, item.Restocked, item.Adjusted, item.Sold, item.Issued, item.MovedAt);
}
