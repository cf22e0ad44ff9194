using System.Text.Json.Serialization;

namespace Pos.Cli.Server;

// The bodies that this program sends to the HTTP API, and the members that it reads of the answers.

internal sealed record MoneyMessage(long Amount, string Currency);

internal sealed record StoreMessage(
    string Name,
    string District,
    string Kind,
    string Currency,
    string TimeZone,
    bool TaxInclusive,
    IReadOnlyDictionary<string, int> TaxRates,
    IReadOnlyList<string> Tills)
{
    public const string TaxClass = "standard";

    /// <summary>A shop whose prices include one tax, with the tills <c>till-1</c>, <c>till-2</c> and so on.</summary>
    public static StoreMessage Shop(string name, string district, string currency, string timeZone, int taxBasisPoints, int tills) => new(
        name,
        district,
        "shop",
        currency,
        timeZone,
        TaxInclusive: true,
        new Dictionary<string, int>(StringComparer.Ordinal) { [TaxClass] = taxBasisPoints },
        [.. Enumerable.Range(1, tills).Select(n => FormattableString.Invariant($"till-{n}"))]);
}

internal sealed record ProductMessage(
    string Name, string Description, string Category, MoneyMessage Price, string TaxClass, string Kind, bool Active);

internal sealed record ReceiptMessage(long Quantity, string Note);

internal sealed record AdjustmentMessage(int Delta, string Reason, DateTimeOffset OccurredAt);

internal sealed record OverrideMessage(MoneyMessage UnitPrice, string Reason);

/// <summary>A line of an order or of a cart.</summary>
internal sealed record LineMessage(string Sku, int Quantity, OverrideMessage? Override);

internal sealed record CardMessage(string Token, MoneyMessage? Amount);

internal sealed record OrderMessage(
    string Store,
    string Till,
    IReadOnlyList<LineMessage> Lines,
    MoneyMessage? Cash,
    IReadOnlyList<CardMessage>? Cards,
    DateTimeOffset? OccurredAt,
    string? Reference = null,
    string? Customer = null,
    IReadOnlyDictionary<string, string>? Metadata = null);

internal sealed record OpenCartMessage(
    string Store,
    string Till,
    string? From,
    string? Reference = null,
    string? Customer = null,
    IReadOnlyDictionary<string, string>? Metadata = null);

internal sealed record CheckOutMessage(
    MoneyMessage? Cash, IReadOnlyList<CardMessage>? Cards, MoneyMessage ExpectedTotal, DateTimeOffset OccurredAt);

internal sealed record ReturnLineMessage(string Sku, int Quantity, MoneyMessage UnitPrice, string Disposition);

internal sealed record ReturnMessage(
    string Store,
    string Till,
    IReadOnlyList<ReturnLineMessage> Lines,
    string Reason,
    DateTimeOffset OccurredAt,
    string? Reference = null,
    string? Customer = null,
    IReadOnlyDictionary<string, string>? Metadata = null);

internal sealed record OrderReturnLineMessage(int Line, int Quantity, string Disposition);

internal sealed record OrderReturnMessage(
    string Till,
    IReadOnlyList<OrderReturnLineMessage> Lines,
    string Reason,
    DateTimeOffset OccurredAt,
    string? Reference = null,
    string? Customer = null,
    IReadOnlyDictionary<string, string>? Metadata = null);

internal sealed record TotalsMessage(MoneyMessage Gross);

internal sealed record CancellationMessage(string? Code, string Reason);

internal sealed record TenderAnswer(string Type, MoneyMessage Amount);

internal sealed record OrderLineAnswer(string Sku, int Quantity);

internal sealed record OrderAnswer(
    string Id,
    string State,
    bool Settled,
    TotalsMessage Total,
    IReadOnlyList<OrderLineAnswer>? Lines,
    IReadOnlyList<TenderAnswer>? Tenders,
    string? Cart,
    CancellationMessage? Cancellation);

internal sealed record CartAnswer(string Id);

internal sealed record ReturnAnswer(string Id, string State, TotalsMessage Refund);

internal sealed record StockAnswer(string Sku, long OnHand, long Held, long Available);

internal sealed record LedgerAnswer(string Kind, long Delta, string Reference);

internal sealed record Page<T>(IReadOnlyList<T> Items, bool HasMore, string? NextCursor);

internal sealed record NothingMessage;

internal sealed record StoreAnswer(string Id);

internal sealed record ReportProgressAnswer(string Report, RebuildAnswer? Rebuild);

internal sealed record RebuildAnswer(bool UnderWay, long Position, long UpTo, IReadOnlyList<string> Differences, string? Error);

internal sealed record SalesReportAnswer(SalesReportBody Report, string? NextCursor);

internal sealed record SalesReportBody(FreshnessAnswer Freshness, IReadOnlyList<SalesRowAnswer> Rows);

internal sealed record FreshnessAnswer(long Position, long LagMs);

internal sealed record SalesRowAnswer(string Key, MoneyMessage Gross, MoneyMessage GrossReturned);

internal sealed record ProblemAnswer(string? Title, string? Detail, string? Code);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoreMessage))]
[JsonSerializable(typeof(ProductMessage))]
[JsonSerializable(typeof(ReceiptMessage))]
[JsonSerializable(typeof(AdjustmentMessage))]
[JsonSerializable(typeof(OrderMessage))]
[JsonSerializable(typeof(OpenCartMessage))]
[JsonSerializable(typeof(LineMessage))]
[JsonSerializable(typeof(CheckOutMessage))]
[JsonSerializable(typeof(CartAnswer))]
[JsonSerializable(typeof(ReturnMessage))]
[JsonSerializable(typeof(OrderReturnMessage))]
[JsonSerializable(typeof(OrderAnswer))]
[JsonSerializable(typeof(ReturnAnswer))]
[JsonSerializable(typeof(StockAnswer))]
[JsonSerializable(typeof(Page<OrderAnswer>))]
[JsonSerializable(typeof(Page<ReturnAnswer>))]
[JsonSerializable(typeof(Page<StockAnswer>))]
[JsonSerializable(typeof(Page<LedgerAnswer>))]
[JsonSerializable(typeof(SalesReportAnswer))]
[JsonSerializable(typeof(NothingMessage))]
[JsonSerializable(typeof(Page<StoreAnswer>))]
[JsonSerializable(typeof(Page<ReportProgressAnswer>))]
[JsonSerializable(typeof(ProblemAnswer))]
internal sealed partial class Messages : JsonSerializerContext;
