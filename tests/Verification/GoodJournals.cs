using Pos.Verification;
using static Pos.Tests.Shop;

namespace Pos.Tests;

public sealed class GoodJournals
{
    // Other tests check these invariants: those with expiring holds, cards, carts, barcodes, or a head file.
    private static readonly string[] Elsewhere =
    [
        "head", "hold-transitions", "order-tenders", "order-returned", "payment-transitions", "payment-money", "provider-ledger", "barcode-owner",
        "cart-transitions", "cart-order",
    ];

    [Fact]
    public async Task an_empty_journal_is_well()
    {
        var report = await new Book().Violates();

        Assert.Equal(0, report.Head);
        Assert.Equal(28, report.Invariants.Count);
    }

    [Fact]
    public async Task a_sale_a_cancellation_and_a_return_are_well()
    {
        var report = await Opened().Sell().Accept().Restock(balance: 6).Refund().Violates();

        Assert.Equal(new OpenWork(0, 0, 0, 0, 0, []), report.Open with { FirstOrders = [] });
        Assert.All(
            report.Invariants.Where(i => !Elsewhere.Contains(i.Name)),
            i => Assert.True(i.Checked > 0, $"{i.Name} was never checked"));
    }

    [Fact]
    public async Task a_cancelled_order_that_gave_back_what_it_took_is_well() =>
        await Opened().Place(
            $"{LineOf(1, "MUG", "goods", 6, 255, 1275, 255, 1530)},{LineOf(2, "PLATE", "goods", 1, 1800, 1500, 300, 1800)}")
            .Reserve().Cancel().Release(6).Release(0, OrderId + ".2", stream: Plate).Settle().Violates();

    [Fact]
    public async Task an_order_under_way_is_open_and_no_violation()
    {
        var report = await Opened().Place().Reserve().Violates();

        Assert.Equal(1, report.Open.Orders);
        Assert.Equal(1, report.Open.Holds);
        Assert.Equal(6, report.Open.HeldPieces);
        Assert.Equal([$"{Order}: Created"], report.Open.FirstOrders);
    }

    [Fact]
    public async Task a_confirmed_order_that_has_not_committed_yet_is_open_and_no_violation() =>
        Assert.Equal(1, (await Opened().Place().Reserve().Confirm().Violates()).Open.Orders);

    [Fact]
    public async Task holds_of_the_api_expire_in_time_or_are_pinned_and_committed()
    {
        var book = Opened().Hold("h1").Hold("h2").Pin("h2").Commit(2, 8, "h2");
        book.Now = Book.Start.AddMinutes(15);
        await book.Expire("h1").Violates();
    }

    [Fact]
    public async Task a_backorder_item_may_be_promised_beyond_what_is_there() =>
        await Opened()
            .Add(Mug, "stock.policy-set", $"{{{Operation("p1")},'policy':'backorder'}}")
            .Hold("h1", 20)
            .Violates();

    [Fact]
    public async Task a_count_below_what_is_held_is_a_fact() =>
        await Opened().Hold("h1", 8)
            .Add(Mug, "stock.counted", $"{{{Operation("c1")},'counted':3,'delta':-7,'balance':3,'reason':'flood'}}")
            .Violates();

    [Fact]
    public async Task an_operation_id_may_come_again_when_it_is_forgotten()
    {
        var book = Opened();
        book.Now = Book.Start.AddDays(1);
        await book.Receive(Mug, "r1", 5, 15).Violates();
    }

    [Fact]
    public async Task thousands_of_forgotten_operations_and_holds_do_not_hide_a_repeated_one()
    {
        var book = Opened();
        for (var i = 0; i < 500; i++)
        {
            book.Now += TimeSpan.FromHours(1);
            book.Add(
                Mug,
                "stock.received",
                $"{{{Operation($"n{i}", $"{book.Now.AddHours(2):yyyy-MM-ddTHH:mm:sszzz}")},'quantity':1,'balance':{11 + i}}}");
        }

        await book.Violates();
        await book.Add(Mug, "stock.received", $"{{{Operation("n499")},'quantity':1,'balance':511}}").Violates("operation-once");
    }

    [Fact]
    public async Task the_head_file_may_lie_behind_what_a_running_server_has_written_since()
    {
        var book = Opened().Sell();

        var report = await book.Verify(new Checkpoint("head file", book.Mark(5)), new Checkpoint("journal", book.Mark(book.Events.Count)));

        Assert.True(report.Ok);
        Assert.Equal(6, report.Invariants.Single(i => i.Name == "head").Checked);
    }
}
