using System.Globalization;
using System.Text;
using CsvHelper;

namespace Pos.Cli.Retail.Data;

/// <summary>One line of the shop's file.</summary>
/// <param name="FileLine">The number of its first line in the file, from 1.</param>
/// <param name="Invoice">The invoice number; a leading <c>C</c> marks a return.</param>
/// <param name="StockCode">Case-sensitive, in Unicode's normal form C, as the server keeps it.</param>
/// <param name="Description">May be empty; in normal form C.</param>
/// <param name="Quantity">Pieces; negative for returns and write-offs, never 0.</param>
/// <param name="LocalTime">The wall clock of Europe/London.</param>
/// <param name="UnitPrice">GBP including tax, two decimals at most, not negative.</param>
/// <param name="Customer">Empty when the file names none.</param>
/// <param name="Country">The customer's country; empty when the file names none.</param>
internal sealed record RetailLine(
    int FileLine, string Invoice, string StockCode, string Description, int Quantity, DateTime LocalTime, decimal UnitPrice, string Customer, string Country = "")
{
    /// <summary>Goods or services brought back.</summary>
    public bool IsReturn => Invoice.StartsWith('C');

    /// <summary>Goods lost: a negative line of an invoice that is not a return.</summary>
    public bool IsWriteOff => !IsReturn && Quantity < 0;

    /// <summary>Goods or services sold.</summary>
    public bool IsSale => !IsReturn && Quantity > 0;

    /// <summary>
    /// The code has no number of three digits or more. Goods have one (<c>85123A</c>, <c>DCGS0003</c>); services are <c>POST</c> and <c>DOT</c> (postage),
    /// <c>C2</c> (carriage), <c>D</c> (discount), <c>M</c> (manual), <c>BANK CHARGES</c> and the like. Services have no stock.
    /// </summary>
    public bool IsService
    {
        get
        {
            var digits = 0;
            foreach (var c in StockCode)
            {
                digits = char.IsAsciiDigit(c) ? digits + 1 : 0;
                if (digits == 3)
                {
                    return false;
                }
            }

            return true;
        }
    }
}

/// <summary>Reads the CSV of <c>Online Retail</c>. A line that it does not understand is refused with the line's number.</summary>
internal static class RetailFile
{
    private static readonly string[] Columns = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice"];

    private const string CustomerColumn = "CustomerID";
    private const string CountryColumn = "Country";

    private static readonly CsvReaderOptions Options = new()
    {
        Separator = ',',
        MalformedData = CsvMalformedDataHandling.Throw,
        FieldCountMismatch = CsvFieldCountHandling.Throw,
        TrackLineNumbers = true,
        FormatProvider = CultureInfo.InvariantCulture,
    };

    /// <param name="path">The file.</param>
    /// <param name="encoding">The encoding of its bytes: <see cref="RetailEncoding"/>; UTF-8 when null.</param>
    public static IReadOnlyList<RetailLine> Read(string path, Encoding? encoding = null)
    {
        encoding ??= RetailEncoding.Utf8;
        try
        {
            using var reader = new StreamReader(path, encoding);
            return Read(reader, path);
        }
        catch (DecoderFallbackException e)
        {
            throw new CannotRunException(RetailEncoding.Fault(path, encoding), e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CannotRunException($"There is no file {path}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CannotRunException($"{path} cannot be read: {e.Message}", e);
        }
    }

    public static IReadOnlyList<RetailLine> Read(TextReader reader, string name)
    {
        using var csv = CsvReader.Create(reader, Options);
        try
        {
            csv.ReadHeader();
            var missing = Columns.Except([.. csv.Headers], StringComparer.Ordinal).ToList();
            if (missing.Count > 0)
            {
                throw new CannotRunException($"{name} has no column {string.Join(", ", missing)}.");
            }

            var lines = new List<RetailLine>();
            var customers = csv.Headers.Contains(CustomerColumn, StringComparer.Ordinal);
            var countries = csv.Headers.Contains(CountryColumn, StringComparer.Ordinal);
            while (csv.Read())
            {
                lines.Add(Line(csv, name) with
                {
                    Customer = customers ? csv.GetString(CustomerColumn).Trim() : "",
                    Country = countries ? csv.GetString(CountryColumn).Trim().Normalize() : "",
                });
            }

            return lines.Count > 0 ? lines : throw new CannotRunException($"{name} has no lines.");
        }
        catch (CsvFormatException e)
        {
            throw new CannotRunException($"{name} line {e.LineNumber}: {e.Message}", e);
        }
    }

    private static RetailLine Line(CsvReader csv, string name)
    {
        var line = (int)csv.LineNumber;
        var invoice = Required("InvoiceNo");
        var code = Required("StockCode");
        if (!int.TryParse(Required("Quantity"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var quantity) || quantity == 0)
        {
            throw Bad("Quantity", "is not a whole number, or is 0");
        }

        if (!DateTime.TryParseExact(
            Required("InvoiceDate"), "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            throw Bad("InvoiceDate", "is not a time like 2010-12-01 08:26:00");
        }

        if (!decimal.TryParse(Required("UnitPrice"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price)
            || decimal.Round(price, 2) != price)
        {
            throw Bad("UnitPrice", "is not an amount of pounds and pence");
        }

        if (invoice.StartsWith('C') && quantity > 0)
        {
            throw Bad("Quantity", "is positive on a return");
        }

        return new RetailLine(line, invoice, code, csv.GetString("Description").Trim().Normalize(), quantity, time, price, "");

        // The letter é can be written as one character or as an e and an accent. The server normalizes both to one product, so this program does too:
        // otherwise the stock of each spelling would be compared with the stock of both.
        string Required(string column) =>
            csv.GetString(column).Trim().Normalize() is { Length: > 0 } value ? value : throw Bad(column, "is missing");

        CannotRunException Bad(string column, string what) => new($"{name} line {line}: {column} '{csv.GetString(column)}' {what}.");
    }
}
