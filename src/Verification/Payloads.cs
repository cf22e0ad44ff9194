using System.Text.Json.Serialization;

namespace Pos.Verification;

// What the verifier reads of the journaled events: their pinned JSON, seen without the code that wrote it. A member that is listed
// without a default must be there; members that no check needs are left out.

internal sealed record Amount([property: JsonPropertyName("amount")] long Minor, string Currency);

internal sealed record OperationRef(string Id, DateTimeOffset NotAfter);

internal sealed record ProductDefined(string Name, Amount Price, string TaxClass, string Kind, bool Active);

internal sealed record ProductChanged(OperationRef Operation);

internal sealed record StoreDefined(string Name, string Currency, string TimeZone, bool TaxInclusive, IReadOnlyList<string> Tills);

internal sealed record StockReceived(OperationRef Operation, long Quantity, long Balance);

internal sealed record StockRestocked(OperationRef Operation, long Quantity, string Return, long Balance);

internal sealed record StockAdjusted(OperationRef Operation, long Delta, string Reason, long Balance);

internal sealed record StockCounted(OperationRef Operation, long Counted, long Delta, long Balance);

internal sealed record StockPolicySet(OperationRef Operation, string Policy);

internal sealed record StockReserved(
    string Hold, string Owner, long Quantity, bool Pinned, DateTimeOffset NotAfter, DateTimeOffset? ExpiresAt = null);

internal sealed record StockPinned(string Hold);

internal sealed record StockCommitted(string Hold, long Quantity, long Balance);

internal sealed record StockReleased(string Hold, string Owner, long Quantity, DateTimeOffset NotAfter);

internal sealed record StockExpired(string Hold, long Quantity);

internal sealed record Line(
    [property: JsonPropertyName("line")] int Number,
    string Sku,
    string Kind,
    long Quantity,
    long UnitPrice,
    long TaxRate,
    long Net,
    long Tax,
    long Gross,
    string? Disposition = null)
{
    public bool IsGoods => Kind == "goods";

    public bool IsRestocked => IsGoods && Disposition == "restock";
}

internal sealed record OrderPlaced(
    string Store,
    string Till,
    OperationRef Operation,
    IReadOnlyList<Line> Lines,
    bool TaxInclusive,
    Amount Net,
    Amount Tax,
    Amount Gross,
    Amount Tendered);

internal sealed record OrderStockReserved(int Holds);

internal sealed record OrderCashTaken(Amount Tendered, Amount Change);

internal sealed record OrderCancelled(string Reason);

internal sealed record ReturnAccepted(
    string Store,
    string Till,
    OperationRef Operation,
    IReadOnlyList<Line> Lines,
    bool TaxInclusive,
    Amount Net,
    Amount Tax,
    Amount Gross);

internal sealed record ReturnCompleted(Amount Refund);

internal sealed record Nothing;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ProductDefined))]
[JsonSerializable(typeof(ProductChanged))]
[JsonSerializable(typeof(StoreDefined))]
[JsonSerializable(typeof(StockReceived))]
[JsonSerializable(typeof(StockRestocked))]
[JsonSerializable(typeof(StockAdjusted))]
[JsonSerializable(typeof(StockCounted))]
[JsonSerializable(typeof(StockPolicySet))]
[JsonSerializable(typeof(StockReserved))]
[JsonSerializable(typeof(StockPinned))]
[JsonSerializable(typeof(StockCommitted))]
[JsonSerializable(typeof(StockReleased))]
[JsonSerializable(typeof(StockExpired))]
[JsonSerializable(typeof(OrderPlaced))]
[JsonSerializable(typeof(OrderStockReserved))]
[JsonSerializable(typeof(OrderCashTaken))]
[JsonSerializable(typeof(OrderCancelled))]
[JsonSerializable(typeof(ReturnAccepted))]
[JsonSerializable(typeof(ReturnCompleted))]
[JsonSerializable(typeof(Nothing))]
internal sealed partial class Payloads : JsonSerializerContext;
