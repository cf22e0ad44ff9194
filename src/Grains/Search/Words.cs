using System.Globalization;
using System.Text;

namespace Pos.Grains.Search;

/// <summary>
/// Texts as they are compared: words of letters, digits and the marks that belong to them, in Unicode's compatibility form, without case
/// and accents.
/// </summary>
/// <remarks>
/// .NET uses ICU's normal forms and cases, and shows nothing of its word breaks. The rules here are those of UAX 29 that a search needs: a
/// word goes on with marks and invisible joiners, ends with everything that is neither letter nor digit, and ends where a script that is
/// written without spaces begins or ends. Inside such a script no dictionary is asked; its words are found by pairs of characters.
/// </remarks>
public static class Words
{
    /// <summary>A text without case and accents, everything else as it is.</summary>
    public static string Fold(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // Most texts of most shops: nothing to take apart.
        if (Ascii.IsValid(text))
        {
            return text.ToLowerInvariant();
        }

        var folded = new StringBuilder(text.Length + 8);
        var isComposed = true;
        foreach (var rune in Decompose(text).EnumerateRunes())
        {
            if (IsPassedOver(rune))
            {
                continue;
            }

            isComposed &= rune.Value < 0x0900 || (!Scripts.IsMark(rune) && rune.Value is not (>= 0x1100 and <= 0x11FF));
            var lower = Rune.ToLowerInvariant(rune);
            if (lower.Value <= char.MaxValue && Spell((char)lower.Value) is { } spelled)
            {
                folded.Append(spelled);
            }
            else
            {
                folded.Append(lower);
            }
        }

        // The remaining characters are composed again: a kana with its voice mark, a syllable of Hangul.
        return isComposed ? folded.ToString() : folded.ToString().Normalize(NormalizationForm.FormC);
    }

    /// <summary>The different words of a text, folded, in the order they come.</summary>
    public static List<string> Of(string text)
    {
        var words = new List<string>();
        var folded = Fold(text);
        var (begin, isUnspaced) = (0, false);
        for (var at = 0; at < folded.Length;)
        {
            var length = Rune.TryGetRuneAt(folded, at, out var rune) ? rune.Utf16SequenceLength : 1;
            if (Rune.IsLetterOrDigit(rune))
            {
                var isNext = Scripts.IsUnspaced(rune);
                if (isNext != isUnspaced)
                {
                    Add(folded[begin..at]);
                    (begin, isUnspaced) = (at, isNext);
                }
            }
            else if (at == begin || !Scripts.IsMark(rune))
            {
                Add(folded[begin..at]);
                begin = at + length;
            }

            at += length;
        }

        Add(folded[begin..]);
        return words;

        void Add(string word)
        {
            // A text has few words: looking through them costs less than a set.
            if (word.Length > 0 && !words.Contains(word))
            {
                words.Add(word);
            }
        }
    }

    // Accents, and characters that nobody sees: a hyphen where a line may break, a joiner of letters. A space of no width is a space.
    private static bool IsPassedOver(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark => Scripts.IsAccent(rune),
        UnicodeCategory.Format => rune.Value != 0x200B,
        _ => false,
    };

    private static string Decompose(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormKD);
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair: no text that anybody types, and no reason to fail.
            return text;
        }
    }

    // Letters that people type otherwise, and that Unicode does not take apart.
    private static string? Spell(char lower) => lower switch
    {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' or 'ð' => "d",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        'ŧ' => "t",
        'ŋ' => "n",
        'ĸ' => "k",
        'ς' => "σ",
        _ => null,
    };
}
