using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos;

/// <summary>A store's code: 1–32 of <c>a–z 0–9 -</c>, beginning with a letter or digit.</summary>
[GenerateSerializer, Immutable, Alias("pos.StoreId"), JsonConverter(typeof(ParsableJsonConverter<StoreId>))]
public readonly record struct StoreId(string Value) : ITextId<StoreId>
{
    /// <inheritdoc/>
    public static string Rule => "a store's id is 1 to 32 of a-z, 0-9 and -, and begins with a letter or a digit";

    /// <inheritdoc/>
    public static string Pattern => "^[a-z0-9][a-z0-9-]{0,31}$";

    /// <inheritdoc/>
    public static string Sample => "demo";

    /// <inheritdoc/>
    public static StoreId Parse(string s, IFormatProvider? provider = null) => Parsing.OrThrow<StoreId>(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out StoreId result)
    {
        var valid = s is { Length: > 0 and <= 32 } && s[0] != '-' && !s.AsSpan().ContainsAnyExcept(Parsing.CodeCharacters);
        result = valid ? new StoreId(s!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A till of a store: 1–32 of <c>a–z 0–9 -</c>.</summary>
[GenerateSerializer, Immutable, Alias("pos.TillId"), JsonConverter(typeof(ParsableJsonConverter<TillId>))]
public readonly record struct TillId(string Value) : ITextId<TillId>
{
    /// <inheritdoc/>
    public static string Rule => "a till's id is 1 to 32 of a-z, 0-9 and -";

    /// <inheritdoc/>
    public static string Pattern => "^[a-z0-9-]{1,32}$";

    /// <inheritdoc/>
    public static string Sample => "till-1";

    /// <inheritdoc/>
    public static TillId Parse(string s, IFormatProvider? provider = null) => Parsing.OrThrow<TillId>(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out TillId result)
    {
        var valid = s is { Length: > 0 and <= 32 } && !s.AsSpan().ContainsAnyExcept(Parsing.CodeCharacters);
        result = valid ? new TillId(s!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// A stock-keeping unit: 1–64 characters, case-sensitive, in Unicode's normal form C, without control and invisible characters, <c>/</c>,
/// <c>\</c>, <c>%</c> before a hexadecimal digit, or space at either end; and no name that addresses use for something else.
/// </summary>
[GenerateSerializer, Immutable, Alias("pos.Sku"), JsonConverter(typeof(JournaledIdJsonConverter<Sku>))]
public readonly record struct Sku(string Value) : ITextId<Sku>, IJournaledId<Sku>
{
    /// <inheritdoc/>
    public static string Pattern => @"^[^\s/\\]([^/\\]{0,62}[^\s/\\])?$";

    /// <inheritdoc/>
    public static string Sample => "espresso";

    private const int LengthMax = 64;

    // Several code points may become one.
    private const int NotNormalLengthMax = 4 * LengthMax;

    /// <inheritdoc/>
    public static string Rule =>
        "a SKU is 1 to 64 visible characters, none beyond U+FFFF as emoji are, without /, \\, % before a hexadecimal digit, or space at either end, and none of ., .. and search";

    /// <summary>Words, in any case, that addresses have where a SKU stands. No address could reach a product with such a SKU.</summary>
    public static IReadOnlyList<string> Reserved { get; } = ["search"];

    /// <inheritdoc/>
    public static Sku Parse(string s, IFormatProvider? provider = null) => Parsing.OrThrow<Sku>(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Sku result)
    {
        var normal = s is { Length: > 0 and <= NotNormalLengthMax } && Parsing.IsPlainText(s) ? s.Normalize() : null;
        var valid = TryReadJournaled(normal, out result) && Parsing.IsVisible(normal) && Parsing.IsAddress(normal)
            && !Reserved.Contains(normal, StringComparer.OrdinalIgnoreCase);
        result = valid ? result : default;
        return valid;
    }

    /// <summary>Reads a SKU by the first rule, as the journal may have it.</summary>
    public static bool TryReadJournaled([NotNullWhen(true)] string? s, out Sku result)
    {
        var valid = s is { Length: > 0 and <= LengthMax } && !char.IsWhiteSpace(s[0]) && !char.IsWhiteSpace(s[^1]) && Parsing.IsPlainText(s);
        result = valid ? new Sku(s!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>An order: 32 lowercase hexadecimal digits, the hash of who asked with which idempotency key.</summary>
[GenerateSerializer, Immutable, Alias("pos.OrderId"), JsonConverter(typeof(ParsableJsonConverter<OrderId>))]
public readonly record struct OrderId(string Value) : ITextId<OrderId>
{
    /// <inheritdoc/>
    public static string Rule => "an order's id is 32 hexadecimal digits in lower case, as the answer that made it says";

    /// <inheritdoc/>
    public static string Pattern => "^[0-9a-f]{32}$";

    /// <inheritdoc/>
    public static string Sample => "9f86d081884c7d659a2feaa0c55ad015";

    /// <summary>The one order that a cart can become: the hash of the cart's id.</summary>
    public static OrderId Of(CartId cart)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.ASCII.GetBytes($"4:cart{cart.Value.Length}:{cart.Value}"), hash);
        return new(Convert.ToHexStringLower(hash[..16]));
    }

    /// <inheritdoc/>
    public static OrderId Parse(string s, IFormatProvider? provider = null) => Parsing.OrThrow<OrderId>(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out OrderId result)
    {
        var valid = Parsing.IsHash(s);
        result = valid ? new OrderId(s!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A return: 32 lowercase hexadecimal digits, made as an <see cref="OrderId"/> is.</summary>
[GenerateSerializer, Immutable, Alias("pos.ReturnId"), JsonConverter(typeof(ParsableJsonConverter<ReturnId>))]
public readonly record struct ReturnId(string Value) : ITextId<ReturnId>
{
    /// <inheritdoc/>
    public static string Rule => "a return's id is 32 hexadecimal digits in lower case, as the answer that made it says";

    /// <inheritdoc/>
    public static string Pattern => "^[0-9a-f]{32}$";

    /// <inheritdoc/>
    public static string Sample => "60303ae22b998861bce3b28f33eec1be";

    /// <inheritdoc/>
    public static ReturnId Parse(string s, IFormatProvider? provider = null) => Parsing.OrThrow<ReturnId>(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ReturnId result)
    {
        var valid = Parsing.IsHash(s);
        result = valid ? new ReturnId(s!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A hold on stock: <c>orderId.line</c> for an order's, 32 hexadecimal digits for one made through the API.</summary>
[GenerateSerializer, Immutable, Alias("pos.HoldId"), JsonConverter(typeof(ParsableJsonConverter<HoldId>))]
public readonly record struct HoldId(string Value) : ITextId<HoldId>
{
    /// <inheritdoc/>
    public static string Rule =>
        "a hold's id is 32 hexadecimal digits in lower case, as the answer that made it says; an order's has a point and the line's number behind it";

    /// <inheritdoc/>
    public static string Pattern => @"^[0-9a-f]{32}(\.[0-9]{1,7})?$";

    /// <inheritdoc/>
    public static string Sample => "fd61a03af4f77d870fc21e05e7e80678";

    /// <summary>The hold of one line of an order.</summary>
    public static HoldId Of(OrderId order, int line) => new($"{order.Value}.{line}");

    /// <inheritdoc/>
    public static HoldId Parse(string s, IFormatProvider? provider = null) => Parsing.OrThrow<HoldId>(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out HoldId result)
    {
        var valid = s is { Length: >= 32 and <= 40 } && Parsing.IsHash(s[..32])
            && (s.Length == 32 || (s[32] == '.' && s.Length > 33 && !s.AsSpan(33).ContainsAnyExceptInRange('0', '9')));
        result = valid ? new HoldId(s!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A stock item: one product in one store. Its grain's key is <c>store/sku</c>.</summary>
[GenerateSerializer, Immutable, Alias("pos.StockKey")]
public readonly record struct StockKey(StoreId Store, Sku Sku)
{
    /// <summary>Reads a grain's key.</summary>
    public static StockKey Parse(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? throw new FormatException("The text is no key of a stock item.")
            : new StockKey(StoreId.Parse(key[..slash], null), Parsing.Journaled<Sku>(key[(slash + 1)..]));
    }

    /// <summary>The grain's key.</summary>
    public override string ToString() => string.Concat(Store.Value, "/", Sku.Value);
}
