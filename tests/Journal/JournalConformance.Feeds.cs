using Pos.Journal;

namespace Pos.Tests;

public abstract partial class JournalConformance
{
    [Fact]
    public async Task some_categories_are_read_by_position_however_much_lies_between()
    {
        var rig = Rig();
        var journal = rig.Start();
        var wanted = new List<(string Stream, long Version)>();
        for (var i = 0; i < 6; i++)
        {
            var product = await Open(journal, new StreamName("product", $"p{i}"));
            Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, product, "a", "b")));
            wanted.AddRange([($"product/p{i}", 1), ($"product/p{i}", 2)]);
            var stock = await Open(journal, new StreamName("stock", $"london/{i}"));
            for (var n = 0; n < 400; n++)
            {
                _ = Append(rig, stock, "1", "2", "3", "4", "5");
            }

            Assert.Equal(AppendResult.Durable, await rig.Settle(stock.Pending));
            var cart = await Open(journal, new StreamName("cart", $"c{i}"));
            Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, cart, "a")));
            wanted.Add(($"cart/c{i}", 1));
            var other = await Open(journal, new StreamName("carts", $"c{i}"));
            Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, other, "a")));
        }

        var read = new List<RecordedEvent>();
        await foreach (var recorded in journal.ReadAll(0, ["product", "cart"], None))
        {
            read.Add(recorded);
        }

        Assert.Equal(wanted, read.Select(e => (e.Stream.Value, e.Version)));
        Assert.Equal(read.Select(e => e.Position).Order(), read.Select(e => e.Position));

        var rest = new List<RecordedEvent>();
        await foreach (var recorded in journal.ReadAll(read[7].Position, ["product", "cart"], None))
        {
            rest.Add(recorded);
        }

        Assert.Equal(read.Skip(8).Select(e => e.Position), rest.Select(e => e.Position));
    }

    [Fact]
    public async Task a_category_is_read_stream_by_stream_whatever_stands_beside_it()
    {
        var rig = Rig();
        var journal = rig.Start();
        foreach (var stream in new[] { "product/b", "products/a", "product/a", "produce/a", "product/c d" })
        {
            var session = await Open(journal, StreamName.Parse(stream));
            for (var n = 0; n < 300; n++)
            {
                _ = Append(rig, session, $"{n}");
            }

            Assert.Equal(AppendResult.Durable, await rig.Settle(session.Pending));
        }

        var read = new List<(string, long)>();
        await foreach (var recorded in journal.ReadStreams("product", None))
        {
            read.Add((recorded.Stream.Value, recorded.Version));
        }

        var wanted = from stream in new[] { "product/a", "product/b", "product/c d" } from version in Enumerable.Range(1, 300) select (stream, (long)version);
        Assert.Equal(wanted, read);
    }

    [Fact]
    public async Task who_waits_for_the_head_hears_of_the_next_durable_event_and_not_before()
    {
        var rig = Rig();
        var journal = rig.Start();
        var session = await Open(journal, Stock);
        Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, "1")));
        await rig.Settle(Wait(journal, 0));
        using var enough = new CancellationTokenSource();
        var given = journal.WaitBeyond(1, enough.Token);
        rig.Hold();
        var waiting = journal.WaitBeyond(1, None);
        var append = Append(rig, session, "2");
        Assert.False(waiting.IsCompleted);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        rig.Release();
        Assert.Equal(AppendResult.Durable, await rig.Settle(append));
        await rig.Settle(Wait(journal, 1));
        await rig.Settle(Finish(waiting));
        Assert.Equal(2, journal.Head);

        static Task<bool> Wait(IJournal journal, long position) => Finish(journal.WaitBeyond(position, None));

        static async Task<bool> Finish(Task task)
        {
            await task;
            return true;
        }
    }

    [Fact]
    public async Task streams_with_a_wake_up_are_listed_by_category_page_by_page()
    {
        var rig = Rig();
        var journal = rig.Start();
        var due = rig.Clock.GetUtcNow() + TimeSpan.FromHours(1);
        foreach (var stream in new[] { "cart/3", "order/1", "cart/1", "carts/1", "cart/2", "cart/4" })
        {
            var session = await Open(journal, StreamName.Parse(stream));
            var change = stream == "cart/2" ? WakeUpChange.Keep : WakeUpChange.Set(due);
            Assert.Equal(AppendResult.Durable, await rig.Settle(Append(rig, session, change, "x")));
        }

        var first = await journal.ListWakeUps("cart", "", "", 2, None);
        Assert.Equal(["cart/1", "cart/3"], first.Select(wakeUp => wakeUp.Stream.Value));
        Assert.All(first, wakeUp => Assert.Equal(due, wakeUp.Due));
        Assert.Equal("cart/4", Assert.Single(await journal.ListWakeUps("cart", "", "3", 2, None)).Stream.Value);
        Assert.Equal("order/1", Assert.Single(await journal.ListWakeUps("order", "", "", 2, None)).Stream.Value);
    }

    [Fact]
    public async Task streams_with_a_wake_up_are_listed_by_the_store_they_began_in()
    {
        var rig = Rig();
        var journal = rig.Start();
        foreach (var (stream, store) in new[] { ("cart/1", "paris"), ("cart/2", "london"), ("cart/3", "paris"), ("cart/4", "london"), ("cart/5", "") })
        {
            var session = await Open(journal, StreamName.Parse(stream));
            session.TryAppend([new NewEvent("x", 1, "{}"u8.ToArray())], Context(rig, store), WakeUpChange.Set(rig.Clock.GetUtcNow()), out var result);
            Assert.Equal(AppendResult.Durable, await rig.Settle(result));
            // Where it goes on does not change where it began.
            session.TryAppend([new NewEvent("x", 1, "{}"u8.ToArray())], Context(rig, "leeds"), WakeUpChange.Keep, out result);
            Assert.Equal(AppendResult.Durable, await rig.Settle(result));
        }

        Assert.Equal(["cart/2", "cart/4"], (await journal.ListWakeUps("cart", "london", "", 9, None)).Select(wakeUp => wakeUp.Stream.Value));
        Assert.Equal(["cart/2"], (await journal.ListWakeUps("cart", "london", "", 1, None)).Select(wakeUp => wakeUp.Stream.Value));
        Assert.Equal(["cart/4"], (await journal.ListWakeUps("cart", "london", "2", 1, None)).Select(wakeUp => wakeUp.Stream.Value));
        Assert.Empty(await journal.ListWakeUps("cart", "leeds", "", 9, None));
        Assert.Equal(5, (await journal.ListWakeUps("cart", "", "", 9, None)).Count);
    }
}
