namespace Pos.Receipts;

/// <summary>What stands on a receipt, from the top to the bottom.</summary>
internal static class ReceiptRows
{
    private static readonly ReceiptRow Rule = new("") { IsRule = true };

    public static IEnumerable<ReceiptRow> Of(Receipt receipt, ReceiptLanguage words, int columns) =>
        [.. Head(receipt, words), Rule, .. Lines(receipt, words), Rule, .. Sums(receipt, words), Rule, .. Taxes(receipt, words, columns), .. Returns(receipt, words), .. Foot(receipt)];

    private static IEnumerable<ReceiptRow> Head(Receipt receipt, ReceiptLanguage words)
    {
        yield return new(receipt.StoreName) { IsCentred = true, IsBold = true };
        if (receipt.District.Length > 0)
        {
            yield return new(receipt.District) { IsCentred = true };
        }

        if (receipt.Copy)
        {
            yield return new($"*** {words.Copy} ***") { IsCentred = true, IsBold = true };
        }

        yield return new(words.Time(receipt.LocalTime), $"{words.Till} {receipt.Till}");
        if (receipt.SoldBy is { Length: > 0 } seller)
        {
            yield return new(words.SoldBy, seller);
        }

        if (receipt.Reference is { Length: > 0 } reference)
        {
            yield return new(words.Reference, reference);
        }
    }

    private static IEnumerable<ReceiptRow> Lines(Receipt receipt, ReceiptLanguage words)
    {
        foreach (var line in receipt.Lines)
        {
            yield return new(line.Name);
            yield return new($"  {line.Quantity} x {words.Amount(line.UnitPrice)}", $"{words.Amount(line.Amount)} {line.TaxCode}");
            if (line.UnitPrice != line.ListPrice)
            {
                var why = line.OverrideReason is { Length: > 0 } reason ? $": {reason}" : "";
                yield return new($"  {words.ListPrice} {words.Amount(line.ListPrice)}{why}");
            }
        }
    }

    private static IEnumerable<ReceiptRow> Sums(Receipt receipt, ReceiptLanguage words)
    {
        var currency = receipt.Total.Gross.Currency.Code;
        if (!receipt.TaxIncluded)
        {
            yield return new(words.Subtotal, words.Amount(receipt.Total.Net));
            yield return new(words.Tax, words.Amount(receipt.Total.Tax));
        }

        yield return new($"{words.Total} {currency}", words.Amount(receipt.Total.Gross)) { IsBold = true };
        if (receipt.Rounding.Amount != 0)
        {
            yield return new(words.Rounding, words.Amount(receipt.Rounding));
            yield return new($"{words.Due} {currency}", words.Amount(receipt.Due)) { IsBold = true };
        }

        foreach (var tender in receipt.Tenders)
        {
            var kind = tender.Type switch { TenderKind.Cash => words.Cash, TenderKind.Card => words.Card, _ => words.Exchange };
            yield return new(kind, words.Amount(tender.Amount));
        }

        if (receipt.Cash is { } cash)
        {
            yield return new($"  {words.Given}", words.Amount(cash.Tendered));
            yield return new($"  {words.Change}", words.Amount(cash.Change));
        }
    }

    private static IEnumerable<ReceiptRow> Taxes(Receipt receipt, ReceiptLanguage words, int columns)
    {
        var rows = receipt.Taxes.Select(tax => (
            Name: $"{tax.Code} {words.Rate(tax.RateBasisPoints)}", Net: words.Amount(tax.Total.Net), Tax: words.Amount(tax.Total.Tax), Gross: words.Amount(tax.Total.Gross))).ToList();
        var cell = rows.SelectMany(static row => (string[])[row.Net, row.Tax, row.Gross]).Concat([words.Net, words.Tax, words.Gross]).Max(static text => text.Length) + 1;
        if (rows.Max(static row => row.Name.Length) + (3 * cell) <= columns)
        {
            yield return new("", words.Net.PadLeft(cell) + words.Tax.PadLeft(cell) + words.Gross.PadLeft(cell));
            foreach (var (name, net, tax, gross) in rows)
            {
                yield return new(name, net.PadLeft(cell) + tax.PadLeft(cell) + gross.PadLeft(cell));
            }

            yield break;
        }

        // Amounts too long for a table.
        foreach (var (name, net, tax, gross) in rows)
        {
            yield return new($"{name} {words.Net}", net);
            yield return new($"{name} {words.Tax}", tax);
            yield return new($"{name} {words.Gross}", gross);
        }
    }

    private static IEnumerable<ReceiptRow> Returns(Receipt receipt, ReceiptLanguage words)
    {
        foreach (var back in receipt.Returns)
        {
            yield return Rule;
            yield return new(words.Returned, words.Time(back.LocalTime)) { IsBold = true };
            foreach (var line in back.Lines)
            {
                yield return new($"{line.Quantity} x {line.Name}", words.Amount(line.Gross));
            }

            if (back.Rounding.Amount != 0)
            {
                yield return new(words.Rounding, words.Amount(back.Rounding));
            }

            yield return new(words.Refund, words.Amount(back.Refund));
        }
    }

    private static IEnumerable<ReceiptRow> Foot(Receipt receipt)
    {
        yield return Rule;
        yield return new(receipt.Order.ToString()) { IsCentred = true, HasCode = true };
    }
}
