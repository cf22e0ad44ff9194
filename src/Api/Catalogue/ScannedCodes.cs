using System.Collections.Immutable;
using System.Text;

namespace Pos.Api.Catalogue;

/// <summary>The barcodes that a text in a search field may be.</summary>
internal static class ScannedCodes
{
    // The shortest that people type: an EAN-8 without the zeros before it.
    private const int DigitsMin = 6;
    private const int Ean8Digits = 8;
    private const int Ean13Digits = 13;
    private const int GtinDigitsMax = 14;

    /// <summary>
    /// The text itself; without the spaces and dashes that labels print between digits; and, of digits alone, with fewer or more zeros before
    /// them: cases print 14 digits, spreadsheets drop zeros. A text without a right check digit is none of these.
    /// </summary>
    /// <param name="text">As scanned or typed.</param>
    /// <param name="rules">The store's own labels, or null.</param>
    public static ImmutableArray<string> Of(string text, ImmutableArray<EmbeddedBarcode>? rules)
    {
        ArgumentNullException.ThrowIfNull(text);
        var codes = ImmutableArray.CreateBuilder<string>();
        // Full-width digits come from keyboards that write Chinese or Japanese. Half a surrogate pair is no code.
        var typed = text.AsSpan().ContainsAnyInRange('\ud800', '\udfff') ? "" : text.Normalize(NormalizationForm.FormKC).Trim();
        Add(typed);
        var bare = string.Concat(typed.Where(character => !char.IsWhiteSpace(character) && !IsDash(character)));
        Add(bare);
        if (bare.Length is >= DigitsMin and <= GtinDigitsMax && bare.All(char.IsAsciiDigit))
        {
            var digits = bare.TrimStart('0');
            Add(digits.PadLeft(Ean13Digits, '0'));
            Add(digits.PadLeft(Ean8Digits, '0'));
        }

        return codes.ToImmutable();

        void Add(string candidate)
        {
            if (!Barcode.TryParse(candidate, null, out var code))
            {
                return;
            }

            code.TryDecode(rules, out var item, out _);
            foreach (var value in (ReadOnlySpan<string>)[code.Value, item.Value])
            {
                if (!codes.Contains(value))
                {
                    codes.Add(value);
                }
            }
        }
    }

    private static bool IsDash(char character) => char.GetUnicodeCategory(character) == System.Globalization.UnicodeCategory.DashPunctuation;
}
