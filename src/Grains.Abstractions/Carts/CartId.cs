using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Carts;

/// <summary>A cart: 32 lowercase hexadecimal digits, made as an <see cref="OrderId"/> is.</summary>
[GenerateSerializer, Immutable, Alias("pos.CartId"), JsonConverter(typeof(ParsableJsonConverter<CartId>))]
public readonly record struct CartId(string Value) : ITextId<CartId>
{
    /// <inheritdoc/>
    public static string Rule => "a cart's id is 32 hexadecimal digits in lower case, as the answer that made it says";

    /// <inheritdoc/>
    public static string Pattern => "^[0-9a-f]{32}$";

    /// <inheritdoc/>
    public static string Sample => "7f7c1b0e5d0c4f3ab8a6c0d4e1b2a397";

    /// <inheritdoc/>
    public static CartId Parse(string s, IFormatProvider? provider = null) => Parsing.OrThrow<CartId>(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out CartId result)
    {
        var valid = Parsing.IsHash(s);
        result = valid ? new CartId(s!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
