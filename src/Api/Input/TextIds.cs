using System.Collections.Frozen;
using Pos.Api.Carts;

namespace Pos.Api.Input;

/// <summary>The rule of a type of id, as documents and error messages show it.</summary>
/// <param name="Rule">The texts that it takes, for people.</param>
/// <param name="Pattern">The same as a regular expression.</param>
/// <param name="Sample">A text that it takes.</param>
/// <param name="Takes">Whether it takes a text.</param>
internal sealed record TextId(string Rule, string Pattern, string Sample, Func<string?, bool> Takes);

/// <summary>The types of ids that the API reads.</summary>
internal static class TextIds
{
    public static FrozenDictionary<Type, TextId> All { get; } = new[]
    {
        Of<StoreId>(), Of<TillId>(), Of<Sku>(), Of<Barcode>(), Of<Currency>(), Of<OrderId>(), Of<ReturnId>(), Of<CartId>(), Of<PaymentId>(), Of<HoldId>(), Of<LineNumber>(),
    }.ToFrozenDictionary();

    /// <summary>A type of id, also as it is when there may be none; null for any other type.</summary>
    public static TextId? Of(Type type) => All.GetValueOrDefault(Nullable.GetUnderlyingType(type) ?? type);

    private static KeyValuePair<Type, TextId> Of<T>() where T : ITextId<T> =>
        KeyValuePair.Create(typeof(T), new TextId(T.Rule, T.Pattern, T.Sample, static text => T.TryParse(text, null, out _)));
}
