using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pos.Verification;

// The members of journaled events that the verifier reads, from their pinned JSON and without the code that wrote it. A member without a
// default must be there. Members that no check needs are left out.

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
    Amount Tendered,
    long Rounding = 0,
    IReadOnlyList<Card>? Cards = null,
    Credit? Credit = null,
    string? Cart = null,
    bool HoldsBySku = false,
    JsonElement? Annotations = null)
{
    /// <summary>The amount due in coins and notes.</summary>
    public long CashDue => Gross.Minor - (Cards?.Sum(c => c.Amount) ?? 0) - (Credit?.Amount ?? 0) + Rounding;

    /// <summary>Whether money moves elsewhere than in the drawer.</summary>
    public bool IsCharged => Cards is { Count: > 0 } || Credit is not null;
}

internal sealed record Card(int Tender, long Amount);

internal sealed record Credit(string Return, long Amount, IReadOnlyList<Refund>? Cards = null);

internal sealed record CartOpened(string Store, OperationRef Operation, IReadOnlyList<CartLine>? Lines = null);

internal sealed record CartLine(Line Line);

internal sealed record CartLineAdded(OperationRef Operation, Line Line);

internal sealed record CartLineTouched(OperationRef Operation, int Line);

internal sealed record CartMoved(OperationRef Operation);

internal sealed record CartCancelled(string Reason);

internal sealed record CartCheckedOut(OperationRef Operation, string Order, CartSale Sale);

internal sealed record CartSale(string Store, Amount Gross, string? Cart = null, JsonElement? Annotations = null);

internal sealed record OrderStockReserved(int Holds);

internal sealed record OrderCashTaken(Amount Tendered, Amount Change);

internal sealed record OrderPaid(Amount Tendered, Amount Change);

internal sealed record OrderCancelled(string Reason);

internal sealed record OrderReturnAccepted(
    string Return, OperationRef Operation, IReadOnlyList<ReturnedLine> Lines, Amount Net, Amount Tax, Amount Gross, IReadOnlyList<Refund> Refunds,
    string? ApprovedBy = null);

internal sealed record ReturnedLine([property: JsonPropertyName("line")] int Number, long Quantity, long Net, long Tax, long Gross);

/// <summary>Tender 0 is cash, n is card n: of the order itself, or of the order that an exchange brought the money from.</summary>
internal sealed record Refund(int Tender, long Amount, string? Order = null, bool InCash = false);

internal sealed record OrderReturnHandedOver(string Return);

internal sealed record ReturnAccepted(
    string Store,
    string Till,
    OperationRef Operation,
    IReadOnlyList<Line> Lines,
    bool TaxInclusive,
    Amount Net,
    Amount Tax,
    Amount Gross,
    string? Order = null,
    IReadOnlyList<Refund>? Refunds = null,
    int CashRounding = 1,
    bool Exchange = false);

internal sealed record ReturnCompleted(
    Amount Refund, IReadOnlyList<Refund>? Refunds = null, Amount? Credit = null, long Rounding = 0, IReadOnlyList<Refund>? Unpaid = null);

internal sealed record ReturnCredit(string Order, Amount? Amount = null);

internal sealed record PaymentRequested(string Order, int Tender, Amount Amount, string Key);

internal sealed record PaymentDeclined(string Code);

internal sealed record PaymentReference(string Reference);

internal sealed record PaymentUndoAsked(string Reason);

internal sealed record PaymentRefundAsked(string Refund, Amount Amount);

internal sealed record PaymentRefunded(string Refund, Amount Amount, string Reference);

internal sealed record PaymentRefundClosed(string Refund, Amount Amount, string Provider, string Reason, string By);

internal sealed record BarcodeMoved(OperationRef Operation, string Sku);

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
[JsonSerializable(typeof(CartOpened))]
[JsonSerializable(typeof(CartLineAdded))]
[JsonSerializable(typeof(CartLineTouched))]
[JsonSerializable(typeof(CartMoved))]
[JsonSerializable(typeof(CartCancelled))]
[JsonSerializable(typeof(CartCheckedOut))]
[JsonSerializable(typeof(OrderPlaced))]
[JsonSerializable(typeof(OrderStockReserved))]
[JsonSerializable(typeof(OrderCashTaken))]
[JsonSerializable(typeof(OrderPaid))]
[JsonSerializable(typeof(OrderCancelled))]
[JsonSerializable(typeof(OrderReturnAccepted))]
[JsonSerializable(typeof(OrderReturnHandedOver))]
[JsonSerializable(typeof(ReturnAccepted))]
[JsonSerializable(typeof(ReturnCompleted))]
[JsonSerializable(typeof(ReturnCredit))]
[JsonSerializable(typeof(PaymentRequested))]
[JsonSerializable(typeof(PaymentDeclined))]
[JsonSerializable(typeof(PaymentReference))]
[JsonSerializable(typeof(PaymentUndoAsked))]
[JsonSerializable(typeof(PaymentRefundAsked))]
[JsonSerializable(typeof(PaymentRefunded))]
[JsonSerializable(typeof(PaymentRefundClosed))]
[JsonSerializable(typeof(BarcodeMoved))]
[JsonSerializable(typeof(Nothing))]
internal sealed partial class Payloads : JsonSerializerContext;
