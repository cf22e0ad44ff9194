namespace Pos.Verification.Money;

/// <summary>The arithmetic of a priced line, done over in 128 bits.</summary>
internal static class MoneyRules
{
    private const long BasisPoints = 10_000;

    /// <summary>The fault of a line, or null.</summary>
    public static string? Fault(Line line, bool taxInclusive)
    {
        var amount = (Int128)line.UnitPrice * line.Quantity;
        var tax = taxInclusive
            ? Round(amount * line.TaxRate, BasisPoints + line.TaxRate)
            : Round(amount * line.TaxRate, BasisPoints);
        var (net, gross) = taxInclusive ? (amount - tax, amount) : (amount, amount + tax);
        return line.Net == net && line.Tax == tax && line.Gross == gross
            ? null
            : FormattableString.Invariant(
                $"line {line.Number} has net {line.Net} + tax {line.Tax} = gross {line.Gross}, and should have {net} + {tax} = {gross}");
    }

    /// <summary>The fault of the sums over the lines, or null.</summary>
    public static string? Fault(IReadOnlyList<Line> lines, Amount net, Amount tax, Amount gross)
    {
        if (net.Currency != tax.Currency || net.Currency != gross.Currency)
        {
            return $"net, tax and gross are in {net.Currency}, {tax.Currency} and {gross.Currency}";
        }

        Int128 netSum = 0, taxSum = 0, grossSum = 0;
        foreach (var line in lines)
        {
            netSum += line.Net;
            taxSum += line.Tax;
            grossSum += line.Gross;
        }

        return net.Minor == netSum && tax.Minor == taxSum && gross.Minor == grossSum
            ? null
            : FormattableString.Invariant(
                $"net {net.Minor}, tax {tax.Minor}, gross {gross.Minor}, and the lines come to {netSum}, {taxSum}, {grossSum}");
    }

    /// <summary>The share of some of a line's pieces.</summary>
    public static long Share(long amount, long pieces, long of) => (long)Round((Int128)amount * pieces, of);

    // Half away from zero.
    private static Int128 Round(Int128 dividend, Int128 divisor)
    {
        var magnitude = ((Int128.Abs(dividend) * 2) + divisor) / (divisor * 2);
        return dividend < 0 ? -magnitude : magnitude;
    }
}
