using System.Collections.Immutable;
using System.Text;
using Pos.Receipts;

namespace Pos.Tests;

/// <summary>Receipts of random sales: whatever products are called and cost, the paper is wide enough and no name is a command to the printer.</summary>
public sealed class ReceiptLayoutTests
{
    private static readonly string[] Names =
    [
        "Tea", "Äpfel, süß & saftig, aus der Region, im Beutel zu einem Kilogramm", "寿司セット", "👩‍👩‍👧 family pack", "שלום עולם", "a\u001b@\u001dV\u0000\u0001b\r\nc", "\u202Egnp.exe",
        "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen", "e\u0301clair", "<script>alert(1)</script>", " ", "-",
    ];

    [Fact]
    public void every_line_fits_the_paper_and_is_visible()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var receipt = Random(seed);
            foreach (var language in ReceiptLanguage.All)
            {
                foreach (var columns in (int[])[ReceiptText.Narrow, ReceiptText.Wide])
                {
                    var text = ReceiptText.Write(receipt, language, columns);
                    foreach (var line in text.TrimEnd('\n').Split('\n'))
                    {
                        Assert.True(ReceiptText.WidthOf(line) <= columns, $"Seed {seed}, {language.Code}, {columns}: '{line}'");
                        Assert.True(!line.Any(char.IsControl) && !line.Contains('\u202E', StringComparison.Ordinal), $"Seed {seed}: '{line}'");
                    }

                    // Who adds up the amounts at the right edge comes to the total.
                    Assert.Contains(language.Amount(receipt.Due), text, StringComparison.Ordinal);
                    Assert.All(receipt.Lines, line => Assert.Contains(language.Amount(line.Amount), text, StringComparison.Ordinal));
                }
            }
        }
    }

    [Fact]
    public void only_our_own_commands_reach_the_printer()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var receipt = Random(seed);
            var bytes = EscPosReceipt.Write(receipt, ReceiptLanguage.German, ReceiptText.Wide);
            var text = new StringBuilder();
            var cuts = 0;
            for (var at = 0; at < bytes.Length;)
            {
                var length = bytes[at..] switch
                {
                    [0x1B, (byte)'@', ..] => 2,
                    [0x1B, (byte)'t' or (byte)'E' or (byte)'a', ..] => 3,
                    [0x1D, (byte)'V', ..] => 4,
                    [0x1D, (byte)'(', (byte)'k', var low, var high, ..] => 5 + low + (high << 8),
                    [(byte)'\n' or >= 0x20, ..] => 1,
                    var other => throw new InvalidOperationException($"Seed {seed}: byte {other[0]} at {at}."),
                };
                cuts += bytes[at] == 0x1D && bytes[at + 1] == (byte)'V' ? 1 : 0;
                if (length == 1)
                {
                    text.Append((char)bytes[at]);
                }

                at += length;
            }

            Assert.True(cuts == 1, $"Seed {seed}: {cuts} cuts");
            Assert.All(text.ToString().Split('\n'), line => Assert.True(line.Length <= ReceiptText.Wide, $"Seed {seed}: '{line}'"));
        }
    }

    [Fact]
    public void every_sale_has_a_page()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            Assert.Equal("%PDF-", Encoding.ASCII.GetString(PdfReceipt.Write(Random(seed), ReceiptLanguage.French)[..5]));
        }
    }

    [Theory]
    [InlineData(0, "EUR", "0.00", "0,00", "0,00")]
    [InlineData(-5, "EUR", "-0.05", "-0,05", "-0,05")]
    [InlineData(123_456_789, "EUR", "1,234,567.89", "1.234.567,89", "1 234 567,89")]
    [InlineData(1_500, "JPY", "1,500", "1.500", "1 500")]
    [InlineData(1_500, "BHD", "1.500", "1,500", "1,500")]
    public void an_amount_is_written_as_its_language_writes_it(long amount, string currency, string english, string german, string french) =>
        Assert.Equal([english, german, french], ReceiptLanguage.All.Select(language => language.Amount(new Money(amount, new Currency(currency)))));

    [Fact]
    public void prices_without_tax_show_how_the_total_comes_about()
    {
        var receipt = Random(3, isNet: true);
        Assert.False(receipt.TaxIncluded);
        var text = ReceiptText.Write(receipt, ReceiptLanguage.English, ReceiptText.Wide);
        Assert.Contains("\nSubtotal", text, StringComparison.Ordinal);
        Assert.Equal(receipt.Total.Net.Amount, receipt.Lines.Sum(static line => line.Amount.Amount));
    }

    private static Receipt Random(int seed, bool isNet = false)
    {
        var random = new Random(seed);
        var currency = new Currency(((string[])["EUR", "JPY", "BHD"])[random.Next(3)]);
        Money Of(long amount) => new(amount, currency);
        var lines = Enumerable.Range(1, random.Next(1, 12)).Select(number =>
        {
            var (quantity, rate) = (random.Next(1, 1_000), ((int[])[0, 550, 700, 1_900, 2_000])[isNet ? 4 : random.Next(5)]);
            var unit = (long)Math.Pow(10, random.NextDouble() * 9);
            var asked = unit * quantity;
            var tax = isNet ? asked * rate / 10_000 : asked - (asked * 10_000 / (10_000 + rate));
            var total = isNet ? new Totals(Of(asked), Of(tax), Of(asked + tax)) : new Totals(Of(asked - tax), Of(tax), Of(asked));
            return new OrderLineView(
                number, new Sku($"sku-{number}"), Names[random.Next(Names.Length)], ProductKind.Goods, quantity, Of(unit + random.Next(2)), Of(unit),
                random.Next(2) == 0 ? null : Names[random.Next(Names.Length)], rate, total);
        }).ToImmutableArray();
        var sum = lines.Select(static line => line.Total).Aggregate(static (left, right) => new(left.Net + right.Net, left.Tax + right.Tax, left.Gross + right.Gross));
        var rounding = Of(random.Next(-2, 3));
        var due = sum.Gross + rounding;
        var order = new OrderView(
            new OrderId(new string('a', 32)), new StoreId("s"), new TillId("till-1"), OrderStatus.Confirmed, true, lines, sum, [new TenderView(TenderKind.Cash, due)],
            new CashView(due + Of(5), Of(5)), null, null, null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, [], [], 4, Names[random.Next(Names.Length)], rounding,
            Reference: Names[random.Next(Names.Length)]);
        var store = new StoreView(
            new StoreId("s"), Names[random.Next(Names.Length)], Names[random.Next(Names.Length)], "shop", currency, "Europe/Berlin", !isNet,
            ImmutableSortedDictionary<string, int>.Empty, [new TillId("till-1")], null, 1);
        var back = lines[0];
        var returned = new ReturnView(
            new ReturnId(new string('b', 32)), order.Store, order.Till, ReturnStatus.Completed,
            [new ReturnLineView(1, back.Sku, back.Name, back.Kind, back.Quantity, back.UnitPrice, back.TaxRateBasisPoints, Disposition.Restock, back.Total, 1)],
            back.Total, "old", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, order.Id, [new RefundView(TenderKind.Cash, back.Total.Gross)], null, null, [], 2, Of(0));
        return Receipt.Of(order, store, random.Next(2) == 0 ? [] : [returned], isCopy: random.Next(2) == 0);
    }
}
