using Orleans;
using Orleans.Runtime;
using Xunit.Abstractions;

namespace Pos.Tests;

/// <summary>The scenarios on three silos, and scenarios for clusters alone. Silos that an earlier test has killed are started again before each test.</summary>
public abstract class ClusterScenarios(ClusterShop shop, ITestOutputHelper output) : ScenarioSuite(shop, output)
{
    private const int TillsCount = 16;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LeaveMax = TimeSpan.FromSeconds(60);

    private readonly ClusterShop _shop = shop;
    private readonly ITestOutputHelper _output = output;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await _shop.Heal();
        _shop.Till.Failures.Clear();
    }

    [Fact]
    public async Task a_silo_that_comes_under_load_takes_its_part_and_nobody_notices()
    {
        var sold = await UnderLoad("joining", async () =>
        {
            await _shop.Cluster.StartAdditionalSiloAsync(startAdditionalSiloOnNewPort: true);
            var management = _shop.Cluster.Client.GetGrain<IManagementGrain>(0);
            await Until(async () =>
            {
                var newest = (await management.GetHosts(onlyActive: true)).Keys.MaxBy(silo => silo.Generation)!;
                // A grain of an order that is over leaves at once, so a grain on the new silo is an order under way.
                return (await management.GetSimpleGrainStatistics([newest])).Any(type => type.GrainType.Contains(".OrderGrain", StringComparison.Ordinal));
            });
        });
        Assert.Empty(_shop.Till.Failures);
        Assert.All(sold, sale => Assert.True(sale.IsConfirmed, sale.End));
    }

    [Fact]
    public async Task all_silos_are_restarted_one_by_one_without_one_failed_request()
    {
        var sold = await UnderLoad("rolling", async () =>
        {
            foreach (var silo in _shop.Silos)
            {
                await _shop.Cluster.RestartSiloAsync(silo);
            }
        });
        Assert.Empty(_shop.Till.Failures);
        Assert.All(sold, sale => Assert.True(sale.IsConfirmed, sale.End));
    }

    [Fact]
    public async Task a_silo_that_was_paused_for_a_minute_is_replaced_meanwhile_and_harms_nothing_when_it_is_back()
    {
        SiloProcess? paused = null;
        var sold = await UnderLoad("paused", async () =>
        {
            // This silo has the grain of the item that everybody wants. Decisions that it had not written before the pause must be refused after it.
            paused = await OwnerOf("paused");
            paused.Process.Freeze();
            await Task.Delay(Pause, TimeProvider.System);
            paused.Process.Thaw();
            await paused.Process.Ends(LeaveMax);
        });
        Assert.All(sold, sale => Assert.True(sale.IsConfirmed, sale.End));
        await _shop.Cluster.KillSiloAsync(paused!);
    }

    [Fact]
    public async Task of_two_activations_of_one_grain_each_write_is_fenced_and_every_caller_is_served()
    {
        // Two clusters on one journal do not know of each other, so a grain that both are asked for is active twice.
        const int PiecesCount = 100;
        const int TurnsCount = 6;
        await _shop.Till.Stock("twice", PiecesCount);
        var other = _shop.Stranger();
        await other.Begin();
        try
        {
            // The clusters take turns, so each finds that the other's activation has written a later version.
            for (var turn = 0; turn < TurnsCount; turn++)
            {
                var sale = await (turn % 2 == 0 ? _shop : other).Till.Sell($"turn-{turn}", "twice");
                Assert.True(sale.IsConfirmed, $"turn {turn}: {sale.End}");
            }

            var here = Task.WhenAll(Enumerable.Range(0, PiecesCount).Select(number => _shop.Till.Sell($"here-{number}", "twice")));
            var there = Task.WhenAll(Enumerable.Range(0, PiecesCount).Select(number => other.Till.Sell($"there-{number}", "twice")));
            Sale[] sales = [.. await here, .. await there];
            _output.WriteLine($"Sold here: {(await here).Count(sale => sale.IsConfirmed)}; requests sent again: {_shop.Till.Failures.Count}, {other.Till.Failures.Count}");
            Assert.Equal(PiecesCount - TurnsCount, sales.Count(sale => sale.IsConfirmed));
            Assert.Equal(PiecesCount + TurnsCount, sales.Count(sale => sale.End == "insufficient-stock"));
            await _shop.Settled();
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    private async Task<IReadOnlyList<Sale>> UnderLoad(string sku, Func<Task> happens)
    {
        const int PiecesCount = 100_000;
        await _shop.Till.Stock(sku, PiecesCount);
        using var stop = new CancellationTokenSource();
        _shop.Till.TakeLongest();
        var selling = _shop.Till.SellOn(TillsCount, sku, stop.Token);
        try
        {
            await happens();
        }
        finally
        {
            await stop.CancelAsync();
            await selling;
        }

        var sold = await selling;
        _output.WriteLine($"Sold: {sold.Count}; longest sale: {_shop.Till.TakeLongest()}; requests sent again: {_shop.Till.Failures.Count}");
        foreach (var failure in _shop.Till.Failures.Take(10))
        {
            _output.WriteLine(failure);
        }

        Assert.True(sold.Count > TillsCount, $"only {sold.Count} were sold");
        Assert.Equal(PiecesCount - sold.Count(sale => sale.IsConfirmed), await _shop.Till.Available(sku));
        await _shop.Settled();
        return sold;
    }

    private async Task<SiloProcess> OwnerOf(string sku)
    {
        var management = _shop.Cluster.Client.GetGrain<IManagementGrain>(0);
        var stock = _shop.Cluster.Client.GetGrain<IStockGrain>($"london/{sku}");
        SiloAddress? address = null;
        await Until(async () => (address = await management.GetActivationAddress(stock)) is not null);
        return _shop.Silos.Single(silo => silo.SiloAddress.Endpoint.Port == address!.Endpoint.Port);
    }

    // The client may still know the gateway of a silo that an earlier test has killed, and loses the call that tries it.
    private static Task<bool> Until(Func<Task<bool>> isSo) => Eventually.Get(
        async () =>
        {
            try
            {
                return await isSo();
            }
            catch (OrleansException)
            {
                return false;
            }
        },
        static so => so,
        TimeSpan.FromMinutes(1),
        static _ => "it is not so yet");
}

/// <summary>The cluster's scenarios with silos that find each other in PostgreSQL.</summary>
public sealed class ClusterOnPostgres(PostgresCluster shop, ITestOutputHelper output) : ClusterScenarios(shop, output), IClassFixture<PostgresCluster>;

/// <summary>The cluster's scenarios with silos that find each other in Redis.</summary>
public sealed class ClusterOnRedis(RedisCluster shop, ITestOutputHelper output) : ClusterScenarios(shop, output), IClassFixture<RedisCluster>;
