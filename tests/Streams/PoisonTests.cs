namespace Pos.Tests;

/// <summary>An event that cannot be taken parks its consumer, and nobody else.</summary>
public sealed class PoisonTests : WithWorld
{
    [Fact]
    public async Task it_is_shown_and_others_go_on_and_a_retry_takes_it()
    {
        var poison = await Park();
        var before = await World.Consumer("berlin").Progress();
        Assert.Equal(poison, before.Parked!.Position);
        Assert.Equal(5, before.Parked.Attempts);
        Assert.Contains($"poison at {poison}", before.Parked.Error, StringComparison.Ordinal);
        Assert.Equal(1, World.Counted("pos.streams.poison"));
        Assert.DoesNotContain(poison, World.SeenBy("berlin"));

        // The cause is still there.
        Assert.Equal(poison, (await World.Consumer("berlin").Retry()).Parked!.Position);
        World.Script.Poison.Clear();
        Assert.Null((await World.Consumer("berlin").Retry()).Parked);
        await World.UntilComplete();
    }

    [Fact]
    public async Task it_is_skipped_once()
    {
        var poison = await Park();
        Assert.NotNull((await World.Consumer("berlin").Skip(poison + 1)).Parked);
        Assert.Null((await World.Consumer("berlin").Skip(poison)).Parked);
        Assert.Null((await World.Consumer("berlin").Skip(poison)).Parked);
        var all = (await World.All())["berlin"];
        await World.Storage.Until(() => World.SeenBy("berlin").Count == all.Count - 1, "all but one are seen");
        Assert.Equal(all.Where(position => position != poison), World.SeenBy("berlin"));
        await World.Append("berlin", 5);
        await World.Storage.Until(() => World.SeenBy("berlin").Count == all.Count + 4, "it goes on");
    }

    [Fact]
    public async Task it_stays_parked_in_another_life()
    {
        var poison = await Park();
        await World.Stop();
        await World.Append("berlin", 10);
        await World.Start();
        Assert.Equal(poison, (await World.Consumer("berlin").Progress()).Parked!.Position);
        await World.Storage.Until(() => World.Kept("berlin")!.Known == World.Journal.Head, "it has heard of the new events");
        World.Script.Poison.Clear();
        await World.Consumer("berlin").Retry();
        await World.UntilComplete();
    }

    private async Task<long> Park()
    {
        await World.Start();
        await World.Append("berlin", 10);
        await World.UntilComplete();
        var poison = World.Journal.Head + 4;
        World.Script.Poison[poison] = true;
        await World.Append("berlin", 10);
        await World.Append("amsterdam", 10);
        await World.Storage.Until(() => World.Kept("berlin")?.Parked is not null, "it is parked");
        await World.Append("berlin", 10);
        await World.Append("amsterdam", 10);
        await World.UntilComplete(but: "berlin");
        await World.Storage.Until(() => World.Kept("berlin")!.Known >= poison + 16, "it has heard of what came later");
        return poison;
    }
}
