using static Pos.Tests.Shop;

namespace Pos.Tests;

/// <summary>Carts and their orders: journals without a violation, and one journal for every kind of violation.</summary>
public sealed class CartJournals
{
    private const string CartId = "000000000000000000000000000000c1";
    private const string Cart = "cart/" + CartId;
    private const string At = "'at':'2026-01-01T09:00:00+00:00'";
    private const string OfCart = ",'cart':'" + CartId + "'";

    [Fact]
    public async Task a_sale_through_a_cart_is_well()
    {
        var report = await HandedOver(Park(Resume(Filled()), "p2"), park: false).Violates();
        Assert.All(["cart-transitions", "cart-order"], name => Assert.True(report.Invariants.Single(i => i.Name == name).Checked > 0, name));

        static Book Resume(Book book) => Do(Park(book, "p1"), "cart.resumed", "r1", ",'till':'till-1'");
        static Book HandedOver(Book book, bool park) =>
            CheckOut(Do(book, "cart.resumed", park ? "r2" : "r3", ",'till':'till-1'")).Place(more: OfCart).Add(Cart, "cart.handed-over", "{}")
                .Reserve().Confirm().Commit().Settle();
    }

    [Fact]
    public async Task a_cart_that_is_given_up_is_well() =>
        await Filled().Add(Cart, "cart.cancelled", $"{{'reason':'Nobody came back for it.',{At},'code':'Abandoned'}}").Violates();

    [Fact]
    public async Task nothing_is_put_into_a_cart_that_has_ended()
    {
        await Add(CheckOut(Filled()), 2, "a2").Violates("cart-transitions");
        await Add(Filled().Add(Cart, "cart.cancelled", $"{{'reason':'no',{At}}}"), 2, "a2").Violates("cart-transitions");
        await Add(Park(Filled(), "p1"), 2, "a2").Violates("cart-transitions");
        await Add(Opened(), 1, "a1").Violates("cart-transitions");
    }

    [Fact]
    public async Task a_cart_ends_once()
    {
        await CheckOut(CheckOut(Filled()), "c2").Violates("cart-transitions");
        await CheckOut(Filled().Add(Cart, "cart.cancelled", $"{{'reason':'no',{At}}}")).Violates("cart-transitions");
        await CheckOut(Filled()).Add(Cart, "cart.cancelled", $"{{'reason':'no',{At}}}").Violates("cart-transitions");
    }

    [Fact]
    public async Task a_line_that_is_not_there_is_neither_changed_nor_removed()
    {
        await Do(Filled(), "cart.line-removed", "d1", ",'line':7").Violates("cart-transitions");
        await Do(Do(Filled(), "cart.line-removed", "d1", ",'line':1"), "cart.line-changed", "d2", ",'line':1,'quantity':2,'net':0,'tax':0,'gross':0")
            .Violates("cart-transitions");
        await Add(Filled(), 1, "a2").Violates("cart-transitions");
    }

    [Fact]
    public async Task an_operation_that_took_effect_twice_is_a_violation() => await Add(Filled(), 2, "a1").Violates("operation-once");

    [Fact]
    public async Task an_order_that_is_not_what_its_cart_was_checked_out_as_is_a_violation()
    {
        await Filled().Place(more: OfCart).Violates("cart-order");
        await CheckOut(Filled(), gross: 3331).Place(more: OfCart).Violates("cart-order");
        await CheckOut(Filled(), order: "000000000000000000000000000000ff").Place(more: OfCart).Violates("cart-order");
        await CheckOut(Filled(), cart: "000000000000000000000000000000c2").Violates("cart-order");
        await CheckOut(Filled()).Place(more: OfCart + ",'annotations':{'reference':'web-1'}").Violates("cart-order");
    }

    [Fact]
    public async Task a_cart_is_handed_over_to_an_order_that_exists()
    {
        await CheckOut(Filled()).Add(Cart, "cart.handed-over", "{}").Violates("cart-order");
        await CheckOut(Filled()).Place(more: OfCart).Add(Cart, "cart.handed-over", "{}").Add(Cart, "cart.handed-over", "{}").Violates("cart-transitions");
    }

    private static Book Filled() => Add(
        Opened().Add(Cart, "cart.opened", $"{{'store':'london','till':'till-1',{Operation("o1")},'currency':'GBP',{At}}}"), 1, "a1");

    private static Book Add(Book book, int line, string operation) =>
        Do(book, "cart.line-added", operation, $",'line':{LineOf(line, "MUG", "goods", 6, 255, 1275, 255, 1530)}");

    private static Book Park(Book book, string operation) => Do(book, "cart.parked", operation, ",'label':'blue coat'");

    private static Book Do(Book book, string type, string operation, string more) => book.Add(Cart, type, $"{{{Operation(operation)}{more},{At}}}");

    private static Book CheckOut(Book book, string operation = "c1", string order = OrderId, long gross = 3330, string cart = CartId) => Do(
        book,
        "cart.checked-out",
        operation,
        $",'order':'{order}','sale':{{'store':'london','till':'till-1','lines':[{MugsAndPostage}],'taxInclusive':true,'net':{Money(2775)},'tax':{Money(555)},"
        + $"'gross':{Money(gross)},'tendered':{Money(4000)},'occurredAt':'2026-01-01T08:26:00+00:00','cart':'{cart}'}}");
}
