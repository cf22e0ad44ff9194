using System.Text.RegularExpressions;

namespace Pos.Grains.Pricing;

/// <summary>Recognises what looks like the number of a card where a provider's token is expected: such a number must never reach the journal.</summary>
internal static partial class CardNumbers
{
    private const int DigitsMin = 12;
    private const int DigitsMax = 19;

    /// <summary>
    /// Whether a text is, or holds, a card number: 12 to 19 digits whose check digit is right (Luhn), in one piece or taken apart by anything but
    /// letters. Within a text with letters, as in <c>card:4111-1111-1111-1111</c>, only digits in one piece or grouped as on a card count, so that
    /// a token made of random letters and digits is not taken for one.
    /// </summary>
    public static bool IsIn(string text) => text.Any(char.IsLetter)
        ? AnyFits(text, Grouped().EnumerateMatches(text))
        : Fits(text);

    private static bool AnyFits(string text, Regex.ValueMatchEnumerator matches)
    {
        foreach (var match in matches)
        {
            if (Fits(text.AsSpan(match.Index, match.Length)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Fits(ReadOnlySpan<char> text)
    {
        var (sum, count) = (0, 0);
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (!char.IsDigit(text[i]))
            {
                continue;
            }

            var digit = (int)char.GetNumericValue(text[i]);
            sum += count++ % 2 == 0 ? digit : digit < 5 ? digit * 2 : (digit * 2) - 9;
        }

        return count is >= DigitsMin and <= DigitsMax && sum % 10 == 0;
    }

    [GeneratedRegex(@"(?<!\d)(?:\d{13,19}|\d{4}([ ._-])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ ._-])\d{6}\2\d{4,5})(?!\d)")]
    private static partial Regex Grouped();
}
