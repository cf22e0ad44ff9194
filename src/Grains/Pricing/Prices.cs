namespace Pos.Grains.Pricing;

/// <summary>The amounts of a line, in minor units of one currency: <c>Net + Tax = Gross</c>.</summary>
public readonly record struct LineTotal(long Net, long Tax, long Gross);

/// <summary>
/// Prices, tax and their sums, in minor units. Tax is rounded per line, half away from zero; an order's sums are the sums of its lines,
/// so that a receipt adds up line by line.
/// </summary>
/// <example>
/// Inclusive, 20 %: 6 × 2.55 = 15.30 gross; 15.30 × 20 / 120 = 2.55 tax; 12.75 net.
/// Exclusive, 7 %: 3 × 0.25 = 0.75 net; 0.75 × 7 / 100 = 0.0525, so 0.05 tax; 0.80 gross.
/// </example>
public static class Prices
{
    private const int WholeBasisPoints = 10_000;

    /// <summary>
    /// A line's total. Inclusive: gross = price × quantity, tax = gross × rate / (1 + rate). Exclusive: net = price × quantity,
    /// tax = net × rate. Null when it is beyond <see cref="Limits.AmountMax"/>.
    /// </summary>
    /// <param name="unitPrice">Minor units, 0 or more.</param>
    /// <param name="quantity">Pieces, 0 or more.</param>
    /// <param name="rate">Basis points, 0 or more.</param>
    /// <param name="inclusive">Whether the price contains the tax.</param>
    public static LineTotal? Line(long unitPrice, int quantity, int rate, bool inclusive)
    {
        // 128 bits: the largest price times the largest quantity times the rate has 21 digits.
        var priced = (Int128)unitPrice * quantity;
        var tax = inclusive ? Rounded(priced * rate, WholeBasisPoints + rate) : Rounded(priced * rate, WholeBasisPoints);
        var gross = inclusive ? priced : priced + tax;
        return gross > Limits.AmountMax ? null : new((long)(gross - tax), (long)tax, (long)gross);
    }

    /// <summary>Why a price cannot be used, or null.</summary>
    public static Rejection? Refuse(Money price, string name) =>
        price.Currency.Code is null || !Currency.TryParse(price.Currency.Code, null, out _)
            ? new(RejectionCode.InvalidValue, $"The {name} has no currency in use.")
            : price.Amount < 0
                ? new(RejectionCode.InvalidValue, $"The {name} is negative: {price}.")
                : price.Amount > Limits.AmountMax
                    ? new(RejectionCode.AmountTooLarge, $"The {name} is beyond {Limits.AmountMax} minor units.")
                    : null;

    /// <summary>The quotient of two non-negative numbers, half rounded up: away from zero.</summary>
    private static Int128 Rounded(Int128 dividend, Int128 divisor) => ((2 * dividend) + divisor) / (2 * divisor);
}
