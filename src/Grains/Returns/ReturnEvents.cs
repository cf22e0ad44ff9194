using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pos.Grains;

/// <summary>What happens to a return.</summary>
public abstract record ReturnEvent
{
    private ReturnEvent()
    {
    }

    /// <summary>The goods are on the counter: ACCEPTED. The members mean what those of <see cref="OrderEvent.Placed"/> mean.</summary>
    public sealed record Accepted(
        StoreId Store,
        TillId Till,
        OperationKey Operation,
        ImmutableArray<ReturnLine> Lines,
        bool TaxInclusive,
        Money Net,
        Money Tax,
        Money Gross,
        string Reason,
        DateTimeOffset OccurredAt,
        DateTimeOffset PlacedAt) : ReturnEvent;

    /// <summary>Everything that goes back on the shelf is there, and the cash is paid out: COMPLETED.</summary>
    public sealed record Completed(Money Refund) : ReturnEvent;
}

/// <summary>A priced line that came back. Amounts are minor units of the return's currency.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Sku">What.</param>
/// <param name="Name">The product's name at that time.</param>
/// <param name="Kind">Goods or service.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="UnitPrice">Refunded for one piece.</param>
/// <param name="TaxRate">Basis points.</param>
/// <param name="Disposition">Restock or write off.</param>
/// <param name="Net">Of the line.</param>
/// <param name="Tax">Of the line.</param>
/// <param name="Gross">Of the line.</param>
public sealed record ReturnLine(
    int Line,
    Sku Sku,
    string Name,
    ProductKind Kind,
    int Quantity,
    long UnitPrice,
    int TaxRate,
    Disposition Disposition,
    long Net,
    long Tax,
    long Gross);

/// <summary>How returns are journaled.</summary>
public static class ReturnJournal
{
    /// <summary>Category of their streams.</summary>
    public const string Category = "return";

    /// <summary>Names of their events, for ever.</summary>
    public static EventCodec<ReturnEvent> Codec { get; } = new(
        new EventCase("return.accepted", 1, ReturnJson.Default.Accepted),
        new EventCase("return.completed", 1, ReturnJson.Default.Completed));

    /// <summary>Everything a grain or a replay needs.</summary>
    public static Aggregate<ReturnProgress, ReturnEvent> Aggregate { get; } = new(Category, Return.Initial, Return.Evolve, Codec);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ReturnEvent.Accepted))]
[JsonSerializable(typeof(ReturnEvent.Completed))]
internal sealed partial class ReturnJson : JsonSerializerContext;
