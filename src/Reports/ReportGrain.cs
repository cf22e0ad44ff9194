using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.Streams;
using Pos.Journal;
using Pos.Reports.Consuming;
using Pos.Reports.Folding;
using Pos.Reports.Sagas;
using Pos.Reports.Sales;
using Pos.Reports.Stock;
using Pos.Stores;
using Pos.Streams;
// The contracts have views of the same names.
using SagaView = Pos.Reports.Sagas.SagaView;
using StockView = Pos.Reports.Stock.StockView;

namespace Pos.Reports;

/// <summary>
/// Answers questions: days in memory come from the report's consumer, other days from the storage. Keeps nothing, and runs beside the consumers, so
/// that questions do not hold them up.
/// </summary>
[GrainType("report"), StatelessWorker, Reentrant]
public sealed class ReportGrain(IServiceProvider services, IGrainContext context) : Grain(context), IReportGrain
{
    private const int DaysMax = 400;
    private const int ReadsMax = 16;
    private const long NudgeAfterMs = 1_000;

    private readonly TimeProvider _clock = services.GetRequiredService<TimeProvider>();
    private readonly Freshness _freshness = new(services.GetRequiredService<IJournal>(), services.GetRequiredService<TimeProvider>());

    private readonly bool _isOn = services.GetKeyedService<IStreamProvider>(JournalStreams.Provider) is not null;

    private string Store => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public async Task<SalesReport?> Sales(SalesQuestion question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (await FindStore() is not { } store)
        {
            return null;
        }

        var calendar = BusinessCalendar.Of(store.TimeZone);
        var now = _clock.GetUtcNow();
        var to = question.To ?? calendar.DayOf(now);
        var asked = question with { To = to, From = question.From ?? to };
        if (asked.From > to || to.DayNumber - asked.From.Value.DayNumber >= DaysMax)
        {
            // Only the store's time zone knows today.
            var none = new ReportFreshness(0, now, 0, false);
            return SalesView.Of(new StoreId(Store), asked with { To = asked.From }, new Dictionary<string, SalesDay>(), calendar, store.Currency, none, now) with { To = to };
        }

        var (from, until) = (BusinessCalendar.Name(asked.From!.Value), BusinessCalendar.Name(to));
        var consumer = GrainFactory.GetGrain<ISalesConsumer>(Store);
        var state = await consumer.Look(from, until, products: IsOfProducts(question));
        var (freshness, missing) = await _freshness.Of(Store, state.Progress, state.RecordedAt, cancellationToken);
        Nudge(consumer, missing, freshness);
        var pages = state.Pages.ToDictionary(static page => page.Key, static page => page.Value.Data);
        await ReadMissing(Keys(asked, state.Open), pages, SalesConsumer.Report, state.Version);
        var categories = question.GroupBy == SalesGrouping.Category
            ? await ProductCategories.Of(services.GetRequiredService<IJournal>()).Of([.. pages.Values.SelectMany(static page => page.Products.Keys).Distinct()], cancellationToken)
            : null;
        return SalesView.Of(new StoreId(Store), asked, pages, calendar, store.Currency, freshness, now, categories);
    }

    /// <inheritdoc/>
    public async Task<StockReport?> Stock(StockQuestion question, CancellationToken cancellationToken)
    {
        if (await FindStore() is null)
        {
            return null;
        }

        var consumer = GrainFactory.GetGrain<IStockConsumer>(Store);
        var state = await consumer.Look();
        var (freshness, missing) = await _freshness.Of(Store, state.Progress, state.RecordedAt, cancellationToken);
        Nudge(consumer, missing, freshness);
        var pages = state.Pages.ToDictionary(static page => page.Key, static page => page.Value.Data);
        await ReadMissing(state.Position == 0 ? [] : StockFold.Keys, pages, StockConsumer.Report, state.Version);
        return StockView.Of(new StoreId(Store), question, pages.Values, freshness);
    }

