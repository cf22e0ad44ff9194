using System.Text.Json.Serialization;

namespace Pos.Cli.Server;

// What this program says to the HTTP API and reads of its answers. Members it has no use for are left out.

internal sealed record MoneyMessage(long Amount, string Currency);

internal sealed record StoreMessage(
    string Name,
    string District,
    string Kind,
    string Currency,
    string TimeZone,
    bool TaxInclusive,
    IReadOnlyDictionary<string, int> TaxRates,
    IReadOnlyList<string> Tills);

internal sealed record ProductMessage(
    string Name, string Description, string Category, MoneyMessage Price, string TaxClass, string Kind, bool Active);

internal sealed record ReceiptMessage(long Quantity, string Note);

internal sealed record AdjustmentMessage(int Delta, string Reason, DateTimeOffset OccurredAt);

internal sealed record OverrideMessage(MoneyMessage UnitPrice, string Reason);

internal sealed record OrderLineMessage(string Sku, int Quantity, OverrideMessage Override);

internal sealed record CardMessage(string Token, MoneyMessage? Amount);

internal sealed record OrderMessage(
    string Store,
    string Till,
    IReadOnlyList<OrderLineMessage> Lines,
    MoneyMessage? Cash,
    IReadOnlyList<CardMessage>? Cards,
    DateTimeOffset OccurredAt);

internal sealed record OpenCartMessage(string Store, string Till, string? From);

internal sealed record CartLineMessage(string Sku, int Quantity, OverrideMessage Override);

internal sealed record CheckOutMessage(
    MoneyMessage? Cash, IReadOnlyList<CardMessage>? Cards, MoneyMessage ExpectedTotal, DateTimeOffset OccurredAt);

internal sealed record ReturnLineMessage(string Sku, int Quantity, MoneyMessage UnitPrice, string Disposition);

internal sealed record ReturnMessage(
    string Store, string Till, IReadOnlyList<ReturnLineMessage> Lines, string Reason, DateTimeOffset OccurredAt);

internal sealed record OrderReturnLineMessage(int Line, int Quantity, string Disposition);

internal sealed record OrderReturnMessage(
    string Till, IReadOnlyList<OrderReturnLineMessage> Lines, string Reason, DateTimeOffset OccurredAt);

internal sealed record TotalsMessage(MoneyMessage Gross);

internal sealed record CancellationMessage(string? Code, string Reason);

internal sealed record TenderAnswer(string Type, MoneyMessage Amount);

internal sealed record OrderAnswer(
    string Id,
    string State,
    bool Settled,
    TotalsMessage Total,
    IReadOnlyList<TenderAnswer>? Tenders,
    string? Cart,
    CancellationMessage? Cancellation);

internal sealed record CartAnswer(string Id);

internal sealed record ReturnAnswer(string Id, string State, TotalsMessage Refund);

internal sealed record StockAnswer(string Sku, long OnHand, long Held);

internal sealed record LedgerAnswer(string Kind, long Delta, string Reference);

internal sealed record Page<T>(IReadOnlyList<T> Items, bool HasMore, string? NextCursor);

internal sealed record ProblemAnswer(string? Title, string? Detail, string? Code);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoreMessage))]
[JsonSerializable(typeof(ProductMessage))]
[JsonSerializable(typeof(ReceiptMessage))]
[JsonSerializable(typeof(AdjustmentMessage))]
[JsonSerializable(typeof(OrderMessage))]
[JsonSerializable(typeof(OpenCartMessage))]
[JsonSerializable(typeof(CartLineMessage))]
[JsonSerializable(typeof(CheckOutMessage))]
[JsonSerializable(typeof(CartAnswer))]
[JsonSerializable(typeof(ReturnMessage))]
[JsonSerializable(typeof(OrderReturnMessage))]
[JsonSerializable(typeof(OrderAnswer))]
[JsonSerializable(typeof(ReturnAnswer))]
[JsonSerializable(typeof(Page<OrderAnswer>))]
[JsonSerializable(typeof(Page<ReturnAnswer>))]
[JsonSerializable(typeof(Page<StockAnswer>))]
[JsonSerializable(typeof(Page<LedgerAnswer>))]
[JsonSerializable(typeof(ProblemAnswer))]
internal sealed partial class Messages : JsonSerializerContext;
