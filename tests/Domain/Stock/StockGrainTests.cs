using System.Globalization;
using Pos.Grains;
using Pos.Journal;
using Pos.Tests.Simulated.Journal;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>Stock items as callers see them: durability, expiry, snapshots, loss of the journal.</summary>
public sealed class StockGrainTests
{
    [Fact]
    public void An_expired_hold_returns_its_stock_without_any_call() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        Accepted(await Reserve(shop, world, 1, 4, TimeSpan.FromMinutes(5)));
        Assert.Equal(6, (await shop.Stock("mug").Get())!.Available);
        var head = world.Silo.Journal.Head;
        await world.Pass(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        Assert.Equal(head + 1, world.Silo.Journal.Head);
        Assert.Equal(10, (await Audit.Settled(world))["london/mug"].Available);
    });

    [Fact]
    public void A_hold_expires_on_time_although_the_silo_died_meanwhile() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        Accepted(await Reserve(shop, world, 1, 4, TimeSpan.FromMinutes(5)));
        world.Restart();
        await world.Pass(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        Assert.Equal(10, (await Audit.Settled(world))["london/mug"].Available);
    });

    [Fact]
    public void Each_of_several_holds_expires_at_its_own_time() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        Accepted(await Reserve(shop, world, 1, 4, TimeSpan.FromMinutes(5)));
        Accepted(await Reserve(shop, world, 2, 3, TimeSpan.FromMinutes(2)));
        Accepted(await Reserve(shop, world, 3, 1, TimeSpan.FromMinutes(9)));
        foreach (var (minute, available) in new[] { (1, 2), (2, 5), (4, 5), (5, 9), (8, 9), (9, 10) })
        {
            await world.Pass(new DateTimeOffset(2026, 1, 1, 0, minute, 2, TimeSpan.Zero) - world.Now);
            Assert.Equal(available, (await shop.Stock("mug").Get())!.Available);
        }
    });

    [Fact]
    public void A_call_finds_expired_stock_free_before_the_wake_up_does() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        Accepted(await Reserve(shop, world, 1, 10, TimeSpan.FromSeconds(60.1)));
        await world.Pass(TimeSpan.FromSeconds(60.1));
        Assert.Equal(HoldStatus.Held, Accepted(await Reserve(shop, world, 2, 10, TimeSpan.FromSeconds(60))).State);
        Assert.Equal(HoldStatus.Expired, (await shop.Stock("mug").GetHold(Hold(1)))!.State);
    });

    [Fact]
    public void Pinned_holds_outlive_everything_but_their_owner() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        Accepted(await Reserve(shop, world, 1, 4, TimeSpan.FromMinutes(5)));
        Assert.Null(Accepted(await shop.Stock("mug").Pin(new(shop.Operation("pin"), Hold(1), "api"))).ExpiresAt);
        await world.Pass(TimeSpan.FromHours(26));
        world.Restart();
        shop = new(world.Silo.Grains, world.Time);
        Assert.Equal(HoldStatus.Pinned, (await shop.Stock("mug").GetHold(Hold(1)))!.State);
        Assert.Equal(RejectionCode.HoldNotOwned, (await shop.Stock("mug").Commit(new(shop.Operation("c"), Hold(1), "you"))).Rejection?.Code);
        Accepted(await shop.Stock("mug").Commit(new(shop.Operation("c"), Hold(1), "api", Reason: "given away")));
        Assert.Equal(6, (await shop.Stock("mug").Get())!.OnHand);
    });

    [Fact]
    public void An_overtaken_activation_does_not_refuse_for_its_age_a_hold_that_another_has_taken() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        var asked = new ReserveStock(shop.Operation(Hold(1).Value), Hold(1), "api", 4, world.Now.AddMinutes(5));
        var other = await world.Silo.Journal.Open(new("stock", "london/mug"), StockJournal.Aggregate.Fold(), CancellationToken.None);
        var taken = new StockEvent.Reserved(Hold(1), "api", 4, false, asked.Operation.NotAfter, asked.ExpiresAt, "f", "test", world.Now);
        other.TryAppend([StockJournal.Codec.Write(taken)], new EventContext(world.Now, "london"), WakeUpChange.Keep, out var stored);
        Assert.Equal(AppendResult.Durable, await stored);
        await world.Pass(TimeSpan.FromMinutes(6));
        var shown = Accepted(await world.Persist(keeper => keeper.Stock("mug").Reserve(asked)));
        Assert.Equal(HoldStatus.Expired, shown.State);
    });

    [Fact]
    public void The_ledger_explains_the_balance_page_by_page() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        var stock = shop.Stock("mug");
        Accepted(await Reserve(shop, world, 1, 4, TimeSpan.FromMinutes(5)));
        Accepted(await stock.Commit(new(shop.Operation("c"), Hold(1), "api", world.Now.AddDays(-1), "given away")));
        Accepted(await stock.Adjust(new(shop.Operation("a"), -2, "breakage", world.Now.AddDays(-2))));
        Accepted(await stock.Count(new(shop.Operation("n"), 7, "stocktaking")));
        Accepted(await stock.Restock(new(shop.Operation("b"), 1, ReturnNumber(1))));
        var first = await stock.Ledger(0, 3, CancellationToken.None);
        var second = await stock.Ledger(first.Next, 3, CancellationToken.None);
        Assert.Equal((true, false), (first.HasMore, second.HasMore));
        Assert.Equal(
            [("received", 10, 10, ""), ("committed", -4, 6, $"{Hold(1)}: given away"), ("adjusted", -2, 4, "breakage"), ("counted", 3, 7, "stocktaking"), ("restocked", 1, 8, ReturnNumber(1).Value)],
            first.Entries.Concat(second.Entries).Select(entry => (entry.Kind, entry.Delta, entry.Balance, entry.Reference)));
        Assert.Equal([-1.0, -2.0], first.Entries.Skip(1).Select(entry => Math.Round((entry.OccurredAt - world.Now).TotalDays)));
    });

    [Fact]
    public void Only_real_goods_of_real_stores_have_stock() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10);
        Assert.Equal(RejectionCode.UnknownProduct, (await shop.Stock("jug").Receive(new(shop.Operation("r"), 1))).Rejection?.Code);
        Assert.Equal(RejectionCode.NotStocked, (await shop.Stock("post").Receive(new(shop.Operation("r"), 1))).Rejection?.Code);
        var elsewhere = world.Silo.Grains.GetGrain<IStockGrain>("paris/post");
        Assert.Equal(RejectionCode.UnknownStore, (await elsewhere.Receive(new(shop.Operation("r"), 1))).Rejection?.Code);
        Assert.Null(await shop.Stock("jug").Get());
    });

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void A_long_stream_is_read_from_its_snapshot(int seed) => World.Run(seed, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(1_000_000, "mug");
        for (var i = 0; i < 4_000; i += 50)
        {
            await Task.WhenAll(Enumerable.Range(i, 50).Select(ReserveAndRelease));
            await world.Pass(TimeSpan.FromSeconds(50));
        }

        async Task ReserveAndRelease(int number)
        {
            var (id, operation) = (Hold(number), shop.Operation(Hold(number).Value, "") with { NotAfter = world.Now.AddMinutes(1) });
            await shop.Stock("mug").Reserve(new(operation, id, "api", 1, default, Pinned: true));
            await shop.Stock("mug").Release(new(operation, id, "api"));
        }

        var before = await shop.Stock("mug").Get();
        world.Restart();
        var fold = StockJournal.Aggregate.Fold();
        await world.Silo.Journal.Open(new("stock", "london/mug"), fold, CancellationToken.None);
        Assert.InRange(fold.SnapshotVersion, 4_000, 8_001);
        Assert.Equal(before, await new Shopkeeper(world.Silo.Grains, world.Time).Stock("mug").Get());
        Assert.True(fold.State.Remembered < 1_000, $"{fold.State.Remembered} remembered");
    });

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory, MemberData(nameof(Seeds))]
    public void A_poisoned_session_never_lets_a_later_decision_through(int seed) => World.Run(seed, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        var failing = true;
        world.Faults = at => failing && at == SimulatedPoint.Write ? SimulatedFault.Fail : SimulatedFault.None;
        // The first takes everything and is lost. What rests on it is lost too: a repetition, a refusal, a release, a later hold.
        List<Task<Outcome<HoldView>>> asked = [Reserve(shop, world, 0, 10, TimeSpan.FromMinutes(5)), Reserve(shop, world, 0, 10, TimeSpan.FromMinutes(5))];
        asked.AddRange(Enumerable.Range(1, 10).Select(i => Reserve(shop, world, i, 1, TimeSpan.FromMinutes(5))));
        asked.Add(shop.Stock("mug").Release(new(shop.Operation("release"), Hold(0), "api")));
        asked.AddRange(Enumerable.Range(11, 10).Select(i => Reserve(shop, world, i, 1, TimeSpan.FromMinutes(5))));
        var reads = Enumerable.Range(0, 10).Select(_ => Seen(shop)).ToList();
        foreach (var answer in asked)
        {
            await Assert.ThrowsAsync<NotDurableException>(() => answer);
        }

        Assert.All(await Task.WhenAll(reads), seen => Assert.Equal(10, seen));
        failing = false;
        await world.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(10, (await shop.Stock("mug").Get())!.Available);
        Accepted(await Reserve(shop, world, 99, 10, TimeSpan.FromMinutes(5)));

        static async Task<long> Seen(Shopkeeper shop)
        {
            try
            {
                return (await shop.Stock("mug").Get())!.Available;
            }
            catch (NotDurableException)
            {
                return 10;
            }
        }
    });

    [Theory, MemberData(nameof(Seeds))]
    public void A_full_journal_refuses_by_name_and_nothing_has_changed(int seed) => World.Run(seed, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(1_000_000, "mug");
        (world.Limits.QueueEventsMax, world.Limits.BatchEventsMax, world.DiskIsSlow) = (100, 50, true);
        world.Restart();
        shop = new(world.Silo.Grains, world.Time);
        var asked = Enumerable.Range(0, 500).Select(i => Reserve(shop, world, i, 1, TimeSpan.FromHours(1))).ToList();
        var held = (await Task.WhenAll(asked)).Count(answer => answer.Rejection is null);
        Assert.All(asked.Where(answer => answer.Result.Rejection is not null), answer => Assert.Equal(RejectionCode.JournalFull, answer.Result.Rejection!.Code));
        Assert.InRange(held, 1, 499);
        Assert.Equal(held, (await shop.Stock("mug").Get())!.Held);
    });

    [Fact]
    public void A_read_shows_nothing_that_is_not_durable() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        world.DiskIsSlow = true;
        var reserved = Reserve(shop, world, 1, 4, TimeSpan.FromMinutes(5));
        Assert.Equal(10, (await shop.Stock("mug").Get())!.Available);
        Assert.Null(await shop.Stock("mug").GetHold(Hold(1)));
        Assert.False(reserved.IsCompleted);
        world.DiskIsSlow = false;
        Accepted(await reserved);
        Assert.Equal(6, (await shop.Stock("mug").Get())!.Available);
    });

    [Fact]
    public void A_stale_second_activation_loses_at_the_journal() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        var fold = StockJournal.Aggregate.Fold();
        var stranger = await world.Silo.Journal.Open(new("stock", "london/mug"), fold, CancellationToken.None);
        var sold = StockJournal.Codec.Write(new StockEvent.Adjusted(new("x", "", world.Now.AddHours(1)), -10, "elsewhere", 0));
        stranger.TryAppend([sold], new(world.Now, "london"), default, out var result);
        await result;
        await Assert.ThrowsAsync<NotDurableException>(() => Reserve(shop, world, 1, 10, TimeSpan.FromMinutes(5)));
        Assert.Equal(RejectionCode.InsufficientStock, (await Reserve(shop, world, 1, 10, TimeSpan.FromMinutes(5))).Rejection?.Code);
    });

    [Fact]
    public void When_the_journal_cannot_be_read_nothing_is_said() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug");
        world.Restart();
        shop = new(world.Silo.Grains, world.Time);
        var failing = true;
        world.Faults = at => failing && at == SimulatedPoint.Read ? SimulatedFault.Fail : SimulatedFault.None;
        await Assert.ThrowsAsync<NotDurableException>(() => shop.Stock("mug").Get());
        failing = false;
        Assert.Equal(10, (await shop.Stock("mug").Get())!.Available);
    });

    private static HoldId Hold(int number) => new(number.ToString("x32", CultureInfo.InvariantCulture));

    private static Task<Outcome<HoldView>> Reserve(Shopkeeper shop, World world, int number, int quantity, TimeSpan expiresIn) =>
        shop.Stock("mug").Reserve(new(
            // One caller has no more than a hundred.
            shop.Operation(Hold(number).Value) with { Actor = number < 50 ? "test" : $"test {number / 50}" }, Hold(number), "api", quantity, world.Now + expiresIn));
}
