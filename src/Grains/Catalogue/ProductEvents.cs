using System.Text.Json.Serialization;

namespace Pos.Grains.Catalogue;

/// <summary>The events of a catalogue entry.</summary>
public abstract record ProductEvent
{
    private ProductEvent()
    {
    }

    /// <summary>The product says all this of itself from now on.</summary>
    /// <param name="Operation">Of a request with a key, which may be repeated; null for others.</param>
    public sealed record Defined(
        string Name, string Description, string Category, Money Price, string TaxClass, ProductKind Kind, bool Active,
        OperationKey? Operation = null) : ProductEvent;

    /// <summary>The members that are not null changed.</summary>
    public sealed record Changed(
        OperationKey Operation,
        string? Name = null,
        string? Description = null,
        string? Category = null,
        Money? Price = null,
        string? TaxClass = null,
        bool? Active = null) : ProductEvent;
}

/// <summary>How products are journaled.</summary>
public static class ProductJournal
{
    /// <summary>The category of their streams.</summary>
    public const string Category = "product";

    /// <summary>The names of their events. A name never changes.</summary>
    public static EventCodec<ProductEvent> Codec { get; } = new(
        new EventCase("product.defined", 1, ProductJson.Default.Defined),
        new EventCase("product.changed", 1, ProductJson.Default.Changed));

    /// <summary>The aggregate, as grains and replays use it.</summary>
    public static Aggregate<ProductState, ProductEvent> Aggregate { get; } = new(Category, Product.Initial, Product.Evolve, Codec);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ProductEvent.Defined))]
[JsonSerializable(typeof(ProductEvent.Changed))]
internal sealed partial class ProductJson : JsonSerializerContext;
