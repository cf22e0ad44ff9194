using System.Globalization;
using System.Text;
using Orleans;
using Pos.Journal;
using Pos.Reports.Folding;

namespace Pos.Reports.Stock;

/// <summary>What a store has. The items are spread over some pages by their SKUs, so that a sale writes the pages of its own items alone.</summary>
public sealed class StockFold : ReportFold<OpenStock, StockPage>
{
    /// <summary>Pages of a store. The number stands in the storage and never changes.</summary>
    public const int Pages = 64;

    /// <summary>All pages' keys.</summary>
    public static IEnumerable<string> Keys => Enumerable.Range(0, Pages).Select(Name);

    /// <inheritdoc/>
    public override void Take(OpenStock open, in RecordedEvent recorded, BusinessCalendar calendar, List<PageChange<StockPage>> changes)
    {
        switch (recorded.Type)
        {
            case "stock.received":
                var received = Payloads.Read(recorded, PayloadJson.Default.MovedPayload);
                Move(recorded, changes, received.Balance, item => item.Received += received.Quantity);
                break;
            case "stock.restocked":
                var restocked = Payloads.Read(recorded, PayloadJson.Default.MovedPayload);
                Move(recorded, changes, restocked.Balance, item => item.Restocked += restocked.Quantity);
                break;
            case "stock.adjusted" or "stock.counted":
                var adjusted = Payloads.Read(recorded, PayloadJson.Default.AdjustedPayload);
                Move(recorded, changes, adjusted.Balance, item => item.Adjusted += adjusted.Delta);
                break;
            case "stock.committed":
                var committed = Payloads.Read(recorded, PayloadJson.Default.CommittedPayload);
                // An order's hold is named order.line.
                var isSold = committed.Hold.Contains('.', StringComparison.Ordinal);
                Move(recorded, changes, committed.Balance, item =>
                {
                    item.Held -= committed.Quantity;
                    (item.Sold, item.Issued) = isSold ? (item.Sold + committed.Quantity, item.Issued) : (item.Sold, item.Issued + committed.Quantity);
                });
                break;
            case "stock.reserved":
                var reserved = Payloads.Read(recorded, PayloadJson.Default.HeldPayload);
                Change(recorded, changes, item => item.Held += reserved.Quantity);
                break;
            case "stock.released" or "stock.expired":
                var ended = Payloads.Read(recorded, PayloadJson.Default.HeldPayload);
                Change(recorded, changes, item => item.Held -= ended.Quantity);
                break;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> PagesOf(OpenStock open) => Keys;

    private static void Move(in RecordedEvent recorded, List<PageChange<StockPage>> changes, long balance, Action<StockItem> change)
    {
        var at = recorded.Context.OccurredAt.ToUniversalTime();
        Change(recorded, changes, item =>
        {
            change(item);
            item.OnHand = balance;
            item.MovedAt = item.MovedAt is { } before && before > at ? before : at;
        });
    }

    private static void Change(in RecordedEvent recorded, List<PageChange<StockPage>> changes, Action<StockItem> change)
    {
        // A stock item's key is store/sku.
        var key = recorded.Stream.Key;
        var sku = key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..];
        changes.Add(new(PageOf(sku), page =>
        {
            if (!page.Items.TryGetValue(sku, out var item))
            {
                page.Items[sku] = item = new StockItem();
            }

            change(item);
        }));
    }

    // FNV-1a: the same in every process and release.
    private static string PageOf(string sku)
    {
        var hash = 2_166_136_261;
        foreach (var part in Encoding.UTF8.GetBytes(sku))
        {
            hash = unchecked((hash ^ part) * 16_777_619);
        }

        return Name((int)(hash % Pages));
    }

    private static string Name(int page) => page.ToString("00", CultureInfo.InvariantCulture);
}

/// <summary>Nothing: every event of an item says all that its item needs.</summary>
[GenerateSerializer, Alias("pos.reports.OpenStock")]
public sealed class OpenStock;

/// <summary>Some items of a store.</summary>
[GenerateSerializer, Alias("pos.reports.StockPage")]
public sealed class StockPage
{
    /// <summary>By SKU.</summary>
    [Id(0)]
    public Dictionary<string, StockItem> Items { get; set; } = [];
}

/// <summary>An item; the members mean what those of <see cref="StockRow"/> mean.</summary>
[GenerateSerializer, Alias("pos.reports.StockItem")]
public sealed class StockItem
{
    /// <inheritdoc cref="StockRow.OnHand"/>
    [Id(0)]
    public long OnHand { get; set; }

    /// <inheritdoc cref="StockRow.Held"/>
    [Id(1)]
    public long Held { get; set; }

    /// <inheritdoc cref="StockRow.Received"/>
    [Id(2)]
    public long Received { get; set; }

    /// <inheritdoc cref="StockRow.Restocked"/>
    [Id(3)]
    public long Restocked { get; set; }

    /// <inheritdoc cref="StockRow.Adjusted"/>
    [Id(4)]
    public long Adjusted { get; set; }

    /// <inheritdoc cref="StockRow.Sold"/>
    [Id(5)]
    public long Sold { get; set; }

    /// <inheritdoc cref="StockRow.Issued"/>
    [Id(6)]
    public long Issued { get; set; }

    /// <inheritdoc cref="StockRow.MovedAt"/>
    [Id(7)]
    public DateTimeOffset? MovedAt { get; set; }
}
