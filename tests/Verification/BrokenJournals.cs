using System.Text;
using Pos.Journal;
using Pos.Verification;
using static Pos.Tests.Shop;

namespace Pos.Tests;

/// <summary>Every kind of violation is found by its own invariant and by no other.</summary>
public sealed class BrokenJournals
{
    [Fact]
    public async Task a_changed_payload_breaks_the_chain()
    {
        var book = Opened().Tamper(2, e => e with { Payload = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(e.Payload.Span).Replace("\"note\":\"\"", "\"note\":\"!\"")) });

        Assert.Equal($"{Mug}@1", (await book.Violates("chain-hash")).Invariants.Single(i => i.Violations > 0).First.Single().Where);
    }

    [Fact]
    public async Task a_lost_event_is_a_gap() => await Opened().Receive(Mug, "r3", 0 + 1, 11).Receive(Mug, "r4", 1, 11).Remove(4).Violates("versions-contiguous");

    [Fact]
    public async Task a_position_that_goes_back_is_found() => await Opened().Tamper(3, e => e with { Position = 2 }).Violates("positions-ascending");

    [Fact]
    public async Task a_lost_tail_is_found_by_the_head_file()
    {
        var book = Opened();
        var mark = book.Mark(4);

        var report = await book.Remove(3).Verify(new Checkpoint("head file", mark));

        var head = report.Invariants.Single(i => i.Name == "head");
        Assert.Equal("head file", head.First.Single().Where);
        Assert.Equal(head.Violations, report.Violations);
    }

    [Fact]
    public async Task another_history_of_the_same_length_is_found_by_the_running_hash()
    {
        var report = await Opened().Verify(new Checkpoint("journal", Opened().Receive(Mug, "other", 1, 11).Remove(2).Mark(4)));

        Assert.Equal("head", report.Invariants.Single(i => i.Violations > 0).Name);
    }

    [Fact]
    public async Task an_unreadable_head_file_is_a_violation()
    {
        var report = await Opened().Verify(new Checkpoint("head file", null));

        Assert.Equal("cannot be read", report.Invariants.Single(i => i.Violations > 0).First.Single().What);
    }

    [Theory]
    [InlineData("product/X", "product.exploded", "{}")]
    [InlineData("cart/1", "cart.opened", "{}")]
    [InlineData(Mug, "stock.received", "{'quantity':1,'balance':11}")]
    [InlineData(Mug, "stock.received", "{'quantity':'one','balance':11}")]
    [InlineData(Mug, "stock.pinned", "{")]
    [InlineData(Mug, "stock.pinned", "null")]
    public async Task what_cannot_be_read_is_a_violation(string stream, string type, string payload) =>
        await Opened().Add(stream, type, payload).Violates("events-readable");

    [Fact]
    public async Task an_envelope_with_another_store_is_a_violation() =>
        await Opened().Add(Mug, "stock.adjusted", $"{{{Operation("a")},'delta':-1,'reason':'x','balance':9}}", "paris").Violates("envelope-store");

    [Fact]
    public async Task an_operation_that_takes_effect_twice_is_a_violation() =>
        await Opened().Receive(Mug, "r1", 10, 20).Violates("operation-once");

    [Fact]
    public async Task a_wrong_balance_is_said_once()
    {
        var report = await Opened().Receive(Mug, "r3", 1, 12).Receive(Mug, "r4", 1, 13).Violates("stock-balance");

        Assert.Equal(1, report.Violations);
        Assert.Equal("10 on hand and +1 make 11, not 12", report.Invariants.Single(i => i.Violations > 0).First[0].What);
    }

    [Fact]
    public async Task a_count_whose_balance_is_not_what_was_counted_is_a_violation() =>
        await Opened().Add(Mug, "stock.counted", $"{{{Operation("c")},'counted':9,'delta':-2,'balance':8,'reason':''}}").Violates("stock-balance");

    [Fact]
    public async Task a_hold_beyond_what_is_available_is_oversold() => await Opened().Hold("h1", 8).Hold("h2", 3).Violates("stock-not-oversold");

    [Fact]
    public async Task a_hold_that_ends_with_another_quantity_is_a_violation() =>
        await Opened().Hold().Release(1, "h1", "api").Violates("hold-quantity");

    [Fact]
    public async Task a_hold_that_ends_twice_is_a_violation() =>
        await Opened().Hold().Release(2, "h1", "api").Release(2, "h1", "api").Violates("hold-ends-once");

    [Fact]
    public async Task a_hold_that_begins_again_is_a_violation() => await Opened().Hold().Release(2, "h1", "api").Hold().Violates("hold-ends-once");

    [Fact]
    public async Task a_hold_behind_its_tombstone_is_a_violation() => await Opened().Release(0, "h1", "api").Hold().Violates("hold-ends-once");

    [Fact]
    public async Task a_commit_of_a_hold_that_never_was_is_a_violation() => await Opened().Commit(2, 8, "h9").Violates("hold-ends-once");

    [Fact]
    public async Task a_pinned_hold_never_expires()
    {
        var book = Opened().Hold().Pin();
        book.Now = Book.Start.AddHours(1);
        await book.Expire().Violates("hold-transitions");
    }

    [Fact]
    public async Task a_hold_never_expires_before_its_time() => await Opened().Hold().Expire().Violates("hold-transitions");

    [Fact]
    public async Task an_ended_hold_is_never_pinned() => await Opened().Hold().Release(2, "h1", "api").Pin().Violates("hold-transitions");

    [Fact]
    public async Task a_release_by_a_stranger_is_a_violation() => await Opened().Hold().Release(2, "h1", "thief").Violates("hold-owner");

    [Fact]
    public async Task a_hold_of_an_order_that_does_not_exist_is_a_violation() =>
        await Opened().Reserve().Violates("hold-owner");

    [Fact]
    public async Task a_hold_that_is_live_when_its_order_is_settled_is_a_violation() =>
        await Opened().Place().Reserve().Confirm().Settle().Violates("hold-owner");

    [Fact]
    public async Task a_hold_taken_after_its_order_was_settled_is_a_violation() =>
        await Opened().Place().Cancel().Release(0).Settle().Reserve(Plate).Violates("hold-owner");

    [Fact]
    public async Task a_hold_with_another_quantity_than_its_line_is_a_violation() =>
        await Opened().Place().Reserve(quantity: 5).Confirm().Commit(5, 5).Settle().Violates("hold-owner");

    [Fact]
    public async Task a_commit_before_the_money_is_a_violation() =>
        await Opened().Place().Reserve().Commit().Violates("order-stock");

    [Fact]
    public async Task a_commit_of_a_cancelled_order_is_a_violation() =>
        await Opened().Place().Reserve().Cancel().Commit().Settle().Violates("order-stock");

    [Fact]
    public async Task a_release_of_a_confirmed_order_is_a_violation() =>
        await Opened().Place().Reserve().Confirm().Release(6).Settle().Violates("order-stock");

    [Fact]
    public async Task a_confirmation_without_its_hold_is_a_violation() => await Opened().Place().Confirm().Settle().Violates("order-stock");

    [Fact]
    public async Task steps_out_of_order_are_violations()
    {
        await Opened().Place().Reserve().Add(Order, "order.cash-taken", $"{{'tendered':{Money(4000)},'change':{Money(670)}}}").Violates("order-transitions");
        await Opened().Settle().Violates("order-transitions");
        await Opened().Place().Place().Violates("order-transitions");
        await Opened().Sell().Cancel().Violates("order-transitions");
        await Opened().Sell().Settle().Violates("order-transitions");
        await Opened().Place().Reserve().Confirm().Cancel().Violates("order-transitions");
    }

    [Theory]
    [InlineData(1275, 254, 1530)]
    [InlineData(1276, 254, 1530)]
    [InlineData(1275, 255, 1531)]
    public async Task a_line_that_is_a_penny_off_is_a_violation(long net, long tax, long gross) =>
        await Opened().Place(LineOf(1, "MUG", "goods", 6, 255, net, tax, gross), net, tax, gross).Violates("order-money");

    [Fact]
    public async Task sums_that_are_not_those_of_the_lines_are_violations() => await Opened().Place(gross: 3331).Violates("order-money");

    [Fact]
    public async Task less_tendered_than_the_total_is_a_violation() => await Opened().Place(tendered: 3329).Violates("order-money");

    [Fact]
    public async Task wrong_change_is_a_violation() => await Opened().Place().Reserve().Confirm(change: 671).Violates("order-money");

    [Fact]
    public async Task a_line_without_a_piece_is_a_violation() =>
        await Opened().Place(LineOf(1, "POST", "service", 0, 255, 0, 0, 0), 0, 0, 0).Violates("order-money");

    [Fact]
    public async Task a_return_that_completes_twice_or_begins_twice_is_a_violation()
    {
        await Opened().Accept().Restock().Refund().Refund().Violates("return-transitions");
        await Opened().Accept().Accept().Violates("return-transitions");
        await Opened().Refund().Violates("return-transitions");
    }

    [Fact]
    public async Task another_refund_than_the_gross_is_a_violation() => await Opened().Accept().Restock().Refund(766).Violates("return-money", "refunds-paid");

    [Fact]
    public async Task a_return_whose_sums_are_wrong_is_a_violation() => await Opened().Accept(766).Violates("return-money");

    [Fact]
    public async Task goods_that_are_not_back_when_the_return_completes_are_a_violation() => await Opened().Accept().Refund().Violates("return-stock");

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    public async Task restocking_what_is_no_line_to_be_restocked_is_a_violation(int line, long quantity) =>
        await Opened().Accept().Restock(line, quantity, 10 + quantity).Violates("return-stock");

    [Fact]
    public async Task restocking_for_a_return_that_does_not_exist_is_a_violation() => await Opened().Restock().Violates("return-stock");

    [Fact]
    public async Task restocking_twice_is_a_violation_even_when_the_operation_was_forgotten()
    {
        var book = Opened().Accept().Restock();
        book.Now = Book.Start.AddDays(60);
        await book.Restock(balance: 14).Violates("return-stock");
    }

    [Fact]
    public async Task only_the_first_violations_are_told_and_all_are_counted()
    {
        var book = Opened();
        for (var i = 0; i < 30; i++)
        {
            book.Receive(Mug, $"x{i}", 1, 100 * (i + 1));
        }

        var report = await book.Violates("stock-balance");

        Assert.Equal(30, report.Violations);
        Assert.Equal(20, report.Invariants.Single(i => i.Violations > 0).First.Count);
    }

    [Fact]
    public void a_journal_that_would_not_open_is_not_well()
    {
        var report = Verifier.Refused("3 events are lost");

        Assert.False(report.Ok);
        Assert.Equal("3 events are lost", report.Invariants.Single(i => i.Name == "head").First.Single().What);
    }
}
