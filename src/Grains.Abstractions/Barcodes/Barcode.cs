using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Barcodes;

/// <summary>
/// A scanned code in its one canonical form: an EAN-13 (a UPC-A is one that begins with 0), an EAN-8, or a free code of 1–48
/// printable characters without <c>/</c> and <c>\</c>. 8, 12 or 13 digits are a code with a check digit, and theirs must be right.
/// </summary>
[GenerateSerializer, Immutable, Alias("pos.Barcode"), JsonConverter(typeof(JournaledIdJsonConverter<Barcode>))]
public readonly record struct Barcode(string Value) : ITextId<Barcode>, IJournaledId<Barcode>
{
    /// <inheritdoc/>
    public static string Pattern => @"^[!-.0-\[\]-~]{1,48}$";

    /// <inheritdoc/>
    public static string Sample => "4006381333931";

    /// <inheritdoc/>
    public static string Rule =>
        "a barcode is an EAN-13, EAN-8 or UPC-A with its check digit, or 1 to 48 other printable ASCII characters without space, /, \\ and % before a hexadecimal "
        + "digit, and neither . nor ..";

    /// <summary>Characters of a free code.</summary>
    public const int LengthMax = 48;

    private const int PrefixDigits = 2;

    // Of item and value, between the prefix and the check digit of an EAN-13.
    private const int EmbeddedDigits = 10;

    private const int UpcDigits = 12;

    private const int EanDigits = 13;

    /// <summary>Whether it is an EAN-13, which a store's rules may take apart.</summary>
    public bool IsEan13 => Value.Length == EanDigits && HasCheckDigit(Value);

    /// <summary>An EAN-13 or EAN-8 without its check digit, with it.</summary>
    public static Barcode WithCheckDigit(string digits)
    {
        ArgumentNullException.ThrowIfNull(digits);
        return new(digits + CheckDigit(digits).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The digit behind these: it makes the sum of all, every second from the right three times, a multiple of ten.</summary>
    public static int CheckDigit(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            sum += (digits[^(i + 1)] - '0') * (i % 2 == 0 ? 3 : 1);
        }

        return (10 - (sum % 10)) % 10;
    }

    /// <summary>
    /// Takes apart a label that a store has printed itself: prefix, item, value, check digit. The code that its product claims is the
    /// label's with zeros for the value.
    /// </summary>
    /// <param name="rules">The store's, or null.</param>
    /// <param name="item">The code that the product has claimed: this one when no rule fits.</param>
    /// <param name="embedded">The price or weight; null when no rule fits, or when this is the code of the item alone.</param>
    /// <returns>Whether a rule fits.</returns>
    public bool TryDecode(ImmutableArray<EmbeddedBarcode>? rules, out Barcode item, out EmbeddedValue? embedded)
    {
        (item, embedded) = (this, null);
        foreach (var rule in rules ?? [])
        {
            if (IsEan13 && Value.StartsWith(rule.Prefix, StringComparison.Ordinal))
            {
                var digits = PrefixDigits + rule.ItemDigits;
                var value = long.Parse(Value.AsSpan(digits, EmbeddedDigits - rule.ItemDigits), CultureInfo.InvariantCulture);
                item = WithCheckDigit(Value[..digits].PadRight(PrefixDigits + EmbeddedDigits, '0'));
                embedded = value == 0 ? null : new(rule.Kind, value);
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public static Barcode Parse(string s, IFormatProvider? provider = null) => Parsing.OrThrow<Barcode>(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Barcode result)
    {
        var valid = TryReadJournaled(s, out result) && Parsing.IsAddress(s);
        result = valid ? result : default;
        return valid;
    }

    /// <summary>Reads a barcode by the first rule, as the journal may have it.</summary>
    public static bool TryReadJournaled([NotNullWhen(true)] string? s, out Barcode result)
    {
        var valid = s is { Length: > 0 and <= LengthMax } && !s.AsSpan().ContainsAnyExceptInRange('!', '~') && Parsing.IsPlainText(s)
            && (!HasCheckDigit(s) || CheckDigit(s.AsSpan(0, s.Length - 1)) == s[^1] - '0');
        result = valid ? new Barcode(s!.Length == UpcDigits && HasCheckDigit(s) ? "0" + s : s) : default;
        return valid;
    }

    /// <summary>Why a text is no barcode, for people; null when it is one.</summary>
    public static string? Fault(string s)
    {
        ArgumentNullException.ThrowIfNull(s);
        if (TryParse(s, null, out _))
        {
            return null;
        }

        return HasCheckDigit(s) && s.Length <= LengthMax
            ? $"The check digit of '{s}' is wrong: it ends with {s[^1]}, and {CheckDigit(s.AsSpan(0, s.Length - 1))} is expected."
            : $"'{(s.Length <= LengthMax ? s : s[..LengthMax] + "…")}' is no barcode: {Rule}.";
    }

    /// <inheritdoc/>
    public override string ToString() => Value;

    private static bool HasCheckDigit(string s) => s.Length is 8 or UpcDigits or EanDigits && !s.AsSpan().ContainsAnyExceptInRange('0', '9');
}
