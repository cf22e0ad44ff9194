using System.Collections.Immutable;
using Pos.Grains;

namespace Pos.Tests;

/// <summary>What scanners read, and whose it is.</summary>
public sealed class BarcodeTests
{
    private static readonly Operation Asked = new("b1", "f", DateTimeOffset.UnixEpoch);
    private static readonly BarcodeEvent Claimed = new BarcodeEvent.Claimed(OperationKey.Of(Asked), new Sku("mug"));
    private static readonly BarcodeEvent Released = new BarcodeEvent.Released(OperationKey.Of(Asked), new Sku("mug"));
    private static readonly ImmutableArray<EmbeddedBarcode> Rules = [new("21", EmbeddedKind.Weight, 5), new("22", EmbeddedKind.Price, 4)];

    [Theory]
    [InlineData("4006381333931", "4006381333931")]
    [InlineData("96385074", "96385074")]
    [InlineData("036000291452", "0036000291452")]
    [InlineData("0036000291452", "0036000291452")]
    [InlineData("ab-1", "ab-1")]
    [InlineData("123", "123")]
    [InlineData("12345678901234", "12345678901234")]
    public void A_code_has_one_canonical_form(string scanned, string canonical) => Assert.Equal(canonical, Barcode.Parse(scanned, null).Value);

    [Theory]
    [InlineData("4006381333932")]
    [InlineData("96385073")]
    [InlineData("036000291453")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("ä")]
    [InlineData("1234567890123456789012345678901234567890123456789")]
    public void What_is_no_code_is_refused(string scanned) => Assert.False(Barcode.TryParse(scanned, null, out _));

    [Fact]
    public void Every_wrong_digit_and_every_swap_of_unlike_neighbours_but_by_five_is_noticed()
    {
        const string Right = "4006381333931";
        for (var at = 0; at < Right.Length; at++)
        {
            for (var digit = '0'; digit <= '9'; digit++)
            {
                var bent = Right[..at] + digit + Right[(at + 1)..];
                Assert.Equal(bent == Right, Barcode.TryParse(bent, null, out _));
            }

            if (at > 0 && Right[at] != Right[at - 1])
            {
                var swapped = Right[..(at - 1)] + Right[at] + Right[at - 1] + Right[(at + 1)..];
                Assert.Equal(Math.Abs(Right[at] - Right[at - 1]) == 5, Barcode.TryParse(swapped, null, out _));
            }
        }
    }

    [Theory]
    [InlineData("2112345005126", true, "2112345000008", EmbeddedKind.Weight, 512)]
    [InlineData("2112345000008", true, "2112345000008", null, 0)]
    [InlineData("2212345005993", true, "2212340000003", EmbeddedKind.Price, 500_599)]
    [InlineData("4006381333931", false, "4006381333931", null, 0)]
    public void A_label_is_taken_apart_by_the_stores_rule(string scanned, bool fits, string item, EmbeddedKind? kind, long value)
    {
        // The check digit of what is made up here is put right first.
        var code = Barcode.WithCheckDigit(scanned[..^1]);
        Assert.Equal(fits, code.TryDecode(Rules, out var claimed, out var embedded));
        Assert.Equal(Barcode.WithCheckDigit(item[..^1]), claimed);
        Assert.Equal(kind is null ? null : new EmbeddedValue(kind.Value, value), embedded);
        Assert.False(code.TryDecode(null, out var itself, out _));
        Assert.Equal(code, itself);
    }

    [Fact]
    public void Weight_is_paid_by_the_kilogram_half_rounded_up()
    {
        Assert.Equal(1_024, EmbeddedBarcodes.UnitPrice(new(EmbeddedKind.Weight, 512), 2_000));
        Assert.Equal(1, EmbeddedBarcodes.UnitPrice(new(EmbeddedKind.Weight, 1), 500));
        Assert.Equal(0, EmbeddedBarcodes.UnitPrice(new(EmbeddedKind.Weight, 1), 499));
        Assert.Equal(512, EmbeddedBarcodes.UnitPrice(new(EmbeddedKind.Price, 512), 2_000));
    }

    [Fact]
    public void A_code_in_any_state_meets_any_command()
    {
        Given().When(Claim("mug")).Then(Claimed);
        Given().When(Claim("mug", exists: false)).Refused(RejectionCode.UnknownProduct);
        Given().When(Release).Refused(RejectionCode.UnknownBarcode);
        Given(Claimed).When(Claim("mug")).ThenNothing();
        Given(Claimed).When(Claim("cup")).Refused(RejectionCode.BarcodeTaken);
        Given(Claimed).When(Release).Then(Released);
        Given(Claimed, Released).When(Release).ThenNothing();
        Given(Claimed, Released).When(Claim("cup")).Then(new BarcodeEvent.Claimed(OperationKey.Of(Asked), new Sku("cup")));
    }

    [Fact]
    public void A_key_gives_or_takes_once_also_where_nothing_changed()
    {
        Operation Keyed(string id, string fingerprint = "f") => new(id, fingerprint, DateTimeOffset.UnixEpoch.AddHours(1), Keyed: true);
        Func<BarcodeState, Decision<BarcodeEvent>> Claims(Operation operation, string sku) =>
            state => BarcodeRules.Decide(state, new BarcodeCommand.Claim(new(operation, new Sku(sku)), true, DateTimeOffset.UnixEpoch));
        Func<BarcodeState, Decision<BarcodeEvent>> Releases(Operation operation) =>
            state => BarcodeRules.Decide(state, new BarcodeCommand.Release(new(operation), DateTimeOffset.UnixEpoch));

        var mug = new BarcodeEvent.Claimed(OperationKey.Of(Keyed("k1")), new Sku("mug"));
        var freed = new BarcodeEvent.Released(OperationKey.Of(Keyed("k2")), new Sku("mug"));
        var cup = new BarcodeEvent.Claimed(OperationKey.Of(Asked), new Sku("cup"));
        Given(mug, freed, cup).When(Claims(Keyed("k1"), "mug")).ThenNothing();
        Given(mug, freed, cup).When(Claims(Keyed("k1", "other"), "cup")).Refused(RejectionCode.OperationReused);
        Given(mug, freed, cup).When(Releases(Keyed("k2"))).ThenNothing();
        Given(mug).When(Claims(Keyed("k3"), "mug")).Then(new BarcodeEvent.Claimed(OperationKey.Of(Keyed("k3")), new Sku("mug")));
        Given(mug, freed).When(Releases(Keyed("k4"))).Then(new BarcodeEvent.Released(OperationKey.Of(Keyed("k4")), new Sku("mug")));
        var forgotten = BarcodeRules.Tidy(Given(mug, freed, cup).State, DateTimeOffset.UnixEpoch.AddHours(2), 10);
        Assert.Equal(0, forgotten.Operations.Count);
    }

    private static Scenario<BarcodeState, BarcodeEvent> Given(params ReadOnlySpan<BarcodeEvent> events) => new(BarcodeJournal.Aggregate, events);

    private static Func<BarcodeState, Decision<BarcodeEvent>> Claim(string sku, bool exists = true) =>
        state => BarcodeRules.Decide(state, new BarcodeCommand.Claim(new(Asked, new Sku(sku)), exists, DateTimeOffset.UnixEpoch));

    private static Decision<BarcodeEvent> Release(BarcodeState state) => BarcodeRules.Decide(state, new BarcodeCommand.Release(new(Asked), DateTimeOffset.UnixEpoch));
}
