using System.Text.Json;
using Pos.Journal;
using Pos.Reports;
using Pos.Reports.Consuming;
using Pos.Reports.Folding;
using Pos.Reports.Sagas;
using Pos.Reports.Sales;
using Pos.Reports.Stock;
using Pos.Streams;
using Column = Pos.Tests.Simulated.SalesAccount.Column;
using OpenSagas = Pos.Reports.Sagas.OpenSagas;

namespace Pos.Tests.Simulated;

/// <summary>
/// Compares reports with the checker's accounts. A report has everything up to its position. A page may have been stored before the position was: the page
/// then has everything up to its own.
/// </summary>
internal sealed class ReportChecks
{
    private readonly World _world;
    private readonly Reporting _reporting;
    private readonly Dictionary<string, (SalesAccount Sales, StockAccount Stock, SagaAccount Sagas)> _accounts = new(StringComparer.Ordinal);

    public ReportChecks(World world, Reporting reporting)
    {
        (_world, _reporting) = (world, reporting);
        var shop = new Shop(world.Seed);
        foreach (var store in shop.Stores)
        {
            _accounts[store.Value] = (new SalesAccount(TimeZoneInfo.FindSystemTimeZoneById(shop.Details.TimeZone)), new StockAccount(), new SagaAccount());
        }
    }

    public void Take(in RecordedEvent recorded, JsonElement body)
    {
        var (sales, stock, sagas) = _accounts[recorded.Context.Store];
        sales.Take(recorded, body);
        stock.Take(recorded, body);
        sagas.Take(recorded, body);
    }

    /// <summary>What is stored: whoever reads it next begins with this.</summary>
    public void Stored(Feed feed)
    {
        switch (feed.Report)
        {
            case ReportKind.Sales when Find<OpenSales>(feed) is { } kept:
                Open(feed, "stored", kept.State.Open, kept.Position);
                Pages(feed, "stored", PagesOf<SalesDay>(feed, kept.State.Version), kept.Position, isAll: true);
                break;
            case ReportKind.Stock when Find<OpenStock>(feed) is { } kept:
                Pages(feed, "stored", PagesOf<StockPage>(feed, kept.State.Version), kept.Position, isAll: true);
                break;
            case ReportKind.Sagas when Find<OpenSagas>(feed) is { } kept:
                Open(feed, "stored", kept.State.Open, kept.Position);
                break;
        }
    }

    /// <summary>What a report says of itself.</summary>
    public async Task Answered(Feed feed, IGrainFactory grains)
    {
        switch (feed.Report)
        {
            case ReportKind.Sales:
                var sales = await grains.GetGrain<ISalesConsumer>(feed.Store).Look("", "9999", true);
                Open(feed, "answered", sales.Open, sales.Position);
                Pages(feed, "answered", sales.Pages, sales.Position, isAll: false);
                break;
            case ReportKind.Stock:
                var stock = await grains.GetGrain<IStockConsumer>(feed.Store).Look();
                Pages(feed, "answered", stock.Pages, stock.Position, isAll: false);
                break;
            case ReportKind.Sagas:
                var sagas = await grains.GetGrain<ISagaConsumer>(feed.Store).Look();
                Open(feed, "answered", sagas.Open, sagas.Position);
                break;
        }
    }

    private Consumed<Kept<TOpen>>? Find<TOpen>(Feed feed)
        where TOpen : class, new()
    {
        var found = _reporting.States.Find<Consumed<Kept<TOpen>>>(feed.Names.State, $"{feed.Grain}/{feed.Store}");
        return found is null ? null : new() { Position = found.Position, State = found.State, Parked = found.Parked };
    }

    private Dictionary<string, ReportPage<TPage>> PagesOf<TPage>(Feed feed, int version)
        where TPage : class, new()
    {
        var (begin, end) = ($"report-page/{feed.Store}/", version == 0 ? "" : $"@{version}");
        return _reporting.States.KeysOf(feed.Names.Pages)
            .Where(key => key.StartsWith(begin, StringComparison.Ordinal) && (version == 0 ? !key.Contains('@', StringComparison.Ordinal) : key.EndsWith(end, StringComparison.Ordinal)))
            .ToDictionary(key => key[begin.Length..^end.Length], key => _reporting.States.Find<ReportPage<TPage>>(feed.Names.Pages, key)!, StringComparer.Ordinal);
    }

    private void Open(Feed feed, string how, OpenSales open, long position)
    {
        var expected = _accounts[feed.Store].Sales.Open(position).ToHashSet(StringComparer.Ordinal);
        Require(
            expected.SetEquals(open.Orders.Keys), feed, how, position,
            $"orders without an end are {Names(expected)}, not {Names(open.Orders.Keys)}");
    }

