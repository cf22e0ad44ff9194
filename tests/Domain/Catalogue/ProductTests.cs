using Pos.Grains;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>The rules of the catalogue.</summary>
public sealed class ProductTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ProductDetails Mug = new("Mug", "White", "Kitchen", Gbp(255), "standard", ProductKind.Goods, true);
    private static readonly ProductEvent Defined = new ProductEvent.Defined("Mug", "White", "Kitchen", Gbp(255), "standard", ProductKind.Goods, true);

    [Fact]
    public void A_key_defines_once_whatever_was_defined_since()
    {
        Operation Keyed(string id, string fingerprint = "f") => new(id, fingerprint, Now.AddHours(1), Keyed: true);
        Func<ProductState, Decision<ProductEvent>> Defines(Operation operation, ProductDetails details) =>
            state => Product.Decide(state, new ProductCommand.Define(new(operation, details), Now));

        var first = (ProductEvent.Defined)Defined with { Operation = OperationKey.Of(Keyed("k1")) };
        Given().When(Defines(Keyed("k1"), Mug)).Then(first);
        Given(Defined).When(Defines(Keyed("k1"), Mug)).Then(first);
        Given(first, Defined).When(Defines(Keyed("k1"), Mug)).ThenNothing();
        Given(first, Defined).When(Defines(Keyed("k1", "other"), Mug)).Refused(RejectionCode.OperationReused);
        Assert.Equal(0, Product.Tidy(Given(first).State, Now.AddHours(2), 10).Operations.Count);
    }

    [Fact]
    public void A_product_is_defined_and_the_same_again_changes_nothing()
    {
        Given().When(Define(Mug)).Then(Defined);
        Given(Defined).When(Define(Mug with { Price = Gbp(300) }))
            .Then(new ProductEvent.Defined("Mug", "White", "Kitchen", Gbp(300), "standard", ProductKind.Goods, true));
    }

    [Fact]
    public void A_change_says_only_what_changes()
    {
        var changed = Given(Defined).When(Change("c1", price: Gbp(300))).Then(new ProductEvent.Changed(Key("c1"), Price: Gbp(300)));
        Assert.Equal(Mug with { Price = Gbp(300) }, changed.State.Details);
    }

    [Fact]
    public void A_repeated_change_does_not_undo_a_later_one()
    {
        var first = new ProductEvent.Changed(Key("c1"), Price: Gbp(300));
        var second = new ProductEvent.Changed(Key("c2"), Price: Gbp(400));
        Given(Defined, first, second).When(Change("c1", price: Gbp(300))).ThenNothing();
        Given(Defined, first, second).When(Change("c1", "other", Gbp(300))).Refused(RejectionCode.OperationReused);
    }

    [Fact]
    public void Changes_are_forgotten_after_their_time_and_still_refused()
    {
        var state = Given(Defined, new ProductEvent.Changed(Key("c1"), Price: Gbp(300))).State;
        var tidy = Product.Tidy(state, Now.AddHours(2), int.MaxValue);
        Assert.Equal(0, tidy.Operations.Count);
        new Scenario<ProductState, ProductEvent>(ProductJournal.Aggregate, tidy).When(Change("c1", price: Gbp(300))).Refused(RejectionCode.OperationTooLate);
    }

    [Fact]
    public void What_makes_no_product_is_refused_by_name()
    {
        Given().When(Change("c1", price: Gbp(300))).Refused(RejectionCode.UnknownProduct);
        Given().When(Define(Mug with { Name = "" })).Refused(RejectionCode.InvalidValue);
        Given().When(Define(Mug with { Name = new string('x', 201) })).Refused(RejectionCode.InvalidValue);
        Given().When(Define(Mug with { Description = new string('x', 2_001) })).Refused(RejectionCode.InvalidValue);
        Given().When(Define(Mug with { TaxClass = "Not A Code" })).Refused(RejectionCode.InvalidValue);
        Given().When(Define(Mug with { Price = Gbp(-1) })).Refused(RejectionCode.InvalidValue);
        Given().When(Define(Mug with { Price = Gbp(Limits.AmountMax + 1) })).Refused(RejectionCode.AmountTooLarge);
        Given().When(Define(Mug with { Price = default })).Refused(RejectionCode.InvalidValue);
        Given().When(Define(Mug with { Kind = 0 })).Refused(RejectionCode.InvalidValue);
        Given(Defined).When(Define(Mug with { Kind = ProductKind.Service })).Refused(RejectionCode.IllegalTransition);
        Given(Defined).When(Change("c1", price: Gbp(-1))).Refused(RejectionCode.InvalidValue);
    }

    private static OperationKey Key(string id) => new(id, "f", Now.AddHours(1));

    private static Scenario<ProductState, ProductEvent> Given(params ReadOnlySpan<ProductEvent> events) => new(ProductJournal.Aggregate, events);

    private static Func<ProductState, Decision<ProductEvent>> Define(ProductDetails details) =>
        state => Product.Decide(state, new ProductCommand.Define(new(new("d", "f", Now.AddHours(1)), details), Now));

    private static Func<ProductState, Decision<ProductEvent>> Change(string id, string fingerprint = "f", Money? price = null) =>
        state => Product.Decide(state, new ProductCommand.Change(new(new(id, fingerprint, Now.AddHours(1)), null, null, null, price, null, null), Now));
}
