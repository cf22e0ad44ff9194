using Xunit.Abstractions;

namespace Pos.Tests;

/// <summary>Sales, a rush and a crash. Every shop has to pass them, in one process or several.</summary>
public abstract class ScenarioSuite(RunningShop shop, ITestOutputHelper output) : IAsyncLifetime
{
    private const int TillsCount = 32;

    public virtual Task InitializeAsync() => shop.Begin();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task the_first_sale_takes_one_piece_however_often_it_is_sent()
    {
        await shop.Till.Stock("first", 10);
        var key = shop.Till.NewKey();
        var sale = await shop.Till.Sell(key, "first");
        Assert.True(sale.IsConfirmed, sale.End);
        Assert.Equal(sale, await shop.Till.Sell(key, "first"));
        Assert.Equal(9, await shop.Till.Available("first"));
        await shop.Settled();
    }

    [Fact]
    public async Task a_sale_that_is_looked_up_later_ends_as_one_that_is_answered_at_once()
    {
        await shop.Till.Stock("last", 1);
        Assert.Equal("CONFIRMED", (await shop.Till.SellWithoutWaiting(shop.Till.NewKey(), "last")).End);
        Assert.Equal("insufficient-stock", (await shop.Till.SellWithoutWaiting(shop.Till.NewKey(), "last")).End);
        Assert.Equal("insufficient-stock", (await shop.Till.Sell(shop.Till.NewKey(), "last")).End);
        await shop.Settled();
    }

    [Fact]
    public async Task of_a_thousand_buyers_of_a_hundred_pieces_exactly_a_hundred_get_one()
    {
        await shop.Till.Stock("scarce", 100);
        var sales = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => shop.Till.Sell(shop.Till.NewKey(), "scarce")));
        Assert.Equal([("CONFIRMED", 100), ("insufficient-stock", 900)], Ends(sales));
        Assert.Equal(0, await shop.Till.Available("scarce"));
        await shop.Settled();
    }

    [Fact]
    public async Task a_crash_in_the_middle_of_five_hundred_orders_loses_none_and_sells_none_twice()
    {
        const int OrdersCount = 500;
        const int PiecesCount = 300;
        await shop.Till.Stock("wanted", PiecesCount);
        await shop.Till.Stock("plenty", OrdersCount);
        var ended = 0;
        var half = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var tills = new SemaphoreSlim(TillsCount);
        var selling = Task.WhenAll(Enumerable.Range(0, OrdersCount).Select(async _ =>
        {
            await tills.WaitAsync();
            try
            {
                var sale = await shop.Till.Sell(shop.Till.NewKey(), "wanted", "plenty");
                if (Interlocked.Increment(ref ended) == PiecesCount / 2)
                {
                    half.SetResult();
                }

                return sale;
            }
            finally
            {
                tills.Release();
            }
        }));
        await Task.WhenAny(half.Task, selling);
        shop.Till.TakeLongest();
        await shop.Crash();
        var sales = await selling;
        output.WriteLine($"Longest sale: {shop.Till.TakeLongest()}; requests sent again: {shop.Till.Failures.Count}");

        Assert.Equal([("CONFIRMED", PiecesCount), ("insufficient-stock", OrdersCount - PiecesCount)], Ends(sales));
        await shop.Settled();
        Assert.Equal((0, OrdersCount - PiecesCount), (await shop.Till.Available("wanted"), await shop.Till.Available("plenty")));
    }

    private static IEnumerable<(string End, int Sales)> Ends(IEnumerable<Sale> sales) =>
        sales.GroupBy(sale => sale.End, StringComparer.Ordinal).OrderBy(end => end.Key, StringComparer.Ordinal).Select(end => (end.Key, end.Count()));
}
