using System.Collections.Immutable;
using Pos.Grains;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>The rules of an order and its saga, as events.</summary>
public sealed class OrderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Operation Asked = new("k1", "f1", Now.AddDays(1), "ann", ApprovedBy: "boss");
    private static readonly LineRefusal NoCup = new(
        2, new Rejection(RejectionCode.InsufficientStock, "7 of 'cup' asked for, 6 available.", [new Shortage(0, new Sku("cup"), 7, 6)]));

    private static readonly OrderEvent Placed = new OrderEvent.Placed(
        London, Till, OperationKey.Of(Asked),
        [
            new(1, new Sku("mug"), "Mug", ProductKind.Goods, 6, 300, 255, 2_000, 1_275, 255, 1_530, "old stock", Approval: new("boss", 6, Now)),
            new(2, new Sku("cup"), "Cup", ProductKind.Goods, 7, 100, 100, 500, 667, 33, 700),
            new(3, new Sku("post"), "Postage", ProductKind.Service, 1, 1_800, 1_800, 2_000, 1_500, 300, 1_800),
        ],
        true, Gbp(3_442), Gbp(588), Gbp(4_030), Gbp(5_000), Now, Now, ApprovedBy: "boss", SoldBy: "ann");

    private static readonly OrderEvent Reserved = new OrderEvent.StockReserved(2);
    private static readonly OrderEvent Paid = new OrderEvent.CashTaken(Gbp(5_000), Gbp(970));
    private static readonly OrderEvent Settled = new OrderEvent.Settled();
    private static readonly OrderEvent CancelledByStock = new OrderEvent.Cancelled(
        "Line 2: 7 of 'cup' asked for, 6 available.", [new Shortage(2, new Sku("cup"), 7, 6)], Now, RejectionCode.InsufficientStock);

    private static readonly OrderEvent CancelledByTill = new OrderEvent.Cancelled("changed their mind", [], Now, null, OperationKey.Of(Asked));

    private static readonly Dictionary<string, OrderEvent[]> States = new(StringComparer.Ordinal)
    {
        ["nothing"] = [],
        ["created"] = [Placed],
        ["confirmed"] = [Placed, Reserved, Paid],
        ["confirmed, settled"] = [Placed, Reserved, Paid, Settled],
        ["cancelled"] = [Placed, CancelledByStock],
        ["cancelled, settled"] = [Placed, CancelledByStock, Settled],
        ["given up"] = [Placed, CancelledByTill],
    };

    /// <summary>Every state × every command and fact.</summary>
    public static TheoryData<string, string, string> Cells => new()
    {
        { "nothing", "place", "order.placed" },
        { "nothing", "place otherwise", "order.placed" },
        { "nothing", "cancel", nameof(RejectionCode.UnknownOrder) },
        { "nothing", "held", "" },
        { "nothing", "refused", "" },
        { "nothing", "committed", "" },
        { "nothing", "released", "" },
        { "created", "place", "" },
        { "created", "place otherwise", nameof(RejectionCode.OperationReused) },
        { "created", "cancel", "order.cancelled" },
        { "created", "held", "order.stock-reserved order.cash-taken" },
        { "created", "refused", "order.cancelled" },
        { "created", "committed", "" },
        { "created", "released", "" },
        { "confirmed", "place", "" },
        { "confirmed", "place otherwise", nameof(RejectionCode.OperationReused) },
        { "confirmed", "cancel", nameof(RejectionCode.IllegalTransition) },
        { "confirmed", "held", "" },
        { "confirmed", "refused", "" },
        { "confirmed", "committed", "order.settled" },
        { "confirmed", "released", "" },
        { "confirmed, settled", "place", "" },
        { "confirmed, settled", "place otherwise", nameof(RejectionCode.OperationReused) },
        { "confirmed, settled", "cancel", nameof(RejectionCode.IllegalTransition) },
        { "confirmed, settled", "held", "" },
        { "confirmed, settled", "refused", "" },
        { "confirmed, settled", "committed", "" },
        { "confirmed, settled", "released", "" },
        { "cancelled", "place", "" },
        { "cancelled", "place otherwise", nameof(RejectionCode.OperationReused) },
        { "cancelled", "cancel", "" },
        { "cancelled", "held", "" },
        { "cancelled", "refused", "" },
        { "cancelled", "committed", "" },
        { "cancelled", "released", "order.settled" },
        { "created", "cancel without a reason", nameof(RejectionCode.InvalidValue) },
        { "cancelled", "cancel without a reason", nameof(RejectionCode.InvalidValue) },
        { "cancelled", "cancel otherwise", "" },
        { "given up", "cancel", "" },
        { "given up", "cancel otherwise", nameof(RejectionCode.OperationReused) },
        { "given up", "cancel without a reason", nameof(RejectionCode.InvalidValue) },
        { "given up", "released", "order.settled" },
        { "cancelled, settled", "place", "" },
        { "cancelled, settled", "place otherwise", nameof(RejectionCode.OperationReused) },
        { "cancelled, settled", "cancel", "" },
        { "cancelled, settled", "held", "" },
        { "cancelled, settled", "refused", "" },
        { "cancelled, settled", "committed", "" },
        { "cancelled, settled", "released", "" },
    };

    [Theory, MemberData(nameof(Cells))]
    public void An_order_in_any_state_meets_any_command_and_any_fact(string state, string what, string expected)
    {
        var verdict = Given(States[state]).When(What(what));
        if (Enum.TryParse<RejectionCode>(expected, out var code))
        {
            verdict.Refused(code);
            return;
        }

        Assert.Equal(expected, string.Join(' ', verdict.Events.Select(happened => OrderJournal.Codec.Write(happened).Type)));
        verdict.Then([.. verdict.Events]);
    }

    [Theory]
    [InlineData("nothing", OrderDebt.Nothing)]
    [InlineData("created", OrderDebt.Reserve)]
    [InlineData("confirmed", OrderDebt.Commit)]
    [InlineData("confirmed, settled", OrderDebt.Nothing)]
    [InlineData("cancelled", OrderDebt.Release)]
    [InlineData("cancelled, settled", OrderDebt.Nothing)]
    [InlineData("given up", OrderDebt.Release)]
    public void What_is_owed_follows_from_what_is_durable(string state, OrderDebt owed) =>
        Assert.Equal(owed, OrderSaga.Owed(Given(States[state]).State));

    [Fact]
    public void An_order_is_priced_when_it_is_placed() =>
        Given().When(Place(Request())).Then((OrderEvent.Placed)Placed with { HoldsBySku = true });

    [Fact]
    public void When_every_line_is_held_the_money_is_taken_and_nothing_can_take_the_sale_back() =>
        Given(Placed).When(Fact(new OrderFact.StockAnswered([], Now))).Then(Reserved, Paid);

    [Fact]
    public void When_a_line_cannot_be_had_the_order_is_given_up_and_says_why() =>
        Given(Placed).When(Fact(new OrderFact.StockAnswered([NoCup], Now))).Then(CancelledByStock);

    [Fact]
    public void An_order_of_services_owes_nothing_once_it_is_paid()
    {
        var placed = ((OrderEvent.Placed)Placed) with { Lines = [((OrderEvent.Placed)Placed).Lines[2] with { Line = 1 }] };
        Given(placed).When(Fact(new OrderFact.StockAnswered([], Now))).Then(new OrderEvent.StockReserved(0), Paid, Settled);
    }

    [Fact]
    public void A_total_of_nothing_is_legal()
    {
        var free = Request() with { Lines = [new(new Sku("mug"), 1, new(Gbp(0), "gift"))], Tender = Gbp(0) };
        var verdict = Given().When(Place(free));
        var placed = Assert.IsType<OrderEvent.Placed>(Assert.Single(verdict.Events));
        Assert.Equal((Gbp(0), 0L, 300L), (placed.Gross, placed.Lines[0].UnitPrice, placed.Lines[0].ListPrice));
        Given(placed).When(Fact(new OrderFact.StockAnswered([], Now)))
            .Then(new OrderEvent.StockReserved(1), new OrderEvent.CashTaken(Gbp(0), Gbp(0)));
    }

    [Fact]
    public void A_store_that_adds_the_tax_charges_more_than_its_prices()
    {
        var verdict = Given().When(Place(Request() with { Lines = [new(new Sku("mug"), 6, new(Gbp(255), "old stock"))] }, store => store with { TaxInclusive = false }));
        var placed = Assert.IsType<OrderEvent.Placed>(Assert.Single(verdict.Events));
        Assert.Equal((Gbp(1_530), Gbp(306), Gbp(1_836)), (placed.Net, placed.Tax, placed.Gross));
    }

    [Fact]
    public void A_sale_may_be_told_later_but_not_before_it_happens()
    {
        var yesterday = Request() with { OccurredAt = Now.AddDays(-1).ToOffset(TimeSpan.FromHours(2)) };
        var placed = Assert.IsType<OrderEvent.Placed>(Assert.Single(Given().When(Place(yesterday)).Events));
        Assert.Equal((Now.AddDays(-1), TimeSpan.Zero), (placed.OccurredAt, placed.OccurredAt.Offset));
        Refused(Request() with { OccurredAt = Now.AddMinutes(1) }, RejectionCode.TimeInFuture);
    }

    [Fact]
    public void What_cannot_be_sold_is_refused_by_name()
    {
        Refused(Request() with { Operation = Asked with { ApprovedBy = "" } }, RejectionCode.ApprovalRequired);
        Refused(Request() with { Lines = [] }, RejectionCode.InvalidValue);
        Refused(Request() with { Lines = default }, RejectionCode.InvalidValue);
        Refused(Request() with { Lines = [.. Enumerable.Repeat(new OrderLineRequest(new Sku("mug"), 1), 1_001)] }, RejectionCode.InvalidValue);
        Refused(Line("mug", 0), RejectionCode.InvalidQuantity);
        Refused(Line("mug", -1), RejectionCode.InvalidQuantity);
        Refused(Line("mug", 100_001), RejectionCode.InvalidQuantity);
        Refused(Line("jug", 1), RejectionCode.UnknownProduct);
        Refused(Line("old", 1), RejectionCode.ProductInactive);
        Refused(Line("odd", 1), RejectionCode.UnknownTaxRate);
        Refused(Line("foreign", 1), RejectionCode.WrongCurrency);
        Refused(Line("mug", 1, new(new Money(1, new Currency("EUR")), "why")), RejectionCode.WrongCurrency);
        Refused(Line("mug", 1, new(Gbp(-1), "why")), RejectionCode.InvalidValue);
        Refused(Line("mug", 1, new(Gbp(1), "")), RejectionCode.InvalidValue);
        Refused(Line("mug", 2, new(Gbp(Limits.AmountMax), "why")), RejectionCode.AmountTooLarge);
        Refused(Line("mug", 1, new(Gbp(long.MaxValue), "why")), RejectionCode.AmountTooLarge);
        Refused(
            Request() with { Lines = [.. Enumerable.Repeat(new OrderLineRequest(new Sku("mug"), 1, new(Gbp(Limits.AmountMax), "why")), 2)] },
            RejectionCode.AmountTooLarge);
        Refused(Request() with { Tender = Gbp(4_029) }, RejectionCode.TenderTooSmall);
        Refused(Request() with { Tender = new Money(5_000, new Currency("EUR")) }, RejectionCode.WrongCurrency);
        Refused(Request() with { Tender = Gbp(-1) }, RejectionCode.InvalidValue);
        Refused(Request() with { Till = new TillId("till-9") }, RejectionCode.UnknownTill);
        Given().When(Place(Request(), _ => null)).Refused(RejectionCode.UnknownStore);
    }

    [Fact]
    public void Exactly_the_total_is_enough() => Assert.Single(Given().When(Place(Request() with { Tender = Gbp(4_030) })).Events);

    [Fact]
    public void Money_that_is_taken_makes_a_cancel_a_return()
    {
        var refused = Given(Placed, Reserved, Paid).When(What("cancel")).Refused(RejectionCode.IllegalTransition);
        Assert.Contains("return", refused.Detail, StringComparison.Ordinal);
        Given(Placed).When(What("cancel")).Then(CancelledByTill);
    }

    [Theory]
    [InlineData(RejectionCode.UnknownHold, true)]
    [InlineData(RejectionCode.OperationTooLate, true)]
    [InlineData(RejectionCode.HoldEnded, false)]
    [InlineData(RejectionCode.HoldNotOwned, false)]
    [InlineData(RejectionCode.UnknownProduct, false)]
    [InlineData(RejectionCode.JournalFull, false)]
    public void A_hold_that_stock_has_forgotten_has_ended_and_no_other_refusal_is_an_end(RejectionCode answer, bool ended) =>
        Assert.Equal(ended, OrderSaga.JudgeEnd(new Outcome<HoldView>(null, new(answer, "No."))) is null);

    private static Scenario<OrderState, OrderEvent> Given(params ReadOnlySpan<OrderEvent> events) => new(OrderJournal.Aggregate, events);

    private static void Refused(PlaceOrder asked, RejectionCode code) => Given().When(Place(asked)).Refused(code);

    private static PlaceOrder Line(string sku, int quantity, PriceOverride? price = null) =>
        Request() with { Lines = [new(new Sku(sku), quantity, price)], Tender = Gbp(Limits.AmountMax) };

    private static PlaceOrder Request() => new(
        Asked, London, Till,
        [new(new Sku("mug"), 6, new(Gbp(255), "old stock")), new(new Sku("cup"), 7), new(new Sku("post"), 1)],
        Gbp(5_000), null, TimeSpan.Zero);

    private static Func<OrderState, Decision<OrderEvent>> Place(PlaceOrder asked, Func<StoreView, StoreView?>? store = null) =>
        state => Order.Place(
            state, asked, new(store is null ? Catalogue.London : store(Catalogue.London), Catalogue.Products), null, SalePolicy.Default, Now);

    private static Func<OrderState, Decision<OrderEvent>> Fact(OrderFact fact) => state => OrderSaga.Decide(state, fact);

    private static Func<OrderState, Decision<OrderEvent>> What(string what) => what switch
    {
        "place" => Place(Request()),
        "place otherwise" => Place(Request() with { Operation = Asked with { Fingerprint = "other" } }),
        "cancel" => state => Order.Cancel(state, new(Asked, "changed their mind"), Now),
        "cancel otherwise" => state => Order.Cancel(state, new(Asked with { Fingerprint = "other" }, "another reason"), Now),
        "cancel without a reason" => state => Order.Cancel(state, new(Asked with { Id = "k2" }, " "), Now),
        "held" => Fact(new OrderFact.StockAnswered([], Now)),
        "refused" => Fact(new OrderFact.StockAnswered([NoCup], Now)),
        "committed" => Fact(new OrderFact.StockCommitted()),
        _ => Fact(new OrderFact.StockReleased()),
    };

    /// <summary>A store and products to price against.</summary>
    internal static class Catalogue
    {
        public static StoreView London { get; } = new(
            Shopkeeper.London, "London", "Soho", "shop", Pounds, "Europe/London", true,
            ImmutableSortedDictionary.CreateRange(
                StringComparer.Ordinal, [KeyValuePair.Create("standard", 2_000), KeyValuePair.Create("reduced", 500)]),
            [Till], null, 1);

        public static IReadOnlyDictionary<Sku, ProductView> Products { get; } = new[]
        {
            Product("mug", "Mug", 300), Product("cup", "Cup", 100) with { TaxClass = "reduced" },
            Product("post", "Postage", 1_800) with { Kind = ProductKind.Service }, Product("old", "Old", 1) with { Active = false },
            Product("odd", "Odd", 1) with { TaxClass = "odd" }, Product("foreign", "Foreign", 1) with { Price = new Money(1, new Currency("EUR")) },
        }.ToDictionary(product => product.Sku);

        private static ProductView Product(string sku, string name, long price) =>
            new(new Sku(sku), name, "", "", Gbp(price), "standard", ProductKind.Goods, true, 1);
    }
}
