using Orleans;
using Orleans.Runtime;
using Pos.Streams;

namespace Pos.Tests;

/// <summary>A consumer stores its state now and then, and loses nothing all the same.</summary>
public sealed class SavingTests() : WithWorld(static options =>
{
    options.SaveEvery = TimeSpan.FromMinutes(1);
    options.SaveEventsMax = 1_000;
    options.CheckpointEvery = TimeSpan.FromHours(1);
})
{
    [Fact]
    public async Task a_state_is_stored_once_for_many_batches()
    {
        await World.Start();
        for (var batch = 0; batch < 500; batch++)
        {
            await World.Append("berlin", 1);
        }

        await UntilTaken("berlin", 500);
        Assert.InRange(World.Storage.Writes, 0, 1);
        await World.Append("berlin", 600);
        await World.Storage.Until(() => World.SeenBy("berlin").Count >= 1_000, "a thousand events are worth storing");
        Assert.InRange(World.Storage.Writes, 1, 3);
    }

    [Fact]
    public async Task a_consumer_that_leaves_stores_what_it_has_taken()
    {
        await World.Start();
        await World.Append("berlin", 50);
        await UntilTaken("berlin", 50);
        await Seeing("berlin").Leave();
        await World.UntilComplete();
    }

    [Fact]
    public async Task what_was_taken_and_not_stored_comes_again_after_the_death_of_a_silo_though_nothing_new_is_written()
    {
        await World.Start(2);
        foreach (var store in new[] { "amsterdam", "berlin", "cordoba", "dublin", "essen" })
        {
            await World.Append(store, 20);
            await UntilTaken(store, 20);
        }

        // A state that cannot be stored any more is in the memory of the silo alone, and goes with it.
        World.Storage.FailsNext = int.MaxValue;
        await World.Kill();
        World.Storage.FailsNext = 0;
        await World.Start();
        await World.UntilComplete();
    }

    [Fact]
    public async Task an_event_that_fails_behind_unsaved_ones_costs_none_of_them()
    {
        await World.Start();
        await World.Append("berlin", 30);
        await UntilTaken("berlin", 30);
        Assert.Equal(0, World.Storage.Writes);
        var poison = World.Journal.Head + 5;
        World.Script.Poison[poison] = true;
        await World.Append("berlin", 10);
        await World.Storage.Until(() => World.Kept("berlin")?.Parked is not null, "it is parked");
        Assert.Equal((await World.All())["berlin"].TakeWhile(position => position < poison), World.SeenBy("berlin"));
        World.Script.Poison.Clear();
        await World.Consumer("berlin").Retry();
        await Seeing("berlin").Leave();
        await World.UntilComplete();
    }

    [Fact]
    public async Task a_grain_that_inherits_from_the_consumer_is_read_while_it_takes_an_event()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        World.Script.Waits["berlin"] = go.Task;
        World.Script.OnTaking = _ => began.TrySetResult();
        await World.Start();
        await World.Append("berlin", 1);
        await began.Task;
        Assert.Equal(1, await Seeing("berlin").Count().WaitAsync(TimeSpan.FromSeconds(20)));
        go.SetResult();
        await UntilTaken("berlin", 1);
    }

    private ISeeing Seeing(string store) => World.Cluster.Client.GetGrain<ISeeing>(GrainId.Create("seeing", store));

    private Task UntilTaken(string store, int events) =>
        World.Storage.Until(() => World.Script.Taken.GetValueOrDefault(store) >= events, $"the consumer of {store} takes {events} events");
}
