using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Carts;

/// <summary>A cart: 32 lowercase hexadecimal digits, made as an <see cref="OrderId"/> is.</summary>
[GenerateSerializer, Immutable, Alias("pos.CartId"), JsonConverter(typeof(ParsableJsonConverter<CartId>))]
public readonly record struct CartId(string Value) : IParsable<CartId>
{
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
