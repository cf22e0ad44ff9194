using System.Text.Json.Serialization;

namespace Pos.Grains.Barcodes;

/// <summary>The events of a barcode.</summary>
public abstract record BarcodeEvent
{
    private BarcodeEvent()
    {
    }

    /// <summary>It belongs to a product.</summary>
    public sealed record Claimed(OperationKey Operation, Sku Sku) : BarcodeEvent;

    /// <summary>It belongs to that product no more.</summary>
    public sealed record Released(OperationKey Operation, Sku Sku) : BarcodeEvent;
}

/// <summary>How barcodes are journaled.</summary>
public static class BarcodeJournal
{
    /// <summary>The category of their streams.</summary>
    public const string Category = "barcode";

    /// <summary>The names of their events. A name never changes.</summary>
    public static EventCodec<BarcodeEvent> Codec { get; } = new(
        new EventCase("barcode.claimed", 1, BarcodeJson.Default.Claimed),
        new EventCase("barcode.released", 1, BarcodeJson.Default.Released));

    /// <summary>The aggregate, as grains and replays use it.</summary>
    public static Aggregate<BarcodeState, BarcodeEvent> Aggregate { get; } = new(Category, BarcodeRules.Initial, BarcodeRules.Evolve, Codec);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(BarcodeEvent.Claimed))]
[JsonSerializable(typeof(BarcodeEvent.Released))]
internal sealed partial class BarcodeJson : JsonSerializerContext;
