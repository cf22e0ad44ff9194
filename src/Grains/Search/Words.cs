using System.Globalization;
using System.Text;

namespace Pos.Grains;

/// <summary>Texts as they are compared: words of letters and digits without case and accents.</summary>
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
        foreach (var rune in Decompose(text).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark)
            {
                continue;
            }

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

        return folded.ToString();
    }

    /// <summary>The different words of a text, folded, in the order they come.</summary>
    public static List<string> Of(string text)
    {
        var words = new List<string>();
        var folded = Fold(text);
        var begin = 0;
        for (var at = 0; at < folded.Length;)
        {
            var length = Rune.TryGetRuneAt(folded, at, out var rune) ? rune.Utf16SequenceLength : 1;
            if (!Rune.IsLetterOrDigit(rune))
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
