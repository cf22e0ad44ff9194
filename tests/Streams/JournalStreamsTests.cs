using Orleans.Runtime;
using Pos.Streams;

namespace Pos.Tests;

/// <summary>The provider on real silos and a real journal: whatever happens, every consumer has its whole stream, in order and once.</summary>
public sealed class JournalStreamsTests() : WithWorld(static options => options.CacheEventsMax = 400)
{
    private static readonly string[] Stores = ["amsterdam", "berlin", "cordoba", "dublin", "essen", ""];

    [Fact]
    public async Task every_store_gets_its_events_whole_and_in_order()
    {
        await World.Append("amsterdam", 300);
        await World.Start(2);
        for (var round = 0; round < 20; round++)
        {
            foreach (var store in Stores)
            {
                await World.Append(store, 1 + (round * 7 % 23));
            }
        }

        await World.UntilComplete();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public async Task a_consumer_that_is_behind_the_cache_is_served_from_the_journal(double taken)
    {
        foreach (var store in Stores)
        {
            await World.Append(store, 1_500);
        }

        var all = await World.All();
        foreach (var store in Stores)
        {
            var seen = all[store][..(int)(all[store].Count * taken)];
            World.Storage.Put("seen", GrainId.Create("seeing", store.Length == 0 ? "*" : store), new Consumed<Seen> { Position = seen.LastOrDefault(), State = new() { Positions = seen } });
        }

        // As if everything had been delivered to somebody once: only the consumers' own positions say that it was not.
        foreach (var partition in Enumerable.Range(0, 8))
        {
            World.Storage.Put("checkpoint", GrainId.Create("journalpartition", $"journal-8-{partition}"), new JournalCheckpoint
            {
                Position = World.Journal.Head,
                Ends = all.ToDictionary(stream => stream.Key, stream => stream.Value[^1]),
            });
        }

        await World.Start();
        foreach (var store in Stores)
        {
            await World.Append(store, 1);
        }

        await World.UntilComplete();
        Assert.True(World.Counted("pos.streams.rewound") > 0, "Nothing was read from the journal by the provider.");
        Assert.Equal(0, World.Counted("pos.streams.gaps"));
    }

    [Fact]
    public async Task partitions_move_to_a_silo_that_joins_and_away_from_one_that_is_killed()
    {
        await World.Start(2);
        using var end = new CancellationTokenSource();
        var writing = Write(end.Token);
        await World.Storage.Until(() => Stores.All(store => World.SeenBy(store).Count > 20), "all stores are seen");
        var third = await World.Cluster.StartAdditionalSiloAsync();
        var until = World.Journal.Head + 500;
        await World.Storage.Until(() => World.Journal.Head > until, "the journal grows");
        await World.Cluster.KillSiloAsync(World.Cluster.Silos.First(silo => silo != third));
        until = World.Journal.Head + 500;
        await World.Storage.Until(() => World.Journal.Head > until, "the journal grows");
        await end.CancelAsync();
        await writing;
        await World.UntilComplete();
    }

    [Fact]
    public async Task a_slow_consumer_holds_nobody_up_and_memory_stays_bounded()
    {
        await World.Start();
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        World.Script.Waits["berlin"] = go.Task;
        for (var round = 0; round < 30; round++)
        {
            foreach (var store in Stores)
            {
                await World.Append(store, 100);
            }
        }

        await World.UntilComplete(but: "berlin");
        Assert.Empty(World.SeenBy("berlin"));
        Assert.InRange(World.CachedEvents(), 0, 8 * (400 + 1_000));
        Assert.InRange(World.WindowEvents(), 0, 20_000);
        go.SetResult();
        await World.UntilComplete();
    }

    [Fact]
    public async Task a_partition_that_begins_anew_leaves_nothing_out()
    {
        await World.Start();
        foreach (var store in Stores)
        {
            await World.Append(store, 50);
        }

        await World.UntilComplete();
        await World.Stop();
        foreach (var store in Stores[..3])
        {
            await World.Append(store, 500);
        }

        // Nothing is written after the start: the checkpoint alone tells what has not been delivered.
        await World.Start(2);
        await World.UntilComplete();
    }

    [Fact]
    public async Task a_lost_checkpoint_costs_time_and_no_event()
    {
        await World.Start();
        await World.Append("amsterdam", 700);
        await World.UntilComplete();
        await World.Stop();
        World.Storage.Forget("checkpoint");
        await World.Append("amsterdam", 700);
        await World.Start();
        await World.UntilComplete();
    }

    [Fact]
    public async Task a_storage_that_is_away_for_a_while_loses_and_doubles_nothing()
    {
        await World.Start();
        await World.Append("amsterdam", 10);
        await World.UntilComplete();
        World.Storage.FailsNext = 4;
        await World.Append("amsterdam", 10);
        await World.Append("berlin", 10);
        await World.UntilComplete();
    }

    [Fact]
    public async Task a_checkpoint_waits_for_what_is_taken_and_not_stored()
    {
        await World.Start();
        await World.Append("amsterdam", 10);
        await World.UntilComplete();
        World.Storage.Fails = static key => key.StartsWith("seen|", StringComparison.Ordinal) && key.EndsWith("berlin", StringComparison.Ordinal);
        await World.Append("berlin", 20);
        await World.Storage.Until(() => World.Script.Taken.GetValueOrDefault("berlin") >= 20, "berlin is taken");
        await World.Append("amsterdam", 10);
        await World.UntilComplete(but: "berlin");
        // Partitions without the store move on; the one with it must not.
        var end = World.Journal.Head;
        await World.Storage.Until(() => World.Storage.All<JournalCheckpoint>("checkpoint").Count(kept => kept.Position == end) >= 6, "other partitions have checkpoints at the end");
        await World.Append("amsterdam", 10);
        await World.UntilComplete(but: "berlin");
        await World.Kill();
        World.Storage.Fails = static _ => false;
        // Nothing is written after the start: only the checkpoint can tell that the consumer lacks something.
        await World.Start();
        await World.UntilComplete();
    }

    [Fact]
    public async Task a_silo_that_ends_while_a_delivery_fails_leaves_its_checkpoint_before_the_batch()
    {
        await World.Start();
        await World.Append("berlin", 5);
        await World.UntilComplete();
        World.Storage.Fails = static key => key.StartsWith("seen|", StringComparison.Ordinal);
        await World.Append("berlin", 20);
        await World.Storage.Until(() => World.Script.Taken.GetValueOrDefault("berlin") >= 25, "berlin is taken");
        await World.Stop();
        World.Storage.Fails = static _ => false;
        // Nothing is written after the start: only the checkpoint can tell that the consumer lacks something.
        await World.Start();
        await World.UntilComplete();
    }

    private async Task Write(CancellationToken end)
    {
        for (var round = 0; !end.IsCancellationRequested; round++)
        {
            await World.Append(Stores[round % Stores.Length], 3);
        }
    }
}
