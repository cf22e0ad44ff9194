namespace Pos.Tests;

/// <summary>The events of a small shop, as a journal has them.</summary>
internal static class Shop
{
    public const string Mug = "stock/london/MUG";
    public const string Plate = "stock/london/PLATE";
    public const string OrderId = "00000000000000000000000000000001";
    public const string ReturnId = "0000000000000000000000000000000a";
    public const string Order = "order/" + OrderId;
    public const string Return = "return/" + ReturnId;

    public static string Operation(string id, string notAfter = "2026-01-02T00:00:00+00:00") =>
        $"'operation':{{'id':'{id}','fingerprint':'f','notAfter':'{notAfter}'}}";

    public static string Money(long amount) => $"{{'amount':{amount},'currency':'GBP'}}";

    /// <summary>The store and two products are defined, and ten mugs and ten plates are received.</summary>
    public static Book Opened() => new Book()
        .Add("store/london", "store.defined", "{'name':'London','district':'','kind':'shop','currency':'GBP','timeZone':'Europe/London','taxInclusive':true,'taxRates':{'standard':2000},'tills':['till-1']}")
        .Add("product/MUG", "product.defined", "{'name':'Mug','description':'','category':'','price':{'amount':255,'currency':'GBP'},'taxClass':'standard','kind':'goods','active':true}")
        .Receive(Mug, "r1", 10, 10)
        .Receive(Plate, "r2", 10, 10);

    public static Book Receive(this Book book, string stream, string id, long quantity, long balance) =>
        book.Add(stream, "stock.received", $"{{{Operation(id)},'quantity':{quantity},'balance':{balance},'note':''}}");

    public static string LineOf(int line, string sku, string kind, long quantity, long price, long net, long tax, long gross, string more = "") =>
        $"{{'line':{line},'sku':'{sku}','name':'','kind':'{kind}','quantity':{quantity},'listPrice':{price},'unitPrice':{price},"
        + $"'taxRate':2000{more},'net':{net},'tax':{tax},'gross':{gross}}}";

    /// <summary>Six mugs at 2.55, one postage at 18.00: 33.30 of which 5.55 tax, paid with 40.00.</summary>
    public static string MugsAndPostage { get; } =
        $"{LineOf(1, "MUG", "goods", 6, 255, 1275, 255, 1530)},{LineOf(2, "POST", "service", 1, 1800, 1500, 300, 1800)}";

    public static Book Place(this Book book, string? lines = null, long net = 2775, long tax = 555, long gross = 3330, long tendered = 4000, string more = "") => book.Add(
        Order,
        "order.placed",
        $"{{'store':'london','till':'till-1',{Operation(OrderId)},'lines':[{lines ?? MugsAndPostage}],'taxInclusive':true,"
        + $"'net':{Money(net)},'tax':{Money(tax)},'gross':{Money(gross)},'tendered':{Money(tendered)}{more},"
        + "'occurredAt':'2026-01-01T08:26:00+00:00','placedAt':'2026-01-01T09:00:00+00:00'}");

    public static Book Reserve(this Book book, string stream = Mug, int line = 1, long quantity = 6, string order = OrderId) => book.Add(
        stream,
        "stock.reserved",
        $"{{'hold':'{order}.{line}','owner':'order:{order}','quantity':{quantity},'pinned':true,'notAfter':'2026-01-01T09:10:00+00:00'}}");

    public static Book Confirm(this Book book, int holds = 1, long tendered = 4000, long change = 670) => book
        .Add(Order, "order.stock-reserved", $"{{'holds':{holds}}}")
        .Add(Order, "order.cash-taken", $"{{'tendered':{Money(tendered)},'change':{Money(change)}}}");

    public static Book Commit(this Book book, long quantity = 6, long balance = 4, string hold = OrderId + ".1") =>
        book.Add(Mug, "stock.committed", $"{{'hold':'{hold}','quantity':{quantity},'balance':{balance}}}");

    public static Book Cancel(this Book book) =>
        book.Add(Order, "order.cancelled", "{'code':'InsufficientStock','reason':'no','shortages':[],'at':'2026-01-01T09:00:00+00:00'}");

    public static Book Release(this Book book, long quantity, string hold = OrderId + ".1", string owner = "order:" + OrderId, string stream = Mug) =>
        book.Add(stream, "stock.released", $"{{'hold':'{hold}','owner':'{owner}','quantity':{quantity},'notAfter':'2026-01-01T09:10:00+00:00'}}");

    public static Book Settle(this Book book) => book.Add(Order, "order.settled", "{}");

    /// <summary>An order from its placing to its settlement.</summary>
    public static Book Sell(this Book book) => book.Place().Reserve().Confirm().Commit().Settle();

    /// <summary>A hold made through the API, until 09:15.</summary>
    public static Book Hold(this Book book, string id = "h1", long quantity = 2) => book.Add(
        Mug,
        "stock.reserved",
        $"{{'hold':'{id}','owner':'api','quantity':{quantity},'expiresAt':'2026-01-01T09:15:00+00:00','pinned':false,'notAfter':'2026-01-02T09:00:00+00:00'}}");

    public static Book Pin(this Book book, string id = "h1") => book.Add(Mug, "stock.pinned", $"{{'hold':'{id}'}}");

    public static Book Expire(this Book book, string id = "h1", long quantity = 2) =>
        book.Add(Mug, "stock.expired", $"{{'hold':'{id}','quantity':{quantity}}}");

    /// <summary>Three mugs come back at 2.55: two for the shelf, and a broken one that is written off. Together 7.65.</summary>
    public static Book Accept(this Book book, long gross = 765) => book.Add(
        Return,
        "return.accepted",
        $"{{'store':'london','till':'till-1',{Operation(ReturnId)},'lines':["
        + LineOf(1, "MUG", "goods", 2, 255, 425, 85, 510, ",'disposition':'restock'") + ","
        + LineOf(2, "MUG", "goods", 1, 255, 212, 43, 255, ",'disposition':'write-off'")
        + $"],'taxInclusive':true,'net':{Money(637)},'tax':{Money(128)},'gross':{Money(gross)},'reason':'faulty',"
        + "'occurredAt':'2026-01-01T08:26:00+00:00','placedAt':'2026-01-01T09:00:00+00:00'}");

    public static Book Restock(this Book book, int line = 1, long quantity = 2, long balance = 12, string @return = ReturnId) => book.Add(
        Mug,
        "stock.restocked",
        $"{{{Operation($"{@return}.{line}", "2026-01-31T00:00:00+00:00")},'quantity':{quantity},'return':'{@return}','balance':{balance}}}");

    public static Book Refund(this Book book, long amount = 765) => book.Add(Return, "return.completed", $"{{'refund':{Money(amount)}}}");
}
