using System.Collections.Frozen;
using Pos.Api.Carts;

namespace Pos.Api.Input;

/// <summary>The rule of each kind of id, in a sentence for people. Every refusal of an id says it.</summary>
internal static class IdRules
{
    private const string Hash = "32 hexadecimal digits in lower case, as the answer that made it says";

    private static readonly FrozenDictionary<Type, string> Rules = new Dictionary<Type, string>
    {
        [typeof(StoreId)] = "a store's id is 1 to 32 of a-z, 0-9 and -, and begins with a letter or a digit",
        [typeof(TillId)] = "a till's id is 1 to 32 of a-z, 0-9 and -",
        [typeof(Sku)] = Sku.Rule,
        [typeof(Barcode)] = Barcode.Rule,
        [typeof(Currency)] = "a currency is an ISO 4217 code of three capital letters, for example EUR",
        [typeof(OrderId)] = "an order's id is " + Hash,
        [typeof(ReturnId)] = "a return's id is " + Hash,
        [typeof(CartId)] = "a cart's id is " + Hash,
        [typeof(PaymentId)] = "a payment's id is its order's id, a point, and the number of the card among the order's tenders",
        [typeof(HoldId)] = "a hold's id is " + Hash + "; an order's has a point and the line's number behind it",
        [typeof(LineNumber)] = "a line's number is a whole number from 1",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string> ByName = Rules.ToFrozenDictionary(rule => rule.Key.Name, rule => rule.Value, StringComparer.Ordinal);

    /// <summary>The rule of a type of id; null for any other type.</summary>
    public static string? Of(Type type) => Rules.GetValueOrDefault(type);

    /// <summary>The rule of the type with a name; null when the name is no id's.</summary>
    public static string? Of(string type) => ByName.GetValueOrDefault(type);
}
