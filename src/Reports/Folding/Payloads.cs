using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pos.Journal;

namespace Pos.Reports.Folding;

/// <summary>Reads of an event what the reports use.</summary>
internal static class Payloads
{
    /// <exception cref="InvalidDataException">The payload has another version than the reports know, or lacks what they need.</exception>
    public static T Read<T>(in RecordedEvent recorded, JsonTypeInfo<T> type) where T : class
    {
        if (recorded.TypeVersion != 1)
        {
            throw new InvalidDataException($"The reports do not know version {recorded.TypeVersion} of {recorded.Type}.");
        }

        try
        {
            return JsonSerializer.Deserialize(recorded.Payload.Span, type) ?? throw new InvalidDataException($"The payload of {recorded.Type} is null.");
        }
        catch (JsonException unfit)
        {
            throw new InvalidDataException($"The payload of {recorded.Type} does not fit: {unfit.Message}", unfit);
        }
    }
}

internal sealed record MoneyPayload(long Amount, string Currency);

internal sealed record PlacedPayload(
    string Till,
    ImmutableArray<SoldLinePayload> Lines,
    MoneyPayload Gross,
    DateTimeOffset OccurredAt,
    ImmutableArray<CardPayload>? Cards = null,
    CreditPayload? Credit = null,
    string? SoldBy = null);

internal sealed record SoldLinePayload(
    string Sku, string Name, int Quantity, long ListPrice, long UnitPrice, int TaxRate, long Net, long Tax, long Gross, string? OverrideReason = null);

internal sealed record CardPayload(long Amount);

internal sealed record CreditPayload(long Amount);

internal sealed record TakenPayload(MoneyPayload Tendered, MoneyPayload Change);

internal sealed record CancelledPayload(string? Code = null);

internal sealed record TakenBackPayload(
    string Till, ImmutableArray<LineBackPayload> Lines, MoneyPayload Gross, DateTimeOffset OccurredAt, string? TakenBy = null);

internal sealed record LineBackPayload(string Sku, string Name, int Quantity, int TaxRate, long Net, long Tax, long Gross, string Disposition = "");

internal sealed record CompletedPayload(
    MoneyPayload Refund, ImmutableArray<RefundPayload>? Refunds = null, MoneyPayload? Credit = null,
    ImmutableArray<RefundPayload>? Unpaid = null);

internal sealed record RefundPayload(int Tender, long Amount, bool? InCash = null);

internal sealed record MovedPayload(int Quantity, long Balance);

internal sealed record AdjustedPayload(long Delta, long Balance);

internal sealed record HeldPayload(int Quantity);

internal sealed record CommittedPayload(string Hold, int Quantity, long Balance);

internal sealed record RefundOfPayload(string Refund);

internal sealed record CategoryPayload(string? Category = null);

internal sealed record ZonePayload(string TimeZone);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PlacedPayload))]
[JsonSerializable(typeof(TakenPayload))]
[JsonSerializable(typeof(CancelledPayload))]
[JsonSerializable(typeof(TakenBackPayload))]
[JsonSerializable(typeof(CompletedPayload))]
[JsonSerializable(typeof(MovedPayload))]
[JsonSerializable(typeof(AdjustedPayload))]
[JsonSerializable(typeof(HeldPayload))]
[JsonSerializable(typeof(CommittedPayload))]
[JsonSerializable(typeof(RefundOfPayload))]
[JsonSerializable(typeof(CategoryPayload))]
[JsonSerializable(typeof(ZonePayload))]
internal sealed partial class PayloadJson : JsonSerializerContext;
