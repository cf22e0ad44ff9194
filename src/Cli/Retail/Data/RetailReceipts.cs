namespace Pos.Cli.Retail.Data;

/// <summary>The sale that goods come back from.</summary>
/// <param name="Invoice">Its number.</param>
/// <param name="Lines">The lines that come back, each once.</param>
internal sealed record RetailReceipt(string Invoice, IReadOnlyList<ReceiptLine> Lines);

/// <summary>Pieces of a sale's line.</summary>
/// <param name="Line">From 1, in the invoice's order.</param>
/// <param name="Quantity">Above zero.</param>
internal readonly record struct ReceiptLine(int Line, int Quantity);

/// <summary>
/// Finds the sales that returns belong to, which the file does not name. A return gets the receipt of its customer's latest earlier invoice that sold all
/// its pieces at the same prices and has that many pieces left. A return without such an invoice has no receipt.
/// </summary>
internal sealed class RetailReceipts
{
    private readonly Dictionary<string, List<Sale>> _salesOf = new(StringComparer.Ordinal);

    /// <summary>Gives the same invoices in the same order, and adds receipts to returns.</summary>
    public static IReadOnlyList<RetailInvoice> Match(IEnumerable<RetailInvoice> invoices)
    {
        var receipts = new RetailReceipts();
        return [.. invoices.Select(receipts.Next)];
    }

    private RetailInvoice Next(RetailInvoice invoice)
    {
        if (invoice.Customer.Length == 0)
        {
            return invoice;
        }

        if (!_salesOf.TryGetValue(invoice.Customer, out var sales))
        {
            _salesOf.Add(invoice.Customer, sales = []);
        }

        if (invoice.Sold.Count > 0)
        {
            sales.Add(new Sale(invoice.Number, invoice.Sold));
        }

        for (var i = sales.Count - 1; i >= 0 && invoice.Returned.Count > 0; i--)
        {
            if (sales[i].TakeBack(invoice.Returned) is { } lines)
            {
                return invoice with { Receipt = new(sales[i].Invoice, lines) };
            }
        }

        return invoice;
    }

    private sealed class Sale(string invoice, IReadOnlyList<RetailLine> sold)
    {
        private int[] _left = [.. sold.Select(l => l.Quantity)];

        public string Invoice => invoice;

        /// <summary>Takes the pieces of a return off this sale and gives their lines. When the sale has too few left, it takes nothing and gives null.</summary>
        public IReadOnlyList<ReceiptLine>? TakeBack(IReadOnlyList<RetailLine> returned)
        {
            int[] after = [.. _left];
            foreach (var back in returned)
            {
                var wanted = -back.Quantity;
                for (var i = 0; i < after.Length && wanted > 0; i++)
                {
                    if (sold[i].StockCode == back.StockCode && sold[i].UnitPrice == back.UnitPrice)
                    {
                        var taken = Math.Min(wanted, after[i]);
                        (after[i], wanted) = (after[i] - taken, wanted - taken);
                    }
                }

                if (wanted > 0)
                {
                    return null;
                }
            }

            var before = _left;
            _left = after;
            return [.. Enumerable.Range(0, after.Length).Where(i => after[i] < before[i]).Select(i => new ReceiptLine(i + 1, before[i] - after[i]))];
        }
    }
}
