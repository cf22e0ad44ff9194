using System.Text;

namespace Pos.Receipts;

/// <summary>
/// A receipt as a receipt printer takes it: the commands of ESC/POS that printers of many makers understand. Source: Epson's ESC/POS command reference.
/// </summary>
public static class EscPosReceipt
{
    private const byte Esc = 0x1B;
    private const byte Gs = 0x1D;

    // Windows-1252: Western letters and the euro sign.
    private const byte CodePage = 16;

    private static readonly Encoding Letters =
        CodePagesEncodingProvider.Instance.GetEncoding(1252, new EncoderReplacementFallback("?"), DecoderFallback.ReplacementFallback)!;

    /// <summary>The bytes to send to the printer. The last command cuts the paper.</summary>
    public static byte[] Write(Receipt receipt, ReceiptLanguage language, int columns)
    {
        var bytes = new List<byte>();
        // Resets the printer, and chooses the code page.
        bytes.AddRange([Esc, (byte)'@', Esc, (byte)'t', CodePage]);
        var isBold = false;
        foreach (var line in ReceiptText.Lines(receipt, language, columns, Letters))
        {
            if (line.IsBold != isBold)
            {
                isBold = line.IsBold;
                bytes.AddRange([Esc, (byte)'E', isBold ? (byte)1 : (byte)0]);
            }

            if (line.Code is { } code)
            {
                WriteCode(bytes, code);
            }

            WriteText(bytes, line.Text);
        }

        // Feeds the paper to the knife and cuts it.
        bytes.AddRange([Gs, (byte)'V', 66, 3]);
        return [.. bytes];
    }

    // No byte below the blank comes from a text, so no name of a product is a command.
    private static void WriteText(List<byte> bytes, string text)
    {
        foreach (var letter in Letters.GetBytes(text))
        {
            bytes.Add(letter < 0x20 || letter == 0x7F ? (byte)' ' : letter);
        }

        bytes.Add((byte)'\n');
    }

    private static void WriteCode(List<byte> bytes, string code)
    {
        bytes.AddRange([Esc, (byte)'a', 1]);
        // Model 2; dots of a module; error correction M; the data; print.
        bytes.AddRange([Gs, (byte)'(', (byte)'k', 4, 0, 49, 65, 50, 0]);
        bytes.AddRange([Gs, (byte)'(', (byte)'k', 3, 0, 49, 67, 6]);
        bytes.AddRange([Gs, (byte)'(', (byte)'k', 3, 0, 49, 69, 49]);
        var length = code.Length + 3;
        bytes.AddRange([Gs, (byte)'(', (byte)'k', (byte)(length & 0xFF), (byte)(length >> 8), 49, 80, 48]);
        bytes.AddRange(Encoding.ASCII.GetBytes(code));
        bytes.AddRange([Gs, (byte)'(', (byte)'k', 3, 0, 49, 81, 48]);
        bytes.AddRange([Esc, (byte)'a', 0]);
    }
}
