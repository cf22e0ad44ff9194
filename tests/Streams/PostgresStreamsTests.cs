using Pos.Tests.Rigs;

namespace Pos.Tests;

/// <summary>Three silos on one PostgreSQL: journal, checkpoints and states, each silo with connections of its own.</summary>
public sealed class PostgresStreamsTests(PostgresServer server)
    : WithWorld(static options => options.CacheEventsMax = 400, server.ConnectionString(server.CreateDatabase())), IClassFixture<PostgresServer>
{
    private static readonly string[] Stores = ["amsterdam", "berlin", "cordoba", "dublin", "essen", ""];

    [Fact]
    public async Task partitions_move_to_a_silo_that_joins_and_away_from_one_that_is_killed()
    {
        await World.Append("amsterdam", 1_500);
        await World.Start(3);
        using var end = new CancellationTokenSource();
        var writing = Write(end.Token);
        await World.Storage.Until(() => Stores.All(store => World.SeenBy(store).Count > 20), "all stores are seen");
        var joined = await World.Cluster.StartAdditionalSiloAsync();
        await Grow();
        await World.Cluster.KillSiloAsync(World.Cluster.Silos.First(silo => silo != joined));
        await Grow();
        await end.CancelAsync();
        await writing;
        await World.UntilComplete();
    }

    [Fact]
    public async Task a_cluster_that_ends_and_starts_again_goes_on_where_it_was()
    {
        await World.Start(2);
        foreach (var store in Stores)
        {
            await World.Append(store, 100);
        }

        await World.UntilComplete();
        await World.Stop();
        await World.Append("berlin", 100);
        await World.Start(2);
        await World.UntilComplete();
    }

    private Task Grow()
    {
        var until = World.Journal.Head + 300;
        return World.Storage.Until(() => World.Journal.Head > until, "the journal grows");
    }

    private async Task Write(CancellationToken end)
    {
        for (var round = 0; !end.IsCancellationRequested; round++)
        {
            await World.Append(Stores[round % Stores.Length], 3);
        }
    }
}