    private void Open(Feed feed, string how, OpenSagas open, long position)
    {
        var expected = _accounts[feed.Store].Sagas.UnderWay(position);
        foreach (var name in expected.Keys.Union(open.Sagas.Keys, StringComparer.Ordinal))
        {
            var isExpected = expected.TryGetValue(name, out var saga);
            var isThere = open.Sagas.TryGetValue(name, out var found);
            Require(
                isExpected == isThere && (!isThere || saga == (found!.Step, found.Since, found.Began, found.Cause, found.HasNoOutcome)), feed, how, position,
                $"{name} is under way as {(isThere ? $"{found!.Step} {found.Since:O} {found.Began:O} {found.Cause} {found.HasNoOutcome}" : "nothing")}, not as {(isExpected ? $"{saga.Step} {saga.Since:O} {saga.Began:O} {saga.Cause} {saga.Asks}" : "nothing")}");
        }
    }

    private void Pages(Feed feed, string how, Dictionary<string, ReportPage<SalesDay>> pages, long position, bool isAll)
    {
        var account = _accounts[feed.Store].Sales;
        var keys = isAll ? pages.Keys.Union(account.Days(position), StringComparer.Ordinal) : pages.Keys;
        foreach (var key in keys)
        {
            var page = pages.GetValueOrDefault(key) ?? new();
            var products = key.EndsWith("/products", StringComparison.Ordinal);
            var upTo = Math.Max(position, page.Position);
            var expected = account.Day(products ? key[..^"/products".Length] : key, products, upTo);
            var found = RowsOf(page.Data, products);
            foreach (var row in expected.All.Keys.Union(found.Keys, StringComparer.Ordinal))
            {
                var (should, has) = (expected.All.GetValueOrDefault(row) ?? Nothing, found.GetValueOrDefault(row) ?? Nothing);
                Require(should.AsSpan().SequenceEqual(has), feed, how, upTo, $"{key} {row} has {Numbers(has)}, not {Numbers(should)}");
            }

            foreach (var (sku, sums) in page.Data.Products)
            {
                Require(expected.Names.GetValueOrDefault(sku) == sums.Name, feed, how, upTo, $"{key} calls {sku} '{sums.Name}'");
            }

            Require(
                page.Data.Revision == expected.Revision && page.Data.ReopenedOn == expected.ReopenedOn, feed, how, upTo,
                $"{key} has revision {page.Data.Revision} of '{page.Data.ReopenedOn}', not {expected.Revision} of '{expected.ReopenedOn}'");
        }
    }

    private static readonly long[] Nothing = new long[Column.Count];

    private static Dictionary<string, long[]> RowsOf(SalesDay day, bool products)
    {
        var rows = new Dictionary<string, long[]>(StringComparer.Ordinal);
        if (!products)
        {
            rows["total"] = Row(day.Total);
        }

        Put("product", day.Products);
        Put("hour", day.Hours);
        Put("till", day.Tills);
        Put("cashier", day.Cashiers);
        Put("rate", day.Taxes);
        foreach (var (tender, sums) in day.Tenders)
        {
            rows[$"tender {tender}"] = [sums.Orders, 0, sums.Taken, 0, 0, 0, sums.Returns, 0, sums.GivenBack, 0, 0, 0];
        }

        foreach (var (cause, count) in day.Cancellations)
        {
            rows[$"cause {cause}"] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count];
        }

        return rows;

        void Put(string kind, Dictionary<string, SalesSums> all)
        {
            foreach (var (key, sums) in all)
            {
                rows[$"{kind} {key}"] = Row(sums);
            }
        }

        static long[] Row(SalesSums sums) =>
        [
            sums.Orders, sums.Pieces, sums.Gross, sums.Net, sums.Tax, sums.Discount, sums.Returns, sums.PiecesBack, sums.GrossBack, sums.NetBack, sums.TaxBack,
            sums.Cancelled,
        ];
    }

    private void Pages(Feed feed, string how, Dictionary<string, ReportPage<StockPage>> pages, long position, bool isAll)
    {
        var account = _accounts[feed.Store].Stock;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var page in pages.Values)
        {
            var upTo = Math.Max(position, page.Position);
            foreach (var (sku, item) in page.Data.Items)
            {
                seen.Add(sku);
                var (expected, movedAt) = account.Item(sku, upTo);
                long[] has = [item.OnHand, item.Held, item.Received, item.Restocked, item.Adjusted, item.Sold, item.Issued];
                Require(expected.AsSpan().SequenceEqual(has), feed, how, upTo, $"{sku} has {Numbers(has)}, not {Numbers(expected)}");
                Require(movedAt == item.MovedAt, feed, how, upTo, $"{sku} moved at {item.MovedAt:O}, not at {movedAt:O}");
            }
        }

        foreach (var sku in isAll ? account.Items(position) : [])
        {
            Require(seen.Contains(sku), feed, how, position, $"{sku} is missing");
        }
    }

    private static string Numbers(long[] numbers) => string.Join(' ', numbers);

    private static string Names(IEnumerable<string> names) => $"[{string.Join(", ", names.Order(StringComparer.Ordinal))}]";

    private void Require(
        bool holds, Feed feed, string how, long upTo,
        [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument(nameof(holds))] Words what)
    {
        if (!holds)
        {
            _world.Violations.Report(Invariant.ReportIsTheFold, $"{feed.Name}, {how} up to {upTo}", what.ToString());
        }
    }
}
