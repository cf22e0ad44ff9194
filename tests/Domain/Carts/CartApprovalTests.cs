using System.Collections.Immutable;
using Pos.Grains;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>A manager's word for a price covers one line, so many pieces, for an hour: every way on which a price travels further asks again.</summary>
public sealed class CartApprovalTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly CartId Id = new(OrderNumber(7).Value);
    private static readonly OrderLine OneCheapMug = new(1, new Sku("mug"), "Mug", ProductKind.Goods, 1, 300, 6, 2_000, 5, 1, 6, "dented");

    private static readonly CartEvent Opened = new CartEvent.Opened(London, Till, Key("open"), Pounds, Now);
    private static readonly CartEvent Added = new CartEvent.LineAdded(Key("add"), OneCheapMug, Now, "anna");

    [Fact]
    public void More_pieces_take_another_word_and_the_event_says_whose()
    {
        Given(Opened, Added).When(Change(500)).Refused(RejectionCode.ApprovalRequired);
        Given(Opened, Added).When(Change(2)).Refused(RejectionCode.ApprovalRequired);
        var raised = (CartEvent.LineChanged)Assert.Single(Given(Opened, Added).When(Change(500, "berta", Now.AddMinutes(5))).Events);
        Assert.Equal(("berta", 500), (raised.ApprovedBy, raised.Quantity));
        var line = Given(Opened, Added, raised).State.Lines[1];
        Assert.Equal(("berta", new PriceApproval("berta", 500, Now.AddMinutes(5))), (line.ApprovedBy!, line.Line.Approval!));
    }

    [Fact]
    public void Fewer_pieces_take_none_and_the_word_shrinks_with_them()
    {
        var raised = (CartEvent.LineChanged)Assert.Single(Given(Opened, Added).When(Change(10, "berta")).Events);
        var lowered = (CartEvent.LineChanged)Assert.Single(Given(Opened, Added, raised).When(Change(3)).Events);
        Assert.Null(lowered.ApprovedBy);
        Assert.Equal(new PriceApproval("berta", 3, Now), Given(Opened, Added, raised, lowered).State.Lines[1].Line.Approval);
        Given(Opened, Added, raised, lowered).When(Change(10)).Refused(RejectionCode.ApprovalRequired);
    }

    [Fact]
    public void A_line_at_the_list_price_grows_without_anybodys_word()
    {
        var list = new CartEvent.LineAdded(Key("add"), OneCheapMug with { UnitPrice = 300, Net = 250, Tax = 50, Gross = 300, OverrideReason = null }, Now);
        Assert.Null(((CartEvent.LineChanged)Assert.Single(Given(Opened, list).When(Change(500)).Events)).ApprovedBy);
    }

    [Theory]
    [InlineData(0, "", true)]
    [InlineData(60, "", true)]
    [InlineData(61, "", false)]
    [InlineData(61, "berta", true)]
    public void A_price_is_sold_within_the_hour_or_with_another_word(int minutes, string approver, bool sells)
    {
        var done = Given(Opened, Added).When(CheckOut(Now.AddMinutes(minutes), approver));
        if (!sells)
        {
            done.Refused(RejectionCode.ApprovalRequired);
            return;
        }

        var sale = ((CartEvent.CheckedOut)Assert.Single(done.Events)).Sale;
        var expected = minutes > 60 ? new PriceApproval("berta", 1, Now.AddMinutes(minutes)) : new PriceApproval("anna", 1, Now);
        Assert.Equal(expected, sale.Lines[0].Approval);
        Assert.Equal(expected.By, sale.ApprovedBy);
    }

    [Fact]
    public void Neither_parking_nor_another_till_nor_new_prices_make_the_hour_longer()
    {
        var later = Now.AddMinutes(59);
        CartEvent[] given =
        [
            Opened, Added, new CartEvent.Parked(Key("park"), "blue coat", later), new CartEvent.Resumed(Key("resume"), Till, later),
            new CartEvent.Repriced(Key("refresh"), [OneCheapMug with { ListPrice = 310 }], later), new CartEvent.LineChanged(Key("c"), 1, 1, 5, 1, 6, later),
        ];
        Assert.Equal(new PriceApproval("anna", 1, Now), Given(given).State.Lines[1].Line.Approval);
        Given(given).When(CheckOut(Now.AddMinutes(61), "")).Refused(RejectionCode.ApprovalRequired);
    }

    [Fact]
    public void A_copy_takes_another_word_for_all_other_prices()
    {
        var source = new CartView(
            new(OrderNumber(8).Value), London, Till, CartStatus.CheckedOut, null,
            [new(1, new Sku("mug"), "Mug", 1, Gbp(300), Gbp(6), "dented", 2_000, new(Gbp(5), Gbp(1), Gbp(6)), ApprovedBy: "anna")],
            new(Gbp(5), Gbp(1), Gbp(6)), OrderNumber(9), null, null, Now, Now, [], 3);
        Given().When(Copy(source, "")).Refused(RejectionCode.ApprovalRequired);
        var opened = (CartEvent.Opened)Assert.Single(Given().When(Copy(source, "berta")).Events);
        Assert.Equal("berta", Assert.Single(opened.Lines!.Value).ApprovedBy);
        Assert.Equal(new PriceApproval("berta", 1, Now), Given(opened).State.Lines[1].Line.Approval);
        var atTheList = source with { Lines = [source.Lines[0] with { UnitPrice = Gbp(300), OverrideReason = null, ApprovedBy = null }] };
        Assert.Null(Assert.Single(((CartEvent.Opened)Assert.Single(Given().When(Copy(atTheList, "")).Events)).Lines!.Value).ApprovedBy);
    }

    private static Scenario<CartState, CartEvent> Given(params ReadOnlySpan<CartEvent> events) => new(CartJournal.Aggregate, events);

    private static OperationKey Key(string id) => new(id, "f", Now.AddDays(1));

    private static Operation Asked(string id, string approvedBy) => new(id, "f", Now.AddDays(1), "ann", ApprovedBy: approvedBy);

    private static Func<CartState, Decision<CartEvent>> Change(int quantity, string approvedBy = "", DateTimeOffset? now = null) => state => Cart.Decide(
        state, new CartCommand.Change(new(Asked($"change to {quantity} of {state.Lines[1].Line.Quantity}", approvedBy), 1, quantity), OrderTests.Catalogue.London, now ?? Now));

    private static Func<CartState, Decision<CartEvent>> CheckOut(DateTimeOffset now, string approvedBy) => state => Cart.Decide(
        state,
        new CartCommand.CheckOut(
            new(Asked("checkout", approvedBy), Gbp(1_000), null, null, TimeSpan.Zero), Id, OrderTests.Catalogue.London, OrderTests.Catalogue.Products, null, now));

    private static Func<CartState, Decision<CartEvent>> Copy(CartView source, string approvedBy) => state => Cart.Decide(
        state,
        new CartCommand.Open(
            new(Asked("open", approvedBy), London, Till, source.Id), OrderTests.Catalogue.London, (source, Cancelled), OrderTests.Catalogue.Products, Now));

    private static OrderView Cancelled => new(
        OrderNumber(9), London, Till, OrderStatus.Cancelled, true, [], new(Gbp(5), Gbp(1), Gbp(6)), [], null, null, null, null, Now, Now, [], [], 4);
}
