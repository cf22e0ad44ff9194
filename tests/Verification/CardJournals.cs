using static Pos.Tests.Cards;
using static Pos.Tests.Shop;

namespace Pos.Tests;

/// <summary>Orders that are paid by card: journals without a violation, and one journal for every kind of violation.</summary>
public sealed class CardJournals
{
    [Fact]
    public async Task a_sale_by_card_and_cash_is_well()
    {
        var report = await Opened().SellByCard().Violates();

        Assert.Equal(0, report.Open.Payments);
        Assert.All(["order-tenders", "payment-transitions", "payment-money"], name => Assert.True(report.Invariants.Single(i => i.Name == name).Checked > 0, name));
    }

    [Fact]
    public async Task a_payment_without_an_outcome_is_open_and_no_violation() =>
        Assert.Equal(1, (await Opened().PlaceWithCard().Hold2().Ask().Violates()).Open.Payments);

    [Fact]
    public async Task an_order_given_up_after_the_capture_is_well_when_the_money_is_voided() =>
        await Opened().PlaceWithCard().Hold2().Ask().Capture().Cancel().UndoAsked().Void().Release(6).Settle().Violates();

    [Fact]
    public async Task money_that_comes_after_it_was_given_up_is_a_fact_and_owed_back()
    {
        var book = Opened().PlaceWithCard().Hold2().Ask().Cancel().UndoAsked().Add(Payment1, "payment.abandoned", "{}").Capture();

        Assert.Equal(1, (await book.Violates()).Open.Payments);
        await book.Void().Release(6).Settle().Violates();
    }

    [Fact]
    public async Task money_that_comes_again_after_it_went_back_is_a_fact_and_owed_back_too()
    {
        var book = Opened().PlaceWithCard().Hold2().Ask().Capture().Cancel().UndoAsked().Void().Capture();
        Assert.Equal(1, (await book.Violates()).Open.Payments);
        await book.Void().Release(6).Settle().Violates();
    }

    [Fact]
    public async Task money_kept_of_a_cancelled_order_is_a_violation() =>
        await Opened().PlaceWithCard().Hold2().Ask().Capture().Cancel().Release(6).Settle().Violates("order-tenders");

    [Fact]
    public async Task paid_without_a_capture_is_a_violation()
    {
        await Opened().PlaceWithCard().Hold2().Ask().Pay().Violates("order-tenders");
        await Opened().PlaceWithCard().Hold2().Pay().Violates("order-tenders");
        await Opened().PlaceWithCard().Hold2().Ask().UndoAsked().Capture().Pay().Violates("order-tenders");
    }

    [Fact]
    public async Task another_amount_than_the_tender_is_a_violation() =>
        await Opened().PlaceWithCard().Hold2().Ask(amount: 2001).Capture().Violates("payment-money");

    [Fact]
    public async Task a_payment_of_no_tender_is_a_violation()
    {
        await Opened().PlaceWithCard().Hold2().Ask(Payment2, 2).Violates("payment-money");
        await Opened().Ask().Violates("payment-money");
    }

    [Theory]
    [InlineData(",'cards':[{'tender':1,'amount':3331,'token':'t'}]")]
    [InlineData(",'cards':[{'tender':2,'amount':2000,'token':'t'}]")]
    [InlineData(",'cards':[{'tender':1,'amount':0,'token':'t'}]")]
    [InlineData(",'cards':[{'tender':1,'amount':1000,'token':'t'}]")]
    public async Task tenders_that_do_not_make_the_total_are_violations(string more) =>
        await Opened().PlaceWithCard(more).Violates("order-money");

    [Fact]
    public async Task change_is_from_cash_after_rounding()
    {
        await Opened().PlaceWithCard(",'cards':[{'tender':1,'amount':2001,'token':'t'}],'rounding':1").Hold2().Ask(amount: 2001).Capture().Pay(change: 670).Violates();
        await Opened().PlaceWithCard(",'cards':[{'tender':1,'amount':2001,'token':'t'}],'rounding':1").Hold2().Ask(amount: 2001).Capture().Pay(change: 671)
            .Violates("order-money");
    }

    [Fact]
    public async Task steps_out_of_order_are_violations()
    {
        await Opened().Place().Reserve().Add(Order, "order.stock-reserved", "{'holds':1}").Pay().Violates("order-transitions");
        await Opened().PlaceWithCard().Hold2().Ask().Capture().Add(Order, "order.cash-taken", $"{{'tendered':{Money(2000)},'change':{Money(670)}}}")
            .Violates("order-transitions");
        await Opened().PlaceWithCard().Hold2().Capture().Violates("payment-transitions");
        await Opened().PlaceWithCard().Hold2().Ask().Ask().Violates("payment-transitions");
        await Opened().PlaceWithCard().Hold2().Ask().Capture().Capture().Violates("payment-transitions");
        await Opened().PlaceWithCard().Hold2().UndoAsked().Ask().Violates("payment-transitions");
        await Opened().PlaceWithCard().Hold2().Ask().Void().Violates("payment-transitions");
        await Opened().SellByCard().GiveBack("x", 500).Void().Violates("payment-transitions");
    }

    [Fact]
    public async Task more_given_back_than_captured_is_a_violation() =>
        await Opened().SellByCard().GiveBack("a", 1500).GiveBack("b", 501).Violates("payment-money");

    [Fact]
    public async Task a_refund_that_was_not_asked_for_is_a_violation() =>
        await Opened().SellByCard().Add(Payment1, "payment.refunded", $"{{'refund':'a','amount':{Money(1)},'reference':'r','at':'2026-01-01T09:00:00+00:00'}}")
            .Violates("payment-transitions");

    [Fact]
    public async Task all_pieces_come_back_one_after_another_for_what_was_paid() =>
        await Opened().SellByCard()
            .TakeBack(1, 212, 43, 255, "{'tender':1,'amount':255}")
            .TakeBack(5, 1063, 212, 1275, "{'tender':1,'amount':1275}", "0000000000000000000000000000000b")
            .Violates();

    [Theory]
    [InlineData(7, 1487, 298, 1785, "{'tender':1,'amount':1785}")]
    [InlineData(1, 213, 43, 256, "{'tender':1,'amount':256}")]
    [InlineData(6, 1274, 256, 1530, "{'tender':1,'amount':1530}")]
    [InlineData(1, 212, 43, 255, "{'tender':1,'amount':256}")]
    [InlineData(1, 212, 43, 255, "{'tender':2,'amount':255}")]
    public async Task more_than_was_sold_or_another_price_or_another_card_is_a_violation(long pieces, long net, long tax, long gross, string refunds) =>
        await Opened().SellByCard().TakeBack(pieces, net, tax, gross, refunds).Violates("order-returned");

    [Fact]
    public async Task a_return_of_what_is_not_sold_yet_is_a_violation() =>
        await Opened().PlaceWithCard().Hold2().TakeBack(1, 212, 43, 255, "{'tender':1,'amount':255}").Violates("order-transitions");

    [Fact]
    public async Task a_code_belongs_to_one_sku()
    {
        var claimed = Opened().Add("barcode/4006381333931", "barcode.claimed", $"{{{Operation("b1")},'sku':'MUG'}}");
        await claimed.Violates();
        await claimed.Add("barcode/4006381333931", "barcode.claimed", $"{{{Operation("b2")},'sku':'PLATE'}}").Violates("barcode-owner");
    }
}
