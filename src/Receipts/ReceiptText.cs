using System.Globalization;
using System.Text;

namespace Pos.Receipts;

/// <summary>A line as wide as the paper.</summary>
/// <param name="Text">At most as many columns as the paper has.</param>
/// <param name="IsBold">Whether a printer makes it bold.</param>
/// <param name="Code">What is shown as a QR code above the line; null for none.</param>
internal readonly record struct ReceiptTextLine(string Text, bool IsBold, string? Code);

/// <summary>A receipt as lines of text for paper of a certain width.</summary>
public static class ReceiptText
{
    /// <summary>Columns of a roll of 80 mm.</summary>
    public const int Wide = 42;

    /// <summary>Columns of a roll of 58 mm.</summary>
    public const int Narrow = 32;

    /// <summary>The whole receipt. Each line ends with a line feed.</summary>
    public static string Write(Receipt receipt, ReceiptLanguage language, int columns)
    {
        var text = new StringBuilder();
        foreach (var line in Lines(receipt, language, columns))
        {
            text.Append(line.Text).Append('\n');
        }

        return text.ToString();
    }

    /// <param name="receipt">The receipt.</param>
    /// <param name="language">Its language.</param>
    /// <param name="columns">Letters of a line.</param>
    /// <param name="letters">The letters that the printer has; null for all.</param>
    internal static IEnumerable<ReceiptTextLine> Lines(Receipt receipt, ReceiptLanguage language, int columns, Encoding? letters = null)
    {
        foreach (var row in ReceiptRows.Of(receipt, language, columns))
        {
            var lines = row.IsRule ? [new string('-', columns)] : Lay(row, columns, letters);
            for (var i = 0; i < lines.Count; i++)
            {
                yield return new(lines[i], row.IsBold, row.HasCode && i == 0 ? row.Left : null);
            }
        }
    }

    /// <summary>Columns that a text takes on paper or on a screen: none for a mark that combines, two for an East Asian letter or a picture.</summary>
    internal static int WidthOf(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += WidthOf(rune);
        }

        return width;
    }

    private static int WidthOf(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
        _ => rune.Value is >= 0x1100 and (<= 0x115F or >= 0x2E80 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3 or >= 0xF900 and <= 0xFAFF or >= 0xFE30 and <= 0xFE6F
            or >= 0xFF00 and <= 0xFF60 or >= 0xFFE0 and <= 0xFFE6 or >= 0x1F300 and <= 0x1FAFF or >= 0x20000 and <= 0x3FFFD) ? 2 : 1,
    };

    private static List<string> Lay(ReceiptRow row, int columns, Encoding? letters)
    {
        var left = Visible(row.Left, letters);
        var right = row.Right is { } text ? Visible(text, letters) : "";
        // A right side as wide as the paper gets lines of its own.
        var room = WidthOf(right) is > 0 and var taken ? columns - taken - 1 : columns;
        if (room < columns / 4 && WidthOf(left) > room)
        {
            return [.. Wrap(left, columns), .. Wrap(right, columns).Select(line => Pad(line, columns - WidthOf(line)))];
        }

        var lines = Wrap(left, room);
        if (row.IsCentred)
        {
            return [.. lines.Select(line => Pad(line, (columns - WidthOf(line)) / 2))];
        }

        if (right.Length > 0)
        {
            lines[^1] += new string(' ', columns - WidthOf(lines[^1]) - WidthOf(right)) + right;
        }

        return lines;
    }

    private static string Pad(string line, int columns) => new string(' ', columns) + line;

    // A name may contain what would break the line, or turn it round. What a printer has no letter for is replaced before the line is laid out.
    private static string Visible(string text, Encoding? letters)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator:
                    visible.Append(' ');
                    break;
                case UnicodeCategory.Format:
                    break;
                default:
                    visible.Append(rune);
                    break;
            }
        }

        var composed = visible.ToString().Normalize();
        return letters is null ? composed : letters.GetString(letters.GetBytes(composed));
    }

    // Between words, and within a word that is wider than the room.
    private static List<string> Wrap(string text, int room)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        var width = 0;
        var atBlank = -1;
        foreach (var rune in text.EnumerateRunes())
        {
            var next = WidthOf(rune);
            if (width + next > room)
            {
                var rest = "";
                if (rune.Value != ' ' && atBlank > 0)
                {
                    rest = line.ToString(atBlank + 1, line.Length - atBlank - 1);
                    line.Length = atBlank;
                }

                lines.Add(line.ToString().TrimEnd());
                line.Clear().Append(rest);
                (width, atBlank) = (WidthOf(rest), -1);
                if (rune.Value == ' ')
                {
                    continue;
                }
            }

            // The indent of a row is no place to break it.
            if (rune.Value == ' ' && line.ToString().AsSpan().Trim().Length > 0)
            {
                atBlank = line.Length;
            }

            line.Append(rune);
            width += next;
        }

        lines.Add(line.ToString().TrimEnd());
        return lines;
    }
}
