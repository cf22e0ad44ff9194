using System.Text;
using Pos.Cli;
using Pos.Cli.Retail;
using Pos.Cli.Retail.Data;
using Pos.Cli.Retail.Replay;
using Pos.Cli.Server;

namespace Pos.Tests;

/// <summary>The files of these tests.</summary>
internal static class RetailFiles
{
    public static IReadOnlyList<RetailLine> Excerpt { get; } = RetailFile.Read(Path.Combine(AppContext.BaseDirectory, "excerpt.csv"));

    /// <summary>The path of the real file beside the repository; null where it is missing.</summary>
    public static string? Real { get; } = FindReal();

    public static IReadOnlyList<RetailLine> Read(string lines) =>
        RetailFile.Read(new StringReader("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice\n" + lines), "file.csv");

    private static string? FindReal()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pos.Orleans.sln")))
            {
                var file = Path.Combine(folder.FullName, "..", "shared", "data", "online-retail-10k.csv");
                return File.Exists(file) ? file : null;
            }
        }

        return null;
    }
}

/// <summary>A test that is skipped where the real file is missing.</summary>
public sealed class RealFileFactAttribute : FactAttribute
{
    public RealFileFactAttribute() => Skip = RetailFiles.Real is null ? "../shared/data/online-retail-10k.csv is not beside this repository." : null;
}

public sealed class ReadingTheFile
{
    private const string Header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice\n";

