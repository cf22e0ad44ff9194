using Pos.Grains;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>The rules of a cart and of what it does by itself, as events.</summary>
public sealed class CartTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly CartId Id = new(OrderNumber(7).Value);
    private static readonly OrderLine TwoMugs = new(1, new Sku("mug"), "Mug", ProductKind.Goods, 2, 300, 300, 2_000, 500, 100, 600);

    private static readonly CartEvent Opened = new CartEvent.Opened(London, Till, Key("open"), Pounds, Now);
    private static readonly CartEvent Added = new CartEvent.LineAdded(Key("add"), TwoMugs, Now);
    private static readonly CartEvent Changed = new CartEvent.LineChanged(Key("change"), 1, 3, 750, 150, 900, Now);
    private static readonly CartEvent Removed = new CartEvent.LineRemoved(Key("remove"), 1, Now);
    private static readonly CartEvent Repriced = new CartEvent.Repriced(Key("refresh"), [], Now);
    private static readonly Annotations Words = new("web-4711", "Wrap it as a present.", "customer-12", new([new("country", "DE")]));
    private static readonly CartEvent Annotated = new CartEvent.Annotated(Key("annotate"), Now, Words);
    private static readonly CartEvent Parked = new CartEvent.Parked(Key("park"), "blue coat", Now);
    private static readonly CartEvent Resumed = new CartEvent.Resumed(Key("resume"), Till, Now);
    private static readonly CartEvent Cancelled = new CartEvent.Cancelled("changed their mind", Now, null, Key("cancel"));
    private static readonly CartEvent Abandoned = new CartEvent.Cancelled("Nobody came back for it.", Now, CartEnd.Abandoned);
    private static readonly CartEvent HandedOver = new CartEvent.HandedOver();

    private static readonly CartEvent CheckedOut = new CartEvent.CheckedOut(
        Key("checkout"), OrderId.Of(Id), new(London, Till, [TwoMugs], true, Gbp(500), Gbp(100), Gbp(600), Gbp(1_000), Now, Cart: Id, SoldBy: "ann"), Now);

    private static readonly Dictionary<string, CartEvent> Events = new(StringComparer.Ordinal)
    {
        ["open"] = Opened,
        ["add"] = Added,
        ["change"] = Changed,
        ["remove"] = Removed,
        ["refresh"] = Repriced,
        ["annotate"] = Annotated,
        ["park"] = Parked,
        ["resume"] = Resumed,
        ["cancel"] = Cancelled,
        ["checkout"] = CheckedOut,
        ["handed over"] = HandedOver,
        ["time passed"] = Abandoned,
    };

    // One row for each cell: what a cart in a state says to a command; a name is the event it journals, "-" nothing, anything else a refusal.
    public static TheoryData<string, string, string> Cells()
    {
        var all = new TheoryData<string, string, string>();
        string[] commands = ["open", "add", "change", "remove", "refresh", "annotate", "park", "resume", "cancel", "checkout", "handed over", "time passed"];
        var table = new Dictionary<string, string[]>
        {
            [""] = ["open", Un, Un, Un, Un, Un, Un, Un, Un, Un, "-", "-"],
            ["open"] = ["-", "add", NoLine, NoLine, "refresh", "annotate", "park", No, "cancel", "CartEmpty", "-", "time passed"],
            ["open,add"] = ["-", "-", "change", "remove", "refresh", "annotate", "park", No, "cancel", "checkout", "-", "time passed"],
            ["open,add,park"] = ["-", "-", No, No, No, "annotate", "-", "resume", "cancel", No, "-", "time passed"],
            ["open,add,checkout"] = ["-", "-", No, No, No, No, No, No, No, "-", "handed over", "-"],
            ["open,add,checkout,handed over"] = ["-", "-", No, No, No, No, No, No, No, "-", "-", "-"],
            ["open,add,cancel"] = ["-", "-", No, No, No, No, No, No, "-", No, "-", "-"],
            ["open,add,time passed"] = ["-", "-", No, No, No, No, No, No, "-", No, "-", "-"],
        };
        foreach (var (given, answers) in table)
        {
            for (var i = 0; i < commands.Length; i++)
            {
                all.Add(given, commands[i], answers[i]);
            }
        }

        return all;
    }

    private const string Un = "UnknownCart";
    private const string No = "IllegalTransition";
    private const string NoLine = "UnknownLine";

    [Theory, MemberData(nameof(Cells))]
    public void A_cart_in_any_state_meets_any_command_and_any_fact(string given, string command, string answer)
    {
        var scenario = Given([.. given.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => Events[name])]);
        var verdict = scenario.When(What(command));
        if (answer == "-")
        {
            verdict.ThenNothing();
        }
        else if (Events.TryGetValue(answer, out var happened))
        {
            verdict.Then(happened);
        }
        else
        {
            verdict.Refused(Enum.Parse<RejectionCode>(answer));
        }
    }

    [Fact]
    public void The_same_key_for_something_else_is_refused_whatever_the_state()
    {
        foreach (var given in (CartEvent[][])[[Opened, Added], [Opened, Added, Parked], [Opened, Added, CheckedOut], [Opened, Added, Cancelled]])
        {
            Given(given).When(What("add", "other")).Refused(RejectionCode.OperationReused);
            Given(given).When(What("open", "other")).Refused(RejectionCode.OperationReused);
        }
    }

    [Fact]
    public void Another_key_with_the_same_sale_is_the_same_order_and_with_another_sale_it_is_refused()
    {
        var other = Asked("another key");
        Given(Opened, Added, CheckedOut).When(CheckOut(other, 1_000)).ThenNothing();
        Given(Opened, Added, CheckedOut).When(CheckOut(other with { Fingerprint = "other" }, 2_000)).Refused(RejectionCode.IllegalTransition);
    }

    [Fact]
    public void What_is_owed_follows_from_what_is_durable()
    {
        Assert.Equal(CartDebt.Nothing, CartSaga.Owed(Given(Opened, Added).State));
        Assert.Equal(CartDebt.HandOver, CartSaga.Owed(Given(Opened, Added, CheckedOut).State));
        Assert.Equal(CartDebt.Nothing, CartSaga.Owed(Given(Opened, Added, CheckedOut, HandedOver).State));
        Assert.Equal(CartDebt.Nothing, CartSaga.Owed(Given(Opened, Added, Cancelled).State));
    }

    [Fact]
    public void An_order_from_a_cart_takes_the_carts_numbers_without_the_gaps()
    {
        var cup = new OrderLine(2, new Sku("cup"), "Cup", ProductKind.Goods, 1, 100, 100, 500, 95, 5, 100);
        var done = Given(Opened, Added, new CartEvent.LineAdded(Key("add 2"), cup, Now), Removed).When(CheckOut(Asked("checkout"), 1_000));
        var sold = Assert.IsType<CartEvent.CheckedOut>(Assert.Single(done.Events));
        Assert.Equal((1, 100, Id), (Assert.Single(sold.Sale.Lines).Line, sold.Sale.Gross.Amount, sold.Sale.Cart));
        var after = Given(Opened, Added, Removed).When(state => Cart.Decide(state, Add(new(Asked("add 2"), new Sku("cup"), null, 1))));
        Assert.Equal(2, Assert.IsType<CartEvent.LineAdded>(Assert.Single(after.Events)).Line.Line);
        Given(Opened, Added, Removed).When(state => Cart.Decide(state, new CartCommand.Remove(new(Asked("again"), 1), Now))).ThenNothing();
    }

    [Fact]
    public void Another_price_needs_a_manager_and_the_order_names_them()
    {
        var cheap = new AddCartLine(Asked("add"), new Sku("mug"), null, 2, new(Gbp(100), "dented"));
        Refused(cheap, RejectionCode.ApprovalRequired);
        var approved = cheap with { Operation = Asked("add") with { ApprovedBy = "anna" } };
        var added = (CartEvent.LineAdded)Assert.Single(Given(Opened).When(state => Cart.Decide(state, Add(approved))).Events);
        Assert.Equal(("anna", 100, "dented"), (added.ApprovedBy, added.Line.UnitPrice, added.Line.OverrideReason));
        var sold = (CartEvent.CheckedOut)Assert.Single(Given(Opened, added).When(CheckOut(Asked("checkout"), 1_000)).Events);
        Assert.Equal(("anna", 200), (sold.Sale.ApprovedBy, sold.Sale.Gross.Amount));
    }

    [Fact]
    public void What_does_not_come_to_what_was_shown_is_not_sold()
    {
        var shown = TwoMugs with { UnitPrice = 250, ListPrice = 250, Net = 417, Tax = 83, Gross = 500 };
        var given = Given(Opened, new CartEvent.LineAdded(Key("add"), shown, Now));
        given.When(CheckOut(Asked("checkout"), 1_000)).Refused(RejectionCode.PriceChanged);
        var refreshed = given.When(What("refresh")).Then(new CartEvent.Repriced(Key("refresh"), [TwoMugs], Now));
        Assert.Single(refreshed.When(CheckOut(Asked("checkout"), 1_000)).Events);
        Given(Opened, Added).When(CheckOut(Asked("checkout"), 1_000, expected: 599)).Refused(RejectionCode.PriceChanged);
        Assert.Single(Given(Opened, Added).When(CheckOut(Asked("checkout"), 1_000, expected: 600)).Events);
    }

    [Fact]
    public void What_cannot_be_put_in_is_refused_by_name()
    {
        var mug = new AddCartLine(Asked("add"), new Sku("mug"), null, 1);
        Refused(mug with { Sku = null }, RejectionCode.InvalidValue);
        Refused(mug with { Code = "x" }, RejectionCode.InvalidValue);
        Refused(mug with { Quantity = 0 }, RejectionCode.InvalidQuantity);
        Refused(mug with { Quantity = 100_001 }, RejectionCode.InvalidQuantity);
        Refused(mug with { Sku = new Sku("jug") }, RejectionCode.UnknownProduct);
        Refused(mug with { Sku = new Sku("old") }, RejectionCode.ProductInactive);
        Refused(mug with { Sku = new Sku("odd") }, RejectionCode.UnknownTaxRate);
        Refused(mug with { Sku = new Sku("foreign") }, RejectionCode.WrongCurrency);
        var code = new AddCartLine(Asked("add"), null, "2112345005126", 1);
        Refused(code, RejectionCode.InvalidBarcode, new("x y", null));
        Refused(code, RejectionCode.UnknownBarcode, new("x", new Barcode("x")));
        Refused(code, RejectionCode.InvalidBarcode, new("x", new Barcode("x"), new Sku("mug"), null, IsBare: true));
        var weighed = Given(Opened).When(state => Cart.Decide(
            state, Add(code, new("x", Barcode.Parse(code.Code!, null), new Sku("mug"), new(EmbeddedKind.Weight, 500)))));
        Assert.Equal((150, 300), Assert.IsType<CartEvent.LineAdded>(Assert.Single(weighed.Events)) is var e ? (e.Line.UnitPrice, e.Line.ListPrice) : default);
    }

    [Fact]
    public void The_order_takes_the_words_over_that_the_cart_has_at_its_checkout()
    {
        var renamed = new CartEvent.Annotated(Key("again"), Now, Words with { Reference = "web-4712" });
        var sold = (CartEvent.CheckedOut)Assert.Single(Given(Opened, Added, Annotated, renamed).When(CheckOut(Asked("checkout"), 1_000)).Events);
        Assert.Equal(Words with { Reference = "web-4712" }, sold.Sale.Annotations);
        var cleared = new CartEvent.Annotated(Key("again"), Now);
        Assert.Null(((CartEvent.CheckedOut)Assert.Single(Given(Opened, Added, Annotated, cleared).When(CheckOut(Asked("checkout"), 1_000)).Events)).Sale.Annotations);
    }

    [Fact]
    public void A_cart_has_its_limits()
    {
        CartEvent[] full = [Opened, .. Enumerable.Range(1, 1_000).Select(n => new CartEvent.LineAdded(Key($"add {n}"), TwoMugs with { Line = n }, Now))];
        Given(full).When(What("add")).Refused(RejectionCode.InvalidValue);
        Given(Opened).When(state => Cart.Decide(state, new CartCommand.Park(new(Asked("park"), new string('x', 101)), Now))).Refused(RejectionCode.InvalidValue);
        CartEvent[] busy = [Opened, Added, .. Enumerable.Range(1, Limits.RememberedPerCartMax).Select(n => Changed is CartEvent.LineChanged c ? c with { Operation = Key($"c{n}") } : Changed)];
        Given(busy).When(What("change")).Refused(RejectionCode.TooManyPending);
    }

    [Fact]
    public void A_cart_is_given_up_when_nobody_has_touched_it_for_its_time()
    {
        var day = TimeSpan.FromHours(24);
        Given(Opened).When(state => CartSaga.Decide(state, new CartFact.TimePassed(day, Now + day - TimeSpan.FromTicks(1)))).ThenNothing();
        Given(Opened, Added).When(state => CartSaga.Decide(state, new CartFact.TimePassed(day, Now + day)))
            .Then(new CartEvent.Cancelled("Nobody came back for it.", Now + day, CartEnd.Abandoned));
    }

    private static Scenario<CartState, CartEvent> Given(params ReadOnlySpan<CartEvent> events) => new(CartJournal.Aggregate, events);

    private static void Refused(AddCartLine asked, RejectionCode code, Scanned? scanned = null) =>
        Given(Opened).When(state => Cart.Decide(state, Add(asked, scanned))).Refused(code);

    private static CartCommand.Add Add(AddCartLine asked, Scanned? scanned = null) =>
        new(asked, scanned, OrderTests.Catalogue.London, OrderTests.Catalogue.Products, Now);

    private static Operation Asked(string id, string fingerprint = "f") => new(id, fingerprint, Now.AddDays(1), "ann");

    private static OperationKey Key(string id) => OperationKey.Of(Asked(id));

    private static Func<CartState, Decision<CartEvent>> CheckOut(Operation operation, long cash, long? expected = null) => state => Cart.Decide(
        state,
        new CartCommand.CheckOut(
            new(operation, Gbp(cash), expected is { } total ? Gbp(total) : null, null, TimeSpan.Zero),
            Id, OrderTests.Catalogue.London, OrderTests.Catalogue.Products, null, Now));

    private static Func<CartState, Decision<CartEvent>> What(string what, string fingerprint = "f")
    {
        var asked = Asked(what, fingerprint);
        var (store, products) = (OrderTests.Catalogue.London, OrderTests.Catalogue.Products);
        return what switch
        {
            "open" => state => Cart.Decide(state, new CartCommand.Open(new(asked, London, Till), store, default, products, Now)),
            "add" => state => Cart.Decide(state, Add(new(asked, new Sku("mug"), null, 2))),
            "change" => state => Cart.Decide(state, new CartCommand.Change(new(asked, 1, 3), store, Now)),
            "remove" => state => Cart.Decide(state, new CartCommand.Remove(new(asked, 1), Now)),
            "refresh" => state => Cart.Decide(state, new CartCommand.Refresh(new(asked), store, products, Now)),
            "annotate" => state => Cart.Decide(state, new CartCommand.Annotate(new(asked, Words), Now)),
            "park" => state => Cart.Decide(state, new CartCommand.Park(new(asked, "blue coat"), Now)),
            "resume" => state => Cart.Decide(state, new CartCommand.Resume(new(asked, Till), store, Now)),
            "cancel" => state => Cart.Decide(state, new CartCommand.Cancel(new(asked, "changed their mind"), Now)),
            "checkout" => CheckOut(asked, 1_000),
            "handed over" => state => CartSaga.Decide(state, new CartFact.HandedOver()),
            _ => state => CartSaga.Decide(state, new CartFact.TimePassed(TimeSpan.Zero, Now)),
        };
    }
}
