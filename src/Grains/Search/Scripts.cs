using System.Globalization;
using System.Text;

namespace Pos.Grains.Search;

/// <summary>The properties of writing systems that search needs: which marks are accents, and which texts have no spaces.</summary>
internal static class Scripts
{
    /// <summary>
    /// Whether a mark is one that people leave out when they search: accents of Latin, Greek and Cyrillic, points of Hebrew, vowel signs of
    /// Arabic and Syriac. The marks of other scripts are letters of their words: か and が, कल and काल are different words.
    /// </summary>
    public static bool IsAccent(Rune mark) => mark.Value is
        (>= 0x0300 and <= 0x036F) or (>= 0x0483 and <= 0x0489) or (>= 0x0591 and <= 0x05C7) or (>= 0x0610 and <= 0x061A) or (>= 0x064B and <= 0x065F) or 0x0670
        or (>= 0x06D6 and <= 0x06ED) or (>= 0x0730 and <= 0x074A) or (>= 0x08CA and <= 0x08FF) or (>= 0x1AB0 and <= 0x1AFF) or (>= 0x1DC0 and <= 0x1DFF)
        or (>= 0x20D0 and <= 0x20FF) or (>= 0xFE00 and <= 0xFE0F) or (>= 0xFE20 and <= 0xFE2F) or (>= 0xE0100 and <= 0xE01EF);

    /// <summary>Whether a letter belongs to a script that is written without spaces between words, or whose words are found inside others.</summary>
    public static bool IsUnspaced(Rune letter) => letter.Value >= 0x0E00 && letter.Value is
        (>= 0x0E00 and <= 0x0EFF)          // Thai, Lao
        or (>= 0x1000 and <= 0x109F)       // Myanmar
        or (>= 0x1100 and <= 0x11FF)       // Hangul, taken apart
        or (>= 0x1780 and <= 0x17FF)       // Khmer
        or (>= 0x1950 and <= 0x19DF) or (>= 0x1A20 and <= 0x1AAF) // Tai
        or (>= 0x2E80 and <= 0x2FDF) or (>= 0x3005 and <= 0x3007) or (>= 0x3021 and <= 0x3029) or (>= 0x3031 and <= 0x3035)
        or (>= 0x3041 and <= 0x312F)       // Kana, Bopomofo
        or (>= 0x3130 and <= 0x31FF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xA960 and <= 0xA97F) or (>= 0xA9E0 and <= 0xA9FE)
        or (>= 0xAA60 and <= 0xAADF) or (>= 0xAC00 and <= 0xD7FF) or (>= 0xF900 and <= 0xFAFF) or (>= 0xFF66 and <= 0xFFDC)
        or (>= 0x1AFF0 and <= 0x1B16F) or (>= 0x20000 and <= 0x323AF);

    /// <summary>Whether a character continues any character before it.</summary>
    public static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    /// <summary>Whether a word is one of those that are found inside others.</summary>
    public static bool IsUnspaced(string word) => word.Length > 0 && Rune.TryGetRuneAt(word, 0, out var first) && IsUnspaced(first);

    /// <summary>
    /// The parts by which a word without spaces is found: each two neighbours, and the last character alone. With a mark before them, so that
    /// they are no words.
    /// </summary>
    public static IEnumerable<string> Pairs(string word)
    {
        var begins = Begins(word);
        for (var i = 0; i < begins.Count; i++)
        {
            var end = i + 2 < begins.Count ? begins[i + 2] : word.Length;
            yield return Pair(word[begins[i]..end]);
        }
    }

    /// <summary>A pair as it is kept.</summary>
    public static string Pair(string text) => "\u0001" + text;

    /// <summary>The positions of a word's characters, as people count them.</summary>
    private static List<int> Begins(string word)
    {
        var begins = new List<int>(word.Length);
        for (var at = 0; at < word.Length;)
        {
            Rune.TryGetRuneAt(word, at, out var rune);
            if (at == 0 || !IsMark(rune))
            {
                begins.Add(at);
            }

            at += Math.Max(1, rune.Utf16SequenceLength);
        }

        return begins;
    }
}