    /// <inheritdoc/>
    public async Task<SagaReport?> Sagas(SagaQuestion question, CancellationToken cancellationToken)
    {
        if (await FindStore() is null)
        {
            return null;
        }

        var consumer = GrainFactory.GetGrain<ISagaConsumer>(Store);
        var state = await consumer.Look();
        var (freshness, missing) = await _freshness.Of(Store, state.Progress, state.RecordedAt, cancellationToken);
        Nudge(consumer, missing, freshness);
        return SagaView.Of(new StoreId(Store), question, state.Open, freshness, _clock.GetUtcNow());
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<ReportProgress>> Progress(CancellationToken cancellationToken)
    {
        var all = ImmutableArray.CreateBuilder<ReportProgress>();
        foreach (var report in Enum.GetValues<ReportKind>())
        {
            all.Add(await ProgressOf(report, Consumer(report).Progress(), cancellationToken));
        }

        return all.ToImmutable();
    }

    /// <inheritdoc/>
    public Task<ReportProgress> Retry(ReportKind report, CancellationToken cancellationToken) => ProgressOf(report, Consumer(report).Retry(), cancellationToken);

    /// <inheritdoc/>
    public Task<ReportProgress> Skip(ReportKind report, long position, CancellationToken cancellationToken) =>
        ProgressOf(report, Consumer(report).Skip(position), cancellationToken);

    /// <inheritdoc/>
    public async Task<ReportProgress> Rebuild(ReportKind report, CancellationToken cancellationToken)
    {
        var consumer = Consumer(report);
        await consumer.Rebuild();
        return await ProgressOf(report, consumer.Progress(), cancellationToken);
    }

    private async Task<StoreView?> FindStore()
    {
        RequireStreams();
        var store = await GrainFactory.GetGrain<IStoreGrain>(Store).Get();
        if (store is null)
        {
            // Any name can be asked for, and most of them name no store.
            DeactivateOnIdle();
        }

        return store;
    }

    private async Task<ReportProgress> ProgressOf(ReportKind report, Task<ConsumerProgress> asked, CancellationToken cancellationToken)
    {
        var progress = await asked;
        var rebuild = await Consumer(report).LastRebuild();
        var (freshness, _) = await _freshness.Of(Store, progress, default, cancellationToken);
        return new(report, freshness, progress.Known, progress.Parked is { } parked
            ? new(parked.Position, parked.Stream, parked.Version, parked.Type, parked.Error, parked.Attempts, parked.Since)
            : null, rebuild);
    }

    private IReportConsumer Consumer(ReportKind report)
    {
        RequireStreams();
        return report switch
        {
            ReportKind.Sales => GrainFactory.GetGrain<ISalesConsumer>(Store),
            ReportKind.Stock => GrainFactory.GetGrain<IStockConsumer>(Store),
            ReportKind.Sagas => GrainFactory.GetGrain<ISagaConsumer>(Store),
            _ => throw new UnreachableException($"There is no report {report}."),
        };
    }

    private void RequireStreams()
    {
        if (!_isOn)
        {
            throw new ReportsOffException();
        }
    }

    private static bool IsOfProducts(SalesQuestion question) => question.GroupBy is SalesGrouping.Product or SalesGrouping.Category;

    // The pages of those days of the question that can have facts.
    private static IEnumerable<string> Keys(SalesQuestion question, OpenSales open)
    {
        for (var date = question.From!.Value; date <= question.To!.Value; date = date.AddDays(1))
        {
            var name = BusinessCalendar.Name(date);
            if (open.First.Length > 0 && string.CompareOrdinal(name, open.First) >= 0 && string.CompareOrdinal(name, open.Last) <= 0)
            {
                yield return name;
                if (IsOfProducts(question))
                {
                    yield return SalesFold.ProductsOf(name);
                }
            }
        }
    }

    private async Task ReadMissing<TPage>(IEnumerable<string> keys, Dictionary<string, TPage> pages, string report, int version) where TPage : class, new()
    {
        var stored = new StoredPages<TPage>(services.GetRequiredKeyedService<IGrainStorage>(ReportStorage.Name), report, version, Store);
        foreach (var some in keys.Where(key => !pages.ContainsKey(key)).Chunk(ReadsMax))
        {
            foreach (var page in await Task.WhenAll(some.Select(stored.Read)))
            {
                pages[page.Key] = page.Page.Data;
            }
        }
    }

    // A stream brings nothing to a report that is new in a store where nothing happens any more.
    private static void Nudge(IReportConsumer consumer, long missing, ReportFreshness freshness)
    {
        if (missing > 0 && !freshness.Parked && freshness.LagMs > NudgeAfterMs)
        {
            consumer.CatchUp(missing).Ignore();
        }
    }
}
