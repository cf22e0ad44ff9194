using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Storage;
using Pos.Journal;
using Pos.Reports;
using Pos.Reports.Consuming;
using Pos.Reports.Sales;
using Pos.Tests.Rigs;

namespace Pos.Tests;

/// <summary>The sales report on real silos: whatever dies, each sale counts once.</summary>
public abstract class ReportClusterTests : WithWorld
{
    private protected const long Price = 250;
    private static readonly string[] Stores = ["amsterdam", "berlin", "cordoba", "dublin"];
    private readonly Dictionary<string, int> _sold = Stores.ToDictionary(static store => store, static _ => 0);

    private protected ReportClusterTests(string? postgres = null)
        : base(static options => options.CacheEventsMax = 400, postgres)
    {
    }

    /// <summary>The storage of the reports, where it is not the database.</summary>
    private protected SharedStorage Reports { get; } = new();

    private protected void WithStorage() =>
        World.Also = silo => silo.Services.AddKeyedSingleton<IGrainStorage>(ReportStorage.Name, Reports);

    private protected async Task Sell(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var store = Stores[i % Stores.Length];
            var day = (_sold[store] % 3) + 1;
            var at = string.Create(CultureInfo.InvariantCulture, $"2026-03-0{day}T10:00:00Z");
            var sale = new SalesJournal(store).Sale("o", at, SalesJournal.Line("mug", 1, Price));
            var session = await World.Journal.Open(new StreamName("order", $"{store}-{_sold[store]}"), new Unread(), CancellationToken.None);
            var events = sale.Events.Select(static recorded => new NewEvent(recorded.Type, 1, recorded.Payload)).ToArray();
            Assert.True(session.TryAppend(events, new EventContext(sale.Events[0].RecordedAt, store), WakeUpChange.Keep, out var result));
            Assert.Equal(AppendResult.Durable, await result);
            _sold[store]++;
        }
    }

    /// <summary>Each report reaches what was sold, is nowhere beyond, and is what a fold of the whole journal gives.</summary>
    private protected async Task UntilExact(World? through = null)
    {
        foreach (var store in Stores)
        {
            await Until(async () => (await Total(store, through)).Orders >= _sold[store], $"the report of {store} has {_sold[store]} sales");
            var total = await Total(store, through);
            Assert.Equal((_sold[store], _sold[store] * Price), (total.Orders, total.Gross));
            var rebuild = await Rebuild(store, through);
            Assert.Null(rebuild.Error);
            Assert.Empty(rebuild.Differences);
            total = await Total(store, through);
            Assert.Equal((_sold[store], _sold[store] * Price), (total.Orders, total.Gross));
        }
    }

    private protected async Task<ReportRebuild> Rebuild(string store, World? through = null)
    {
        await Consumer(store, through).Rebuild();
        ReportRebuild? rebuild = null;
        await Until(async () => (rebuild = await Consumer(store, through).LastRebuild()) is { IsUnderWay: false }, $"the rebuild of {store} ends");
        return rebuild!;
    }

    private protected ISalesConsumer Consumer(string store, World? through = null) => (through ?? World).Cluster.Client.GetGrain<ISalesConsumer>(store);

    private protected async Task<(long Orders, long Gross)> Total(string store, World? through = null)
    {
        var state = await Consumer(store, through).Look("2026-03-01", "2026-03-31", products: false);
        return (state.Pages.Values.Sum(static page => page.Data.Total.Orders), state.Pages.Values.Sum(static page => page.Data.Total.Gross));
    }

    // A call to a silo that was just killed is lost, and the next one goes elsewhere.
    private protected static async Task Until(Func<Task<bool>> isSo, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        Exception? last = null;
        while (TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(3))
        {
            try
            {
                if (await isSo())
                {
                    return;
                }
            }
            catch (Exception lost) when (lost is OrleansException or TimeoutException or InvalidOperationException)
            {
                last = lost;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        Assert.Fail($"It did not come to this: {what}. {last}");
    }

    private sealed class Unread : IStreamFold
    {
        public int StateVersion => 0;

        public void Restore(ReadOnlyMemory<byte> state, long version)
        {
            // Only appended to.
        }

        public void Apply(in RecordedEvent recorded)
        {
            // Only appended to.
        }
    }
}

/// <summary>Reports of silos on SQLite, with a storage that a test can stop.</summary>
public sealed class ReportsOnSqlite : ReportClusterTests
{
    public ReportsOnSqlite() => WithStorage();

    [Fact]
    public async Task a_silo_that_is_killed_in_the_middle_of_a_rebuild_leaves_the_live_report_and_the_next_rebuild_is_whole()
    {
        await World.Start();
        await Sell(400);
        await UntilExact();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // The first page of the new version is written, and then nothing answers any more.
        Reports.Fails = key =>
        {
            var isFirst = key.StartsWith("sales-day|", StringComparison.Ordinal) && key.Contains("berlin", StringComparison.Ordinal) && reached.TrySetResult();
            return !isFirst && reached.Task.IsCompleted;
        };
        await Consumer("berlin").Rebuild();
        await reached.Task;
        await Sell(40);
        await World.Kill();
        Reports.Fails = static _ => false;
        await World.Start();
        await UntilExact();
    }

    [Fact]
    public async Task a_storage_that_is_away_neither_stops_sales_nor_costs_or_doubles_one()
    {
        await World.Start();
        await Sell(40);
        await UntilExact();
        Reports.Fails = static _ => true;
        await Sell(200);
        await Until(async () => (await Total("berlin")).Orders == 60, "the report goes on in memory");
        // It dies before the storage is back.
        await World.Kill();
        await Sell(40);
        Reports.Fails = static _ => false;
        await World.Start();
        await UntilExact();
    }
}

/// <summary>Reports of silos on PostgreSQL, each silo with connections of its own.</summary>
public sealed class ReportsOnPostgres : ReportClusterTests, IClassFixture<PostgresServer>
{
    private readonly string _database;

    public ReportsOnPostgres(PostgresServer server)
        : this(server.ConnectionString(server.CreateDatabase()))
    {
    }

    private ReportsOnPostgres(string database)
        : base(database) => _database = database;

    [Fact]
    public async Task of_three_silos_one_is_killed_and_each_sale_counts_once()
    {
        await World.Start(3);
        await Sell(80);
        await Until(async () => (await Total("berlin")).Orders > 0, "the reports have begun");
        var selling = Sell(400);
        await Until(async () => (await Total("berlin")).Orders > 40, "the reports go on");
        await World.Cluster.KillSiloAsync(World.Cluster.Silos[^1]);
        await selling;
        await Sell(80);
        await UntilExact();
    }

    [Fact]
    public async Task of_two_activations_of_one_report_each_counts_each_sale_once()
    {
        // Two clusters on one journal do not know of each other, so each report is active twice and both store it.
        await World.Start();
        await using var other = new World(static options => options.CacheEventsMax = 400, _database);
        await other.Start();
        for (var round = 0; round < 10; round++)
        {
            await Sell(40);
            await Until(async () => (await Total("berlin")).Orders >= 10 * (round + 1) && (await Total("berlin", other)).Orders >= 10 * (round + 1), "both go on");
        }

        await other.Stop();
        await UntilExact();
    }
}