    [Fact]
    public void a_file_that_is_not_utf8_is_refused_with_the_line_or_read_as_what_it_is()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [
                .. Encoding.UTF8.GetBytes(Header + "1,A1,Tea,1,2010-12-01 08:26:00,1.00\n"), .. "2,A2,Caf"u8, 0xE9, .. ",1,2010-12-01 08:26:00,1.00\n"u8]);
            var refused = Assert.Throws<CannotRunException>(() => RetailFile.Read(path));
            Assert.StartsWith($"{path} line 3 is not utf-8 (byte 9 of the line: E9", refused.Message, StringComparison.Ordinal);
            Assert.Contains("--encoding windows-1252", refused.Message, StringComparison.Ordinal);
            Assert.Equal("Café", RetailFile.Read(path, RetailEncoding.Named("windows-1252")!)[1].Description);
            Assert.Equal("Café", RetailFile.Read(path, RetailEncoding.Named("ISO-8859-1")!)[1].Description);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void a_code_is_one_code_however_its_accents_were_put_together()
    {
        var lines = RetailFiles.Read(
            "1\u00e9,8512\u00c4,Caf\u00e9,6,2010-12-01 08:26:00,2.55\n1e\u0301,8512A\u0308,Cafe\u0301,4,2010-12-01 08:26:00,2.55\n");
        var shop = RetailShop.Of(lines);
        Assert.Equal(10, Assert.Single(shop.Products).OpeningStock);
        Assert.Equal("8512\u00c4", lines[1].StockCode);
        Assert.Equal("Caf\u00e9", lines[1].Description);
        Assert.Single(shop.Invoices);
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("windows-1252", true)]
    [InlineData("shift_jis", true)]
    [InlineData("utf-16", true)]
    [InlineData("klingon", false)]
    [InlineData("", false)]
    public void an_encoding_has_a_name(string name, bool known) => Assert.Equal(known, RetailEncoding.Named(name) is not null);

    [Fact]
    public void a_byte_order_mark_is_no_part_of_the_first_column()
    {
        var path = Path.GetTempFileName();
        try
        {
            foreach (var encoding in (Encoding[])[Encoding.UTF8, Encoding.Unicode])
            {
                File.WriteAllText(path, Header + "1,A1,Thé,1,2010-12-01 08:26:00,1.00\n", encoding);
                Assert.Equal("Thé", RetailFile.Read(path)[0].Description);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void quotes_commas_and_missing_customers_are_read()
    {
        Assert.Equal(12, RetailFiles.Excerpt.Count);
        Assert.Equal("CUP, WITH \"LOVE\"", RetailFiles.Excerpt[5].Description);
        Assert.Equal(7, RetailFiles.Excerpt[5].FileLine);
        Assert.Equal(0.85m, RetailFiles.Excerpt[9].UnitPrice);
    }

    [Theory]
    [InlineData("1,A,x,1.5,2010-12-01 08:26:00,1", "file.csv line 2: Quantity '1.5' is not a whole number, or is 0.")]
    [InlineData("1,A,x,0,2010-12-01 08:26:00,1", "file.csv line 2: Quantity '0' is not a whole number, or is 0.")]
    [InlineData("1,A,x,1,01/12/2010 08:26,1", "file.csv line 2: InvoiceDate '01/12/2010 08:26' is not a time like 2010-12-01 08:26:00.")]
    [InlineData("1,A,x,1,2010-12-01 08:26:00,1.005", "file.csv line 2: UnitPrice '1.005' is not an amount of pounds and pence.")]
    [InlineData("1,A,x,1,2010-12-01 08:26:00,-1", "file.csv line 2: UnitPrice '-1' is not an amount of pounds and pence.")]
    [InlineData("C1,A,x,1,2010-12-01 08:26:00,1", "file.csv line 2: Quantity '1' is positive on a return.")]
    [InlineData(",A,x,1,2010-12-01 08:26:00,1", "file.csv line 2: InvoiceNo '' is missing.")]
    [InlineData("1,A,x,1", "file.csv line 2: Record 2 (line 2) has 4 fields but 6 were expected.")]
    public void what_is_not_understood_is_refused_with_its_place(string line, string message) =>
        Assert.Equal(message, Assert.Throws<CannotRunException>(() => RetailFiles.Read(line)).Message);

    [Fact]
    public void a_file_without_columns_lines_or_existence_is_refused()
    {
        Assert.Contains("no column StockCode", Assert.Throws<CannotRunException>(
            () => RetailFile.Read(new StringReader("InvoiceNo,Description,Quantity,InvoiceDate,UnitPrice\n"), "f")).Message, StringComparison.Ordinal);
        Assert.Equal("file.csv has no lines.", Assert.Throws<CannotRunException>(() => RetailFiles.Read("")).Message);
        Assert.Equal("There is no file nowhere.csv.", Assert.Throws<CannotRunException>(() => RetailFile.Read("nowhere.csv")).Message);
    }

    [Fact]
    public void a_service_cannot_be_written_off() =>
        Assert.Equal(
            "Line 2 writes off POST, which is a service and has no stock.",
            Assert.Throws<CannotRunException>(() => RetailShop.Of(RetailFiles.Read("1,POST,x,-1,2010-12-01 08:26:00,0"))).Message);
}

public sealed class TheShopOfAFile
{
    private readonly RetailShop _shop = RetailShop.Of(RetailFiles.Excerpt);

    [Theory]
    [InlineData("POST", true)]
    [InlineData("DOT", true)]
    [InlineData("D", true)]
    [InlineData("M", true)]
    [InlineData("C2", true)]
    [InlineData("BANK CHARGES", true)]
    [InlineData("85123A", false)]
    [InlineData("22633", false)]
    [InlineData("DCGS0003", false)]
    public void services_are_told_by_their_codes(string code, bool service) => Assert.Equal(service, RetailFiles.Excerpt[0] with { StockCode = code } is { IsService: true });

    [Fact]
    public void codes_that_differ_by_case_are_two_products()
    {
        Assert.Equal(["10001A", "10001a", "POST", "10002", "BANK CHARGES", "D", "10003", "10004"], _shop.Products.Select(p => p.Sku));
        Assert.Equal(new ShopProduct("10001A", "BLUE ENAMEL JUG", "Gifts", false, 255, 10), _shop.Products[0]);
        Assert.Equal(new ShopProduct("10001a", "BLUE ENAMEL JUG SMALL", "Gifts", false, 150, 2), _shop.Products[1]);
    }

    [Fact]
    public void opening_stock_is_all_that_is_sold_and_written_off() =>
        Assert.Equal([10, 2, 0, 14, 0, 0, 0, 7], _shop.Products.Select(p => p.OpeningStock));

    [Fact]
    public void a_product_without_a_name_or_a_price_gets_its_code_and_nothing()
    {
        Assert.Equal(new ShopProduct("10004", "10004", "Gifts", false, 0, 7), _shop.Products[7]);
        Assert.Equal(0, _shop.Products[6].ListPrice);
    }

    [Theory]
    [InlineData("536365", "till-14")]
    [InlineData("C536379", "till-12")]
    [InlineData("16", "till-1")]
    [InlineData("15", "till-16")]
    public void an_invoice_always_belongs_to_the_same_till(string invoice, string till) => Assert.Equal(till, RetailShop.TillOf(invoice));

    [Fact]
    public void times_are_those_of_london()
    {
        Assert.Equal(new DateTimeOffset(2010, 12, 1, 8, 26, 0, TimeSpan.Zero), _shop.Invoices[0].OccurredAt);
        Assert.Equal(new DateTimeOffset(2011, 7, 1, 11, 0, 0, TimeSpan.Zero), _shop.Invoices[2].OccurredAt);
        Assert.Equal(TimeSpan.Zero, _shop.Invoices[2].OccurredAt.Offset);
    }

    [Fact]
    public void an_hour_that_spring_leaves_out_does_not_stop_the_replay() =>
        Assert.Equal(
            new DateTimeOffset(2011, 3, 27, 1, 30, 0, TimeSpan.Zero),
            RetailShop.Of(RetailFiles.Read("1,10001,x,1,2011-03-27 01:30:00,1")).Invoices[0].OccurredAt);

    [Fact]
    public void an_order_carries_the_prices_of_the_file_and_is_paid_with_five_pound_notes()
    {
        var order = RetailSeller.Order(_shop.Invoices[0], new RetailWay(false, CardShare.None, ""), "retail");

        Assert.Equal(["10001A", "10001a", "POST"], order.Lines.Select(l => l.Sku));
        Assert.Equal([255, 150, 1800], order.Lines.Select(l => l.Override!.UnitPrice.Amount));
        Assert.All(order.Lines, l => Assert.Equal("replay", l.Override!.Reason));
        Assert.Equal(4000, order.Cash?.Amount);
        Assert.Null(order.Cards);
        Assert.Equal(("700001", "17850.0", "United Kingdom"), (order.Reference, order.Customer, order.Metadata?["country"]));
        Assert.Equal("replay-700001", RetailReplay.KeyOf(_shop.Invoices[0].Number));
    }

    [Fact]
    public void a_return_turns_the_signs_round()
    {
        var back = RetailReplay.Return(_shop.Invoices[3], "retail");

        Assert.Equal([2, 1, 9], back.Lines.Select(l => l.Quantity));
        Assert.Equal([255, 2750, 85], back.Lines.Select(l => l.UnitPrice.Amount));
    }

    [Fact]
    public void invoices_keep_their_kinds_of_lines_apart()
    {
        Assert.Equal(["700001", "700002", "700003", "C700004", "700005", "700006"], _shop.Invoices.Select(i => i.Number));
        Assert.Equal([3, 3, 1, 0, 0, 0], _shop.Invoices.Select(i => i.Sold.Count));
        Assert.Equal([0, 0, 0, 3, 0, 0], _shop.Invoices.Select(i => i.Returned.Count));
        Assert.Equal([0, 0, 0, 0, 1, 1], _shop.Invoices.Select(i => i.WrittenOff.Count));
    }
}

public sealed class TheSumsOfAFile
{
    [Fact]
    public void sums_of_the_excerpt() => Assert.Equal(
        new RetailSums(6, 3, 1, 12, 2, 15.30m + 3.00m + 18.00m + 8.85m + 2.55m + 15.00m, -(5.10m + 27.50m + 7.65m), 0m, -11),
        RetailSums.Of(RetailFiles.Excerpt));

    [Fact]
    public void what_was_brought_back_is_what_stays_on_the_shelf() => Assert.Equal(
        new Dictionary<string, long> { ["10001A"] = 2, ["10001a"] = 0, ["10002"] = 0, ["10003"] = 9, ["10004"] = 0 },
        RetailSums.FinalStock(RetailFiles.Excerpt));

    [RealFileFact]
    public void sums_of_the_real_file()
    {
        var lines = RetailFile.Read(RetailFiles.Real!);

        Assert.Equal(new RetailSums(512, 439, 43, 10_000, 30, 184_248.33m, -3_580.58m, 0m, -1398), RetailSums.Of(lines));
        Assert.Equal(184_248_33, RetailShop.Of(lines).Invoices.Sum(i => i.Sold.Sum(l => RetailShop.Pence(l.UnitPrice) * l.Quantity)));
    }

    [RealFileFact]
    public void the_real_shop()
    {
        var shop = RetailShop.Of(RetailFile.Read(RetailFiles.Real!));

        Assert.Equal(2_015, shop.Products.Count);
        Assert.Equal(["BANK CHARGES", "C2", "D", "DOT", "M", "POST"], shop.Products.Where(p => p.IsService).Select(p => p.Sku).Order(StringComparer.Ordinal));
        Assert.Equal(16, shop.Invoices.Select(i => i.Till).Distinct().Count());
    }
}
