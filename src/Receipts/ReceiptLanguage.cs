using System.Collections.Immutable;
using System.Globalization;

namespace Pos.Receipts;

/// <summary>The words of a receipt in one language, and how the language writes amounts and times.</summary>
public sealed record ReceiptLanguage
{
    /// <summary>English.</summary>
    public static readonly ReceiptLanguage English = new();

    /// <summary>German.</summary>
    public static readonly ReceiptLanguage German = new()
    {
        Code = "de",
        Copy = "KOPIE",
        Till = "Kasse",
        SoldBy = "Bedient von",
        Reference = "Referenz",
        Order = "Beleg",
        Returned = "Zurückgegeben",
        ListPrice = "statt",
        Subtotal = "Zwischensumme",
        Tax = "Steuer",
        Net = "Netto",
        Gross = "Brutto",
        Total = "Summe",
        Rounding = "Rundung",
        Due = "Zu zahlen",
        Cash = "Bar",
        Card = "Karte",
        Exchange = "Gutschrift",
        Given = "Gegeben",
        Change = "Rückgeld",
        Refund = "Erstattet",
        Decimal = ',',
        Group = '.',
        Times = "dd.MM.yyyy HH:mm",
    };

    /// <summary>French.</summary>
    public static readonly ReceiptLanguage French = new()
    {
        Code = "fr",
        Copy = "DUPLICATA",
        Till = "Caisse",
        SoldBy = "Servi par",
        Reference = "Référence",
        Order = "Ticket",
        Returned = "Retourné",
        ListPrice = "au lieu de",
        Subtotal = "Sous-total",
        Tax = "TVA",
        Net = "HT",
        Gross = "TTC",
        Total = "Total",
        Rounding = "Arrondi",
        Due = "À payer",
        Cash = "Espèces",
        Card = "Carte",
        Exchange = "Avoir",
        Given = "Reçu",
        Change = "Rendu",
        Refund = "Remboursé",
        Decimal = ',',
        Group = ' ',
        Times = "dd/MM/yyyy HH:mm",
    };

    /// <summary>All languages, the default first.</summary>
    public static ImmutableArray<ReceiptLanguage> All { get; } = [English, German, French];

    private ReceiptLanguage()
    {
    }

    /// <summary>ISO 639-1.</summary>
    public string Code { get; private init; } = "en";

    internal string Copy { get; private init; } = "COPY";

    internal string Till { get; private init; } = "Till";

    internal string SoldBy { get; private init; } = "Served by";

    internal string Reference { get; private init; } = "Reference";

    internal string Order { get; private init; } = "Receipt";

    internal string Returned { get; private init; } = "Returned";

    internal string ListPrice { get; private init; } = "instead of";

    internal string Subtotal { get; private init; } = "Subtotal";

    internal string Tax { get; private init; } = "Tax";

    internal string Net { get; private init; } = "Net";

    internal string Gross { get; private init; } = "Gross";

    internal string Total { get; private init; } = "Total";

    internal string Rounding { get; private init; } = "Rounding";

    internal string Due { get; private init; } = "To pay";

    internal string Cash { get; private init; } = "Cash";

    internal string Card { get; private init; } = "Card";

    internal string Exchange { get; private init; } = "Exchange credit";

    internal string Given { get; private init; } = "Given";

    internal string Change { get; private init; } = "Change";

    internal string Refund { get; private init; } = "Refunded";

    private char Decimal { get; init; } = '.';

    private char Group { get; init; } = ',';

    private string Times { get; init; } = "d MMM yyyy HH:mm";

    /// <summary>An amount without its currency: <c>1.234,50</c>.</summary>
    internal string Amount(Money money)
    {
        var digits = money.Currency.MinorUnits;
        var minor = Math.Abs((decimal)money.Amount);
        for (var digit = 0; digit < digits; digit++)
        {
            minor /= 10;
        }

        var text = minor.ToString("N" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return (money.Amount < 0 ? "-" : "") + string.Create(text.Length, (text, Decimal, Group), static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = from.text[i] switch { '.' => from.Decimal, ',' => from.Group, var digit => digit };
            }
        });
    }

    /// <summary>A rate: <c>7 %</c>, <c>5,5 %</c>.</summary>
    internal string Rate(int basisPoints) =>
        (basisPoints / 100m).ToString("0.##", CultureInfo.InvariantCulture).Replace('.', Decimal) + " %";

    /// <summary>A time on the store's clock.</summary>
    internal string Time(string local) => DateTimeOffset.ParseExact(local, "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture).ToString(Times, CultureInfo.InvariantCulture);
}
