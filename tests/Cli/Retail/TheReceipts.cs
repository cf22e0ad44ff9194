using Pos.Cli.Retail;
using Pos.Cli.Retail.Data;
using Pos.Cli.Retail.Replay;

namespace Pos.Tests;

/// <summary>The sales that returns belong to.</summary>
public sealed class TheReceipts
{
    [Fact]
    public void goods_come_back_to_their_customer_s_latest_sale_of_them_at_the_same_price() =>
        Assert.Equal(Receipt("3", (2, 4)), ReceiptOf("C5", """
            1,A,9,1.00,ann
            2,A,9,1.00,bob
            3,B,1,1.00,ann
            3,A,9,1.00,ann
            4,A,9,2.00,ann
            C5,A,-4,1.00,ann
            """));

    [Theory]
    [InlineData("C2,A,-4,1.00,bob")]
    [InlineData("C2,A,-10,1.00,ann")]
    [InlineData("C2,A,-4,1.01,ann")]
    [InlineData("C2,B,-4,1.00,ann")]
    [InlineData("C2,A,-4,1.00,ann\nC2,B,-1,1.00,ann")]
    [InlineData("C2,A,-4,1.00,")]
    public void what_the_customer_did_not_buy_so_comes_back_without_a_receipt(string back) =>
        Assert.Null(ReceiptOf("C2", "1,A,9,1.00,ann\n0,A,9,1.00,\n" + back));

    [Fact]
    public void a_sale_takes_back_no_more_than_it_sold_over_all_returns()
    {
        const string Lines = """
            1,A,5,1.00,ann
            2,A,5,1.00,ann
            C3,A,-3,1.00,ann
            C4,A,-3,1.00,ann
            C5,A,-3,1.00,ann
            C6,A,-2,1.00,ann
            """;

        Assert.Equal(Receipt("2", (1, 3)), ReceiptOf("C3", Lines));
        Assert.Equal(Receipt("1", (1, 3)), ReceiptOf("C4", Lines));
        Assert.Null(ReceiptOf("C5", Lines));
        Assert.Equal(Receipt("2", (1, 2)), ReceiptOf("C6", Lines));
    }

    [Fact]
    public void pieces_of_one_code_may_come_from_several_lines_and_a_line_is_named_once() =>
        Assert.Equal(Receipt("1", (1, 2), (3, 4)), ReceiptOf("C2", """
            1,A,2,1.00,ann
            1,B,2,1.00,ann
            1,A,5,1.00,ann
            C2,A,-3,1.00,ann
            C2,A,-3,1.00,ann
            """));

    [Fact]
    public void a_sale_after_the_return_is_no_receipt() => Assert.Null(ReceiptOf("C1", "C1,A,-1,1.00,ann\n2,A,1,1.00,ann"));

    [Fact]
    public void a_return_with_a_receipt_names_lines_and_no_prices()
    {
        var invoice = InvoiceOf("C2", "1,A,9,1.00,ann\nC2,A,-4,1.00,ann");
        var back = RetailReplay.Return(invoice, invoice.Receipt!);

        Assert.Equal([(1, 4, "restock")], back.Lines.Select(l => (l.Line, l.Quantity, l.Disposition)));
        Assert.Equal((invoice.Till, "replay", invoice.OccurredAt), (back.Till, back.Reason, back.OccurredAt));
    }

    [RealFileFact]
    public void seven_returns_of_the_real_file_have_a_receipt_two_of_them_of_card_sales()
    {
        var invoices = RetailShop.Of(RetailFile.Read(RetailFiles.Real!)).Invoices;
        var sales = invoices.ToDictionary(i => i.Number, StringComparer.Ordinal);
        var returned = invoices.Where(i => i.Receipt is not null).ToList();

        Assert.Equal(7, returned.Count);
        Assert.Equal(["536397", "536537"], returned.Select(i => i.Receipt!.Invoice).Where(s => RetailWay.Of(sales[s]).Card != CardShare.None).Order());
    }

    private static string Receipt(string invoice, params ReceiptLine[] lines) => $"{invoice}: {string.Join(", ", lines)}";

    private static string Receipt(string invoice, params (int Line, int Quantity)[] lines) =>
        Receipt(invoice, [.. lines.Select(l => new ReceiptLine(l.Line, l.Quantity))]);

    private static string? ReceiptOf(string invoice, string lines) =>
        InvoiceOf(invoice, lines).Receipt is { } receipt ? Receipt(receipt.Invoice, [.. receipt.Lines]) : null;

    // A line has invoice, code, pieces, price and customer. All lines are of one day.
    private static RetailInvoice InvoiceOf(string invoice, string lines)
    {
        var file = string.Concat(lines.Split('\n').Select(l => l.Split(',')).Select(f => $"{f[0]},10000{f[1]},x,{f[2]},2010-12-01 08:26:00,{f[3]},{f[4].Trim()}\n"));
        using var reader = new StringReader("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID\n" + file);
        return RetailShop.Of(RetailFile.Read(reader, "file.csv")).Invoices.Single(i => i.Number == invoice);
    }
}
