using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Payments;

/// <summary>A card payment: <c>orderId.tender</c>. The provider knows the charge by the same name.</summary>
[GenerateSerializer, Immutable, Alias("pos.PaymentId"), JsonConverter(typeof(ParsableJsonConverter<PaymentId>))]
public readonly record struct PaymentId(string Value) : ITextId<PaymentId>
{
    /// <inheritdoc/>
    public static string Rule => "a payment's id is its order's id, a point, and the number of the card among the order's tenders";

    /// <inheritdoc/>
    public static string Pattern => @"^[0-9a-f]{32}\.[1-9][0-9]{0,3}$";

    /// <inheritdoc/>
    public static string Sample => "9f86d081884c7d659a2feaa0c55ad015.1";

    private const int OrderLength = 32;
    private const int TenderDigitsMax = 4;

    /// <summary>The order that it pays.</summary>
    public OrderId Order => new(Value[..OrderLength]);

    /// <summary>Which of the order's cards, from 1.</summary>
    public int Tender => int.Parse(Value.AsSpan(OrderLength + 1), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>The payment of one card of an order.</summary>
    public static PaymentId Of(OrderId order, int tender) => new(string.Create(CultureInfo.InvariantCulture, $"{order.Value}.{tender}"));

    /// <inheritdoc/>
    public static PaymentId Parse(string s, IFormatProvider? provider = null) => Parsing.OrThrow<PaymentId>(s);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PaymentId result)
    {
        var valid = s is { Length: > OrderLength + 1 and <= OrderLength + 1 + TenderDigitsMax } && s[OrderLength] == '.' && s[OrderLength + 1] != '0'
            && Parsing.IsHash(s[..OrderLength]) && !s.AsSpan(OrderLength + 1).ContainsAnyExceptInRange('0', '9');
        result = valid ? new PaymentId(s!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;
}
