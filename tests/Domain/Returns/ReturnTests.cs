using Pos.Grains;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>The rules of a return and its saga, as events.</summary>
public sealed class ReturnTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Operation Asked = new("k1", "f1", Now.AddDays(1), "ann", ApprovedBy: "boss");

    private static readonly ReturnEvent Accepted = new ReturnEvent.Accepted(
        London, Till, OperationKey.Of(Asked),
        [
            new(1, new Sku("mug"), "Mug", ProductKind.Goods, 2, 255, 2_000, Disposition.Restock, 425, 85, 510),
            new(2, new Sku("cup"), "Cup", ProductKind.Goods, 1, 100, 500, Disposition.WriteOff, 95, 5, 100),
            new(3, new Sku("post"), "Postage", ProductKind.Service, 1, 1_800, 2_000, Disposition.Restock, 1_500, 300, 1_800),
        ],
        true, Gbp(2_020), Gbp(390), Gbp(2_410), "faulty", Now, Now, ApprovedBy: "boss", TakenBy: "ann");

    private static readonly ReturnEvent Completed = new ReturnEvent.Completed(Gbp(2_410));

    [Fact]
    public void A_return_is_priced_when_it_is_accepted() => Given().When(Place(Request())).Then(Accepted);

    [Fact]
    public void When_the_goods_are_on_the_shelf_the_refund_is_recorded() =>
        Given(Accepted).When(state => ReturnSaga.Decide(state, new ReturnFact.StockRestocked())).Then(Completed);

    [Fact]
    public void Only_goods_that_can_be_sold_again_go_back_on_the_shelf() =>
        Assert.Equal(1, Assert.Single(ReturnSaga.ListRestocked((ReturnEvent.Accepted)Accepted)));

    [Fact]
    public void What_is_owed_follows_from_what_is_durable()
    {
        Assert.Equal(ReturnDebt.Nothing, ReturnSaga.Owed(Given().State));
        Assert.Equal(ReturnDebt.Restock, ReturnSaga.Owed(Given(Accepted).State));
        Assert.Equal(ReturnDebt.Nothing, ReturnSaga.Owed(Given(Accepted, Completed).State));
    }

    [Fact]
    public void A_return_in_any_state_meets_any_command_and_any_fact()
    {
        var other = Request() with { Operation = Asked with { Fingerprint = "other" } };
        Given().When(state => ReturnSaga.Decide(state, new ReturnFact.StockRestocked())).ThenNothing();
        Given(Accepted).When(Place(Request())).ThenNothing();
        Given(Accepted).When(Place(other)).Refused(RejectionCode.OperationReused);
        Given(Accepted, Completed).When(Place(Request())).ThenNothing();
        Given(Accepted, Completed).When(Place(other)).Refused(RejectionCode.OperationReused);
        Given(Accepted, Completed).When(state => ReturnSaga.Decide(state, new ReturnFact.StockRestocked())).ThenNothing();
    }

    [Fact]
    public void What_is_no_longer_sold_can_still_come_back() => Assert.Single(Given().When(Place(Line("old", 1))).Events);

    [Fact]
    public void What_cannot_come_back_is_refused_by_name()
    {
        Refused(Request() with { Operation = Asked with { ApprovedBy = "" } }, RejectionCode.ApprovalRequired);
        Refused(Request() with { Lines = [] }, RejectionCode.InvalidValue);
        Refused(Request() with { Reason = " " }, RejectionCode.InvalidValue);
        Refused(Request() with { OccurredAt = Now.AddMinutes(1) }, RejectionCode.TimeInFuture);
        Refused(Request() with { OccurredAt = DateTimeOffset.UnixEpoch }, RejectionCode.InvalidValue);
        Refused(Request() with { Till = new TillId("till-9") }, RejectionCode.UnknownTill);
        Refused(Line("mug", 0), RejectionCode.InvalidQuantity);
        Refused(Line("jug", 1), RejectionCode.UnknownProduct);
        Refused(Line("odd", 1), RejectionCode.UnknownTaxRate);
        Refused(Line("mug", 1, new Money(1, new Currency("EUR"))), RejectionCode.WrongCurrency);
        Refused(Line("mug", 1, Gbp(-1)), RejectionCode.InvalidValue);
        Refused(Line("mug", 2, Gbp(Limits.AmountMax)), RejectionCode.AmountTooLarge);
        Refused(Line("mug", 1) with { Lines = [new(new Sku("mug"), 1, null, 0)] }, RejectionCode.InvalidValue);
    }

    private static Scenario<ReturnState, ReturnEvent> Given(params ReadOnlySpan<ReturnEvent> events) => new(ReturnJournal.Aggregate, events);

    private static void Refused(PlaceReturn asked, RejectionCode code) => Given().When(Place(asked)).Refused(code);

    private static PlaceReturn Line(string sku, int quantity, Money? price = null) =>
        Request() with { Lines = [new(new Sku(sku), quantity, price, Disposition.Restock)] };

    private static PlaceReturn Request() => new(
        Asked, London, Till,
        [
            new(new Sku("mug"), 2, Gbp(255), Disposition.Restock), new(new Sku("cup"), 1, null, Disposition.WriteOff),
            new(new Sku("post"), 1, null, Disposition.Restock),
        ],
        "faulty", null, TimeSpan.Zero);

    private static Func<ReturnState, Decision<ReturnEvent>> Place(PlaceReturn asked) => state => Return.Decide(
        state, new ReturnCommand.Place(asked, OrderTests.Catalogue.London, OrderTests.Catalogue.Products, Now));
}
