using System.Collections.Immutable;

namespace Pos.Grains.Barcodes;

/// <summary>The labels that a store prints itself: its rules, and what they make of a price.</summary>
public static class EmbeddedBarcodes
{
    private const int GramsPerKilogram = 1_000;

    /// <summary>The price of one piece with that label, in minor units: weight at the product's price for a kilogram, half rounded up.</summary>
    public static Int128 UnitPrice(EmbeddedValue embedded, long listPrice)
    {
        ArgumentNullException.ThrowIfNull(embedded);
        return embedded.Kind == EmbeddedKind.Price
            ? embedded.Value
            : (((Int128)2 * listPrice * embedded.Value) + GramsPerKilogram) / (2 * GramsPerKilogram);
    }

    /// <summary>Why a store cannot have these rules, or null.</summary>
    internal static Rejection? Refuse(ImmutableArray<EmbeddedBarcode>? rules)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rule in rules is { IsDefault: false } some ? some : [])
        {
            if (rule is not { Prefix: ['2', >= '0' and <= '9'], Kind: EmbeddedKind.Price or EmbeddedKind.Weight, ItemDigits: >= 4 and <= 6 })
            {
                return new(RejectionCode.InvalidValue, "A rule of embedded barcodes has a prefix from 20 to 29, price or weight, and 4 to 6 digits of the item.");
            }

            if (!seen.Add(rule.Prefix))
            {
                return new(RejectionCode.InvalidValue, $"Two rules of embedded barcodes have the prefix {rule.Prefix}.");
            }
        }

        return null;
    }
}
