using System.Collections.Immutable;
using Pos.Grains;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>The rules of a store.</summary>
public sealed class StoreTests
{
    private static readonly StoreDetails Shop = new(
        "London", "Soho", "shop", Pounds, "Europe/London", true,
        ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("standard", 2_000)]), [Till]);

    private static readonly StoreEvent Defined = new StoreEvent.Defined(
        "London", "Soho", "shop", Pounds, "Europe/London", true, Shop.TaxRates, Shop.Tills);

    [Fact]
    public void A_store_is_defined_and_the_same_again_changes_nothing()
    {
        Given().When(Define(Shop)).Then(Defined);
        Given(Defined).When(Define(Shop with { Tills = [.. Shop.Tills], TaxRates = Shop.TaxRates.Remove("standard").Add("standard", 2_000) })).ThenNothing();
    }

    [Fact]
    public void Everything_but_the_currency_may_change()
    {
        Given(Defined).When(Define(Shop with { Currency = new Currency("EUR") })).Refused(RejectionCode.CurrencyFixed);
        Given(Defined).When(Define(Shop with { Name = "Soho" })).Then(
            new StoreEvent.Defined("Soho", "Soho", "shop", Pounds, "Europe/London", true, Shop.TaxRates, Shop.Tills));
    }

    [Fact]
    public void What_makes_no_store_is_refused_by_name()
    {
        Refused(Shop with { Name = " " });
        Refused(Shop with { District = new string('x', 201) });
        Refused(Shop with { Currency = new Currency("XXX") });
        Refused(Shop with { Currency = default });
        Refused(Shop with { TimeZone = "Mars/Olympus" });
        Refused(Shop with { TimeZone = "GMT Standard Time" });
        Refused(Shop with { TaxRates = Shop.TaxRates.SetItem("standard", -1) });
        Refused(Shop with { TaxRates = Shop.TaxRates.SetItem("standard", 10_001) });
        Refused(Shop with { TaxRates = Shop.TaxRates.SetItem("No Code", 1) });
        Refused(Shop with { Tills = [] });
        Refused(Shop with { Tills = default });
        Refused(Shop with { Tills = [Till, Till] });
        Refused(Shop with { Tills = [.. Enumerable.Range(0, 1_001).Select(number => new TillId($"till-{number}"))] });
    }

    [Fact]
    public void A_key_defines_once_whatever_was_defined_since()
    {
        Operation Keyed(string id, string fingerprint = "f") => new(id, fingerprint, DateTimeOffset.UnixEpoch.AddHours(1), Keyed: true);
        Func<StoreState, Decision<StoreEvent>> Defines(Operation operation, StoreDetails details) =>
            state => Store.Decide(state, new StoreCommand.Define(new(operation, details), DateTimeOffset.UnixEpoch));

        var first = (StoreEvent.Defined)Defined with { Operation = OperationKey.Of(Keyed("k1")) };
        Given().When(Defines(Keyed("k1"), Shop)).Then(first);
        Given(Defined).When(Defines(Keyed("k1"), Shop)).Then(first);
        Given(first, Defined).When(Defines(Keyed("k1"), Shop)).ThenNothing();
        Given(first, Defined).When(Defines(Keyed("k1", "other"), Shop)).Refused(RejectionCode.OperationReused);
        Assert.Equal(0, Store.Tidy(Given(first).State, DateTimeOffset.UnixEpoch.AddHours(2), 10).Operations.Count);
    }

    private static void Refused(StoreDetails details) => Given().When(Define(details)).Refused(RejectionCode.InvalidValue);

    private static Scenario<StoreState, StoreEvent> Given(params ReadOnlySpan<StoreEvent> events) => new(StoreJournal.Aggregate, events);

    private static Func<StoreState, Decision<StoreEvent>> Define(StoreDetails details) =>
        state => Store.Decide(state, new StoreCommand.Define(new(new("d", "f", DateTimeOffset.UnixEpoch), details), DateTimeOffset.UnixEpoch));
}
