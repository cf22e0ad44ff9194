using PdfSharp.Drawing;
using PdfSharp.Fonts;
using PdfSharp.Pdf;
using QRCoder;

namespace Pos.Receipts;

/// <summary>A receipt as a page of PDF, as wide as a roll of 80 mm and as long as the receipt.</summary>
public static class PdfReceipt
{
    private const double Margin = 12;
    private const double FontSize = 8;
    private const double LineHeight = 10;
    private const double CodeSize = 90;
    private const string FontName = "DejaVu Sans Mono";

    // The advance of every letter of the font, in parts of its size.
    private const double Advance = 0.602;

    private static readonly double Width = (2 * Margin) + (ReceiptText.Wide * FontSize * Advance);

    static PdfReceipt() => GlobalFontSettings.FontResolver = new OneFont();

    /// <summary>The file.</summary>
    public static byte[] Write(Receipt receipt, ReceiptLanguage language)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        var lines = ReceiptText.Lines(receipt, language, ReceiptText.Wide).ToList();
        using var document = new PdfDocument();
        document.Info.Title = receipt.Order.ToString();
        document.Info.Subject = receipt.StoreName;
        document.Info.CreationDate = receipt.SoldAt.UtcDateTime;
        var page = document.AddPage();
        page.Width = XUnit.FromPoint(Width);
        page.Height = XUnit.FromPoint((2 * Margin) + (lines.Count * LineHeight) + lines.Count(static line => line.Code is not null) * (CodeSize + LineHeight));
        using (var graphics = XGraphics.FromPdfPage(page))
        {
            var regular = new XFont(FontName, FontSize, XFontStyleEx.Regular);
            var bold = new XFont(FontName, FontSize, XFontStyleEx.Bold);
            var y = Margin;
            foreach (var line in lines)
            {
                if (line.Code is { } code)
                {
                    Draw(graphics, code, y);
                    y += CodeSize + LineHeight;
                }

                graphics.DrawString(line.Text, line.IsBold ? bold : regular, XBrushes.Black, new XPoint(Margin, y + FontSize));
                y += LineHeight;
            }
        }

        using var file = new MemoryStream();
        document.Save(file, closeStream: false);
        return file.ToArray();
    }

    private static void Draw(XGraphics graphics, string code, double y)
    {
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(code, QRCodeGenerator.ECCLevel.M);
        var modules = data.ModuleMatrix;
        var size = CodeSize / modules.Count;
        var left = (Width - CodeSize) / 2;
        for (var row = 0; row < modules.Count; row++)
        {
            for (var column = 0; column < modules.Count; column++)
            {
                if (modules[row][column])
                {
                    graphics.DrawRectangle(XBrushes.Black, left + (column * size), y + (row * size), size, size);
                }
            }
        }
    }

    /// <summary>The font that comes with the program: a server has none that could be counted on.</summary>
    private sealed class OneFont : IFontResolver
    {
        private static readonly Lazy<byte[]> File = new(static () =>
        {
            using var resource = typeof(OneFont).Assembly.GetManifestResourceStream("DejaVuSansMono.ttf")!;
            using var bytes = new MemoryStream();
            resource.CopyTo(bytes);
            return bytes.ToArray();
        });

        public FontResolverInfo ResolveTypeface(string familyName, bool bold, bool italic) => new(FontName, mustSimulateBold: bold, mustSimulateItalic: false);

        public byte[] GetFont(string faceName) => File.Value;
    }
}
