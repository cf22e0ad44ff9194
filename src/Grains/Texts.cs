using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pos.Grains;

/// <summary>
/// Bounds of free texts and codes, refused by name. A text is what people read: it is in Unicode's normal form C, as long as they count it,
/// without characters that steer a terminal or turn the order of what is shown, and there is something to see in it.
/// </summary>
internal static class Texts
{
    private const int CodeLengthMax = 32;

    // An emoji of a family has 25 bytes and counts as one; a letter with a hundred accents counts as one too, and this bounds it.
    private const int BytesPerCharacterMax = 8;

    private static readonly SearchValues<char> CodeCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    // Letters and symbols without anything to see: Hangul fillers, an empty braille cell, inherent vowels of Khmer.
    private static readonly SearchValues<char> Fillers = SearchValues.Create("\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0");

    public static Rejection? Required(string? text, int lengthMax, string name) => string.IsNullOrWhiteSpace(text)
        ? new(RejectionCode.InvalidValue, $"The {name} is missing.")
        : Optional(text, lengthMax, name);

    public static Rejection? Optional(string? text, int lengthMax, string name) => text is null
        ? new(RejectionCode.InvalidValue, $"The {name} is missing.")
        : IsPlain(text, lengthMax) ? null
        : RefuseLength(text, lengthMax, name) ?? RefuseCharacters(text, lengthMax == Limits.TextLengthMax, name);

    public static Rejection? Code(string? text, string name) =>
        text is { Length: >= 1 and <= CodeLengthMax } && !text.AsSpan().ContainsAnyExcept(CodeCharacters)
            ? null
            : new(RejectionCode.InvalidValue, $"A {name} is 1 to {CodeLengthMax} of a-z 0-9 -, not '{text}'.");

    // Nearly all texts of most shops: nothing of what follows can be wrong with them.
    private static bool IsPlain(string text, int lengthMax) => text.Length <= lengthMax && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static Rejection? RefuseLength(string text, int lengthMax, string name)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > lengthMax * BytesPerCharacterMax)
        {
            return new(RejectionCode.InvalidValue, $"The {name} has at most {lengthMax * BytesPerCharacterMax} bytes, not {bytes}.");
        }

        var length = text.Length <= lengthMax ? text.Length : new StringInfo(text).LengthInTextElements;
        return length <= lengthMax ? null : new(RejectionCode.InvalidValue, $"The {name} has at most {lengthMax} characters, not {length}.");
    }

    private static Rejection? RefuseCharacters(string text, bool hasLines, string name)
    {
        var isSeen = string.IsNullOrWhiteSpace(text);
        for (var at = 0; at < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, at, out var rune))
            {
                return new(RejectionCode.InvalidValue, $"The {name} has half a character (U+{(int)text[at]:X4}).");
            }

            if (Steers(rune) && !(hasLines && rune.Value is '\n' or '\r' or '\t'))
            {
                return new(RejectionCode.InvalidValue, $"The {name} has a control character (U+{rune.Value:X4}).");
            }

            isSeen |= IsSeen(rune);
            at += rune.Utf16SequenceLength;
        }

        return !isSeen ? new(RejectionCode.InvalidValue, $"The {name} has nothing to see in it.")
            : !text.IsNormalized() ? new(RejectionCode.InvalidValue, $"The {name} is not in Unicode's normal form C.")
            : null;
    }

    // Controls; line and paragraph separators; what opens, closes and overrides directions; what is no character at all.
    private static bool Steers(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or (>= 0xFFF9 and <= 0xFFFB) or (>= 0xFDD0 and <= 0xFDEF)
        || (rune.Value & 0xFFFE) == 0xFFFE;

    private static bool IsSeen(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned) && !(rune.IsBmp && Fillers.Contains((char)rune.Value));
}
