using static Pos.Tests.Cards;
using static Pos.Tests.Shop;

namespace Pos.Tests;

/// <summary>Nobody gets back more than they paid. Coins and cards are counted apart, and the check does not depend on the rule that the refunds were computed by.</summary>
public sealed class RefundJournals
{
    private const string Exchanged = "order/00000000000000000000000000000002";

    [Fact]
    public async Task ten_pieces_each_rounded_by_itself_are_more_than_was_paid()
    {
        var book = TenForThirty();
        for (var piece = 1; piece <= 10; piece++)
        {
            book.BringBack(piece, coins: 5);
        }

        var report = await book.Violates("refunds-paid");
        // Six coins of five were paid, so the seventh is one too many.
        Assert.StartsWith("35 are given back in cash, 30 were paid", report.Invariants.Single(i => i.Violations > 0).First[0].What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ten_pieces_rounded_over_all_of_them_are_what_was_paid()
    {
        var book = TenForThirty();
        long[] coins = [5, 0, 5, 0, 5, 5, 0, 5, 0, 5];
        for (var piece = 1; piece <= 10; piece++)
        {
            book.BringBack(piece, coins[piece - 1]);
        }

        await book.Violates();
    }

    [Fact]
    public async Task what_a_card_paid_is_no_cash_of_an_exchange()
    {
        await CardExchanged(",'cards':[{'tender':1,'amount':255,'order':'" + OrderId + "'}]").AllBack("{'tender':0,'amount':255}", 255, "").Violates("order-returned");
        await CardExchanged(",'cards':[{'tender':1,'amount':255,'order':'" + OrderId + "'}]")
            .AllBack("{'tender':1,'amount':255,'order':'" + OrderId + "'}", 0, "", b => b.GiveBack("0000000000000000000000000000000b", 255)).Violates();
    }

    [Fact]
    public async Task what_a_card_paid_becomes_cash_by_a_managers_word_and_not_twice()
    {
        const string Cards = ",'cards':[{'tender':1,'amount':255,'order':'" + OrderId + "'}]";
        const string InCash = "{'tender':1,'amount':255,'order':'" + OrderId + "','inCash':true}";
        await CardExchanged(Cards).AllBack(InCash, 255, ",'approvedBy':'anna'").Violates();
        await CardExchanged(Cards).AllBack(InCash, 255, "").Violates("refunds-paid");
        await CardExchanged(Cards).AllBack(InCash, 255, ",'approvedBy':'anna'").GiveBack("x", 2_000).Violates("payment-money");
    }

    [Fact]
    public async Task another_card_than_those_behind_the_credit_is_a_violation() =>
        await CardExchanged("").AllBack("{'tender':1,'amount':255,'order':'" + OrderId + "'}", 0, "", b => b.GiveBack("0000000000000000000000000000000b", 255))
            .Violates("order-returned");

    private static Book TenForThirty() => Opened()
        .Place(LineOf(1, "MUG", "goods", 10, 3, 25, 5, 30), 25, 5, 30, 30, ",'cashRounding':5").Reserve(quantity: 10).Confirm(tendered: 30, change: 0).Commit(10, 0).Settle();

    // A customer exchanges one mug of the sale by card for another mug.
    private static Book CardExchanged(string cards)
    {
        var book = Opened().SellByCard().TakeBack(1, 212, 43, 255, "{'tender':1,'amount':255}").Add(
            Return,
            "return.accepted",
            $"{{'store':'london','till':'till-1',{Operation(ReturnId)},'lines':[{LineOf(1, "MUG", "goods", 1, 255, 212, 43, 255, ",'disposition':'write-off'")}],"
            + $"'taxInclusive':true,'net':{Money(212)},'tax':{Money(43)},'gross':{Money(255)},'reason':'no','order':'{OrderId}','refunds':[{{'tender':1,'amount':255}}],'exchange':true}}");
        const string Other = "00000000000000000000000000000002";
        return book
            .Add(
                Exchanged,
                "order.placed",
                $"{{'store':'london','till':'till-1',{Operation(Other)},'lines':[{LineOf(1, "MUG", "goods", 1, 255, 212, 43, 255)}],'taxInclusive':true,"
                + $"'net':{Money(212)},'tax':{Money(43)},'gross':{Money(255)},'tendered':{Money(0)},'credit':{{'return':'{ReturnId}','amount':255{cards}}}}}")
            .Reserve(quantity: 1, order: Other)
            .Add(Exchanged, "order.stock-reserved", "{'holds':1}")
            .Add(Return, "return.credit-taken", $"{{'order':'{Other}','amount':{Money(255)}}}")
            .Add(Exchanged, "order.paid", $"{{'tendered':{Money(0)},'change':{Money(0)}}}")
            .Commit(1, 3, Other + ".1")
            .Add(Return, "return.credit-kept", $"{{'order':'{Other}'}}")
            .Add(Return, "return.completed", $"{{'refund':{Money(0)},'refunds':[],'credit':{Money(255)}}}")
            .Add(Exchanged, "order.settled", "{}");
    }
}

/// <summary>Events of returns of those sales.</summary>
internal static class Refunds
{
    /// <summary>One of ten pieces that cost 30 together comes back for 3.</summary>
    public static Book BringBack(this Book book, int piece, long coins)
    {
        var id = $"000000000000000000000000000000{piece:x2}";
        var (tax, before) = (Share(5, piece), Share(5, piece - 1));
        var line = $"'net':{3 - (tax - before)},'tax':{tax - before},'gross':3";
        var sums = $"'net':{Money(3 - (tax - before))},'tax':{Money(tax - before)},'gross':{Money(3)}";
        return book
            .Add(
                Order,
                "order.return-accepted",
                $"{{'return':'{id}',{Operation(id)},'lines':[{{'line':1,'quantity':1,'disposition':'write-off',{line}}}],{sums},'refunds':[{{'tender':0,'amount':3}}],'reason':'no','cashRounding':5,'coins':{coins}}}")
            .Add(
                "return/" + id,
                "return.accepted",
                $"{{'store':'london','till':'till-1',{Operation(id)},'lines':[{{'line':1,'sku':'MUG','kind':'goods','quantity':1,'unitPrice':3,'taxRate':2000,'disposition':'write-off',{line}}}],"
                + $"'taxInclusive':true,{sums},'reason':'no','order':'{OrderId}','refunds':[{{'tender':0,'amount':3}}],'cashRounding':5,'coins':{coins}}}")
            .Add(
                "return/" + id,
                "return.completed",
                $"{{'refund':{Money(coins)},'refunds':[{(coins > 0 ? $"{{'tender':0,'amount':{coins}}}" : "")}],'rounding':{coins - 3}}}");
    }

    /// <summary>The pieces that the exchange bought come back.</summary>
    public static Book AllBack(this Book book, string refunds, long coins, string more, Func<Book, Book>? refund = null)
    {
        const string Id = "0000000000000000000000000000000b";
        const string Other = "00000000000000000000000000000002";
        var sums = $"'net':{Money(212)},'tax':{Money(43)},'gross':{Money(255)}";
        book
            .Add(
                "order/" + Other,
                "order.return-accepted",
                $"{{'return':'{Id}',{Operation(Id)},'lines':[{{'line':1,'quantity':1,'disposition':'write-off','net':212,'tax':43,'gross':255}}],{sums},'refunds':[{refunds}],'reason':'no'{more}}}")
            .Add(
                "return/" + Id,
                "return.accepted",
                $"{{'store':'london','till':'till-1',{Operation(Id)},'lines':[{LineOf(1, "MUG", "goods", 1, 255, 212, 43, 255, ",'disposition':'write-off'")}],"
                + $"'taxInclusive':true,{sums},'reason':'no','order':'{Other}','refunds':[{refunds}]}}");
        refund?.Invoke(book);
        var paid = coins > 0 ? $"{{'tender':0,'amount':{coins}}}" : refunds;
        return book.Add("return/" + Id, "return.completed", $"{{'refund':{Money(255)},'refunds':[{paid}]}}");
    }

    private static long Share(long amount, int pieces) => (long)Math.Round((decimal)amount * pieces / 10, MidpointRounding.AwayFromZero);
}
