using Pos.Tests.Rigs;

namespace Pos.Tests;

/// <summary>The whole program on PostgreSQL, while it or the server is harmed.</summary>
public sealed class PostgresTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const int Stock = 100_000;
    private const int Tills = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task a_silo_killed_under_load_and_started_again_has_lost_nothing_that_was_acknowledged()
    {
        using var silo = await PostgresSilo.Open(server.ConnectionString(server.CreateDatabase()), Stock);
        Assert.NotEmpty(await silo.Sell("the-first-sale"));
        await Harm(silo, sold: 1, async () =>
        {
            for (var round = 0; round < 2; round++)
            {
                await silo.More(100, Patience);
                await silo.KillAndStart();
            }
        });
    }

    [Theory]
    [InlineData("stopped")]
    [InlineData("killed")]
    [InlineData("frozen")]
    public async Task a_server_harmed_under_orders_loses_nothing_and_selling_goes_on_by_itself(string how)
    {
        using var silo = await PostgresSilo.Open(server.ConnectionString(server.CreateDatabase()), Stock);
        await Harm(silo, sold: 0, async () =>
        {
            await silo.More(100, Patience);
            switch (how)
            {
                case "stopped":
                    server.Stop();
                    server.Start();
                    break;
                case "killed":
                    server.Kill();
                    server.Start();
                    break;
                default:
                    server.Freeze();
                    // Longer than a command may take, so that attempts are given up and come late.
                    await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System);
                    server.Thaw();
                    break;
            }

            await silo.More(1, Patience);
        });
    }

    private static async Task Harm(PostgresSilo silo, int sold, Func<Task> harm)
    {
        using var enough = new CancellationTokenSource();
        var tills = Enumerable.Range(0, Tills).Select(i => silo.Till(i, enough.Token)).ToList();
        await harm();
        await silo.More(100, Patience);
        await enough.CancelAsync();
        var orders = (await Task.WhenAll(tills)).SelectMany(till => till).ToList();
        Assert.Equal(orders.Count, orders.Select(order => order.Value).Distinct().Count());
        await silo.AssertLeft(Stock - sold - orders.Count);
        // What a till was told is still so.
        foreach (var (key, order) in orders.Where((_, i) => i % 20 == 0))
        {
            Assert.Equal(order, await silo.Sell(key));
        }

        await silo.AssertLeft(Stock - sold - orders.Count);
    }
}
