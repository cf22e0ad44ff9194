using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos;

/// <summary>An ISO 4217 currency that is in use, by its three letters.</summary>
[GenerateSerializer, Immutable, Alias("pos.Currency"), JsonConverter(typeof(ParsableJsonConverter<Currency>))]
public readonly record struct Currency(string Code) : ITextId<Currency>
{
    /// <inheritdoc/>
    public static string Rule => "a currency is an ISO 4217 code of three capital letters, for example EUR";

    /// <inheritdoc/>
    public static string Pattern => "^[A-Z]{3}$";

    /// <inheritdoc/>
    public static string Sample => "EUR";

    // ISO 4217 list one, minor units other than 2.
    private static readonly FrozenDictionary<string, int> OddMinorUnits = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["BIF"] = 0,
        ["CLP"] = 0,
        ["DJF"] = 0,
        ["GNF"] = 0,
        ["ISK"] = 0,
        ["JPY"] = 0,
        ["KMF"] = 0,
        ["KRW"] = 0,
        ["PYG"] = 0,
        ["RWF"] = 0,
        ["UGX"] = 0,
        ["VND"] = 0,
        ["VUV"] = 0,
        ["XAF"] = 0,
        ["XOF"] = 0,
        ["XPF"] = 0,
        ["BHD"] = 3,
        ["IQD"] = 3,
        ["JOD"] = 3,
        ["KWD"] = 3,
        ["LYD"] = 3,
        ["OMR"] = 3,
        ["TND"] = 3,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> TwoMinorUnits = (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK "
        + "DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD "
        + "KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP "
        + "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH "
        + "USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Digits behind the decimal point: 2 for GBP, 0 for JPY.</summary>
    public int MinorUnits => OddMinorUnits.TryGetValue(Code, out var digits) ? digits : 2;

    /// <inheritdoc/>
    public static Currency Parse(string s, IFormatProvider? provider = null) => Parsing.OrThrow<Currency>(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Currency result)
    {
        var valid = s is { Length: 3 } && (TwoMinorUnits.Contains(s) || OddMinorUnits.ContainsKey(s));
        result = valid ? new Currency(s!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => Code;
}

/// <summary>An amount in a currency's minor units. Arithmetic is checked and never mixes currencies.</summary>
/// <param name="Amount">Minor units: 255 of GBP are £2.55.</param>
/// <param name="Currency">ISO 4217.</param>
[GenerateSerializer, Immutable, Alias("pos.Money")]
[method: JsonConstructor]
public readonly record struct Money(long Amount, Currency Currency)
{
    /// <summary>Nothing, in a currency.</summary>
    public static Money Zero(Currency currency) => new(0, currency);

    /// <exception cref="OverflowException">The sum does not fit.</exception>
    /// <exception cref="ArgumentException">The currencies differ.</exception>
    public static Money operator +(Money left, Money right) => new(checked(left.Amount + SameCurrency(left, right).Amount), left.Currency);

    /// <exception cref="OverflowException">The difference does not fit.</exception>
    /// <exception cref="ArgumentException">The currencies differ.</exception>
    public static Money operator -(Money left, Money right) => new(checked(left.Amount - SameCurrency(left, right).Amount), left.Currency);

    /// <exception cref="OverflowException">The product does not fit.</exception>
    public static Money operator *(Money left, long times) => new(checked(left.Amount * times), left.Currency);

    /// <summary>For people: <c>2.55 GBP</c>.</summary>
    public override string ToString()
    {
        var digits = Currency.MinorUnits;
        var scale = (long)Math.Pow(10, digits);
        var whole = Math.Abs(Amount / scale);
        var minor = Math.Abs(Amount % scale);
        var sign = Amount < 0 ? "-" : "";
        return digits == 0
            ? FormattableString.Invariant($"{sign}{whole} {Currency.Code}")
            : FormattableString.Invariant($"{sign}{whole}.{minor.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(digits, '0')} {Currency.Code}");
    }

    private static Money SameCurrency(Money left, Money right) => left.Currency == right.Currency
        ? right
        : throw new ArgumentException($"{left.Currency.Code} and {right.Currency.Code} do not mix.", nameof(right));
}
