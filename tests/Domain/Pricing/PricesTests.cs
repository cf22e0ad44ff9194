using FsCheck;
using FsCheck.Fluent;
using Pos.Grains;

namespace Pos.Tests;

/// <summary>Tax and totals, to the minor unit.</summary>
public sealed class PricesTests
{
    /// <summary>Worked out by hand.</summary>
    [Theory]
    [InlineData(255, 6, 2_000, true, 1_275, 255, 1_530)]
    [InlineData(1, 1, 2_000, true, 1, 0, 1)]
    [InlineData(3, 1, 2_000, true, 2, 1, 3)]
    [InlineData(100, 1, 2_000, true, 83, 17, 100)]
    [InlineData(999, 1, 700, true, 934, 65, 999)]
    [InlineData(25, 3, 700, false, 75, 5, 80)]
    [InlineData(50, 1, 700, false, 50, 4, 54)]
    [InlineData(5, 1, 1_000, false, 5, 1, 6)]
    [InlineData(100, 1, 10_000, true, 50, 50, 100)]
    [InlineData(1, 1, 10_000, true, 0, 1, 1)]
    [InlineData(999, 7, 0, true, 6_993, 0, 6_993)]
    [InlineData(0, 100_000, 2_000, true, 0, 0, 0)]
    [InlineData(0, 1, 2_000, false, 0, 0, 0)]
    [InlineData(10_000_000, 100_000, 2_000, true, 833_333_333_333, 166_666_666_667, 1_000_000_000_000)]
    public void A_line_comes_to_this(long price, int quantity, int rate, bool inclusive, long net, long tax, long gross) =>
        Assert.Equal(new LineTotal(net, tax, gross), Prices.Line(price, quantity, rate, inclusive));

    [Theory]
    [InlineData(10_000_001, 100_000, 0, true)]
    [InlineData(Limits.AmountMax, 1, 1, false)]
    [InlineData(Limits.AmountMax, Limits.QuantityPerLineMax, 10_000, false)]
    public void A_line_beyond_the_limit_has_no_total(long price, int quantity, int rate, bool inclusive) =>
        Assert.Null(Prices.Line(price, quantity, rate, inclusive));

    [Fact]
    public void Tax_is_what_decimal_arithmetic_rounds_half_away_from_zero() =>
        Prop.ForAll(Lines(), line =>
        {
            var (price, quantity, rate, inclusive) = line;
            var total = Prices.Line(price, quantity, rate, inclusive)!.Value;
            var priced = (decimal)price * quantity;
            var exact = inclusive ? priced * rate / (10_000 + rate) : priced * rate / 10_000;
            return total.Tax == Math.Round(exact, MidpointRounding.AwayFromZero)
                && total.Net + total.Tax == total.Gross
                && (inclusive ? total.Gross : total.Net) == priced
                && total is { Net: >= 0, Tax: >= 0 };
        }).QuickCheckThrowOnFailure();

    private static Arbitrary<(long Price, int Quantity, int Rate, bool Inclusive)> Lines() => (
        from price in Gen.Choose(0, 1_000_000)
        from quantity in Gen.Choose(1, 100_000)
        from rate in Gen.Choose(0, Limits.TaxRateMax)
        from inclusive in Gen.Elements(true, false)
        select ((long)price, quantity, rate, inclusive)).ToArbitrary();
}
