using static Pos.Tests.Shop;

namespace Pos.Tests;

/// <summary>Events of card payments and of returns with a receipt, as a journal has them.</summary>
internal static class Cards
{
    public const string Payment1 = "payment/" + OrderId + ".1";
    public const string Payment2 = "payment/" + OrderId + ".2";

    /// <summary>The order of <see cref="MugsAndPostage"/>: 20.00 on a card, and 13.30 in cash, for which the customer hands over 20.00.</summary>
    public static Book PlaceWithCard(this Book book, string more = ",'cards':[{'tender':1,'amount':2000,'token':'tok_approve'}]", long tendered = 2000) =>
        book.Place(tendered: tendered, more: more);

    public static Book Hold2(this Book book) => book.Reserve().Add(Order, "order.stock-reserved", "{'holds':1}");

    public static Book Ask(this Book book, string stream = Payment1, int tender = 1, long amount = 2000) => book.Add(
        stream,
        "payment.requested",
        $"{{'order':'{OrderId}','store':'london','till':'till-1','tender':{tender},'amount':{Money(amount)},'token':'tok','key':'{stream[8..]}','at':'2026-01-01T09:00:00+00:00'}}");

    public static Book Capture(this Book book, string stream = Payment1) => book.Add(stream, "payment.captured", "{'reference':'r1','at':'2026-01-01T09:00:00+00:00'}");

    public static Book Void(this Book book, string stream = Payment1) => book.Add(stream, "payment.voided", "{'reference':'r1','at':'2026-01-01T09:00:00+00:00'}");

    public static Book UndoAsked(this Book book, string stream = Payment1) => book.Add(stream, "payment.undo-asked", "{'reason':'cancelled','at':'2026-01-01T09:00:00+00:00'}");

    public static Book GiveBack(this Book book, string refund, long amount, string stream = Payment1) => book
        .Add(stream, "payment.refund-asked", $"{{'refund':'{refund}','amount':{Money(amount)}}}")
        .Add(stream, "payment.refunded", $"{{'refund':'{refund}','amount':{Money(amount)},'reference':'r2','at':'2026-01-01T09:00:00+00:00'}}");

    public static Book CloseRefund(
        this Book book, string refund, long amount, string provider = "not-found", string by = "olga", string actor = "olga", string stream = Payment1) => book.Add(
        stream,
        "payment.refund-closed",
        $"{{'operation':{{'id':'close','fingerprint':'f','notAfter':'2026-01-02T09:00:00+00:00'}},'refund':'{refund}','amount':{Money(amount)},'provider':'{provider}',"
        + $"'reason':'paid in cash','by':'{by}','at':'2026-01-01T09:00:00+00:00'}}",
        actor: actor);

    public static Book AskBack(this Book book, string refund, long amount, string stream = Payment1) =>
        book.Add(stream, "payment.refund-asked", $"{{'refund':'{refund}','amount':{Money(amount)}}}");

    public static Book Pay(this Book book, long tendered = 2000, long change = 670) => book.Add(
        Order, "order.paid", $"{{'cards':[{{'tender':1,'reference':'r1'}}],'tendered':{Money(tendered)},'change':{Money(change)}}}");

    /// <summary>The whole sale by card and cash.</summary>
    public static Book SellByCard(this Book book) => book.PlaceWithCard().Hold2().Ask().Capture().Pay().Commit().Settle();

    /// <summary>Some of the six mugs of the first line, 15.30 together, come back.</summary>
    public static Book TakeBack(this Book book, long pieces, long net, long tax, long gross, string refunds, string id = ReturnId) => book.Add(
        Order,
        "order.return-accepted",
        $"{{'return':'{id}',{Operation(id)},'lines':[{{'line':1,'quantity':{pieces},'disposition':'restock','net':{net},'tax':{tax},'gross':{gross}}}],"
        + $"'net':{Money(net)},'tax':{Money(tax)},'gross':{Money(gross)},'refunds':[{refunds}],'reason':'no','at':'2026-01-01T09:00:00+00:00'}}");
}
