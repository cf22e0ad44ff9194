using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Pos.Grains.Stores;

/// <summary>The events of a store.</summary>
public abstract record StoreEvent
{
    private StoreEvent()
    {
    }

    /// <summary>The store says all this of itself from now on. <c>Operation</c> is that of a request with a key, which may be repeated.</summary>
    public sealed record Defined(
        string Name,
        string District,
        string Kind,
        Currency Currency,
        string TimeZone,
        bool TaxInclusive,
        ImmutableSortedDictionary<string, int> TaxRates,
        ImmutableArray<TillId> Tills,
        int? CashRounding = null,
        ImmutableArray<EmbeddedBarcode>? EmbeddedBarcodes = null,
        OperationKey? Operation = null) : StoreEvent;
}

/// <summary>How stores are journaled.</summary>
public static class StoreJournal
{
    /// <summary>The category of their streams.</summary>
    public const string Category = "store";

    /// <summary>The names of their events. A name never changes.</summary>
    public static EventCodec<StoreEvent> Codec { get; } = new(new EventCase("store.defined", 1, StoreJson.Default.Defined));

    /// <summary>The aggregate, as grains and replays use it.</summary>
    public static Aggregate<StoreState, StoreEvent> Aggregate { get; } = new(Category, Store.Initial, Store.Evolve, Codec);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StoreEvent.Defined))]
internal sealed partial class StoreJson : JsonSerializerContext;
