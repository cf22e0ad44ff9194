using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Catalogue;

/// <summary>A catalogue entry. Key: the SKU.</summary>
[Alias("pos.IProductGrain")]
public interface IProductGrain : IGrainWithStringKey
{
    /// <summary>Creates the product or replaces all it says. The same content again changes nothing.</summary>
    [Alias("Define")]
    [Refuses(
        RejectionCode.InvalidValue, RejectionCode.AmountTooLarge, RejectionCode.IllegalTransition, RejectionCode.JournalFull)]
    Task<Outcome<ProductView>> Define(DefineProduct command);

    /// <summary>Changes the members that are not null. Refused for an unknown product.</summary>
    [Alias("Change")]
    [Refuses(
        RejectionCode.UnknownProduct, RejectionCode.InvalidValue, RejectionCode.AmountTooLarge, RejectionCode.OperationReused,
        RejectionCode.OperationTooLate, RejectionCode.JournalFull, RejectionCode.TooManyPending)]
    Task<Outcome<ProductView>> Change(ChangeProduct command);

    /// <summary>The product, or null when there is none.</summary>
    [Alias("Get"), ReadOnly]
    Task<ProductView?> Get();
}

/// <summary>Goods have stock; services have none.</summary>
[GenerateSerializer, Alias("pos.ProductKind")]
public enum ProductKind
{
    /// <summary>Counted in stock.</summary>
    [JsonStringEnumMemberName("goods")]
    Goods = 1,

    /// <summary>Sold without stock: postage, discounts, fees.</summary>
    [JsonStringEnumMemberName("service")]
    Service = 2,
}

/// <summary>Everything a product says of itself.</summary>
/// <param name="Name">1–200 characters.</param>
/// <param name="Description">0–2,000 characters.</param>
/// <param name="Category">0–200 characters.</param>
/// <param name="Price">List price of one piece, tax as the store's mode says; 0 is legal.</param>
/// <param name="TaxClass">Names a rate of the store: 1–32 of a–z 0–9 -.</param>
/// <param name="Kind">Goods or service.</param>
/// <param name="Active">Whether it is sold at present.</param>
[GenerateSerializer, Immutable, Alias("pos.ProductDetails")]
public sealed record ProductDetails(
    string Name, string Description, string Category, Money Price, string TaxClass, ProductKind Kind, bool Active);

/// <summary>Creates or replaces.</summary>
[GenerateSerializer, Immutable, Alias("pos.DefineProduct")]
public sealed record DefineProduct(Operation Operation, ProductDetails Details);

/// <summary>Changes what is not null.</summary>
[GenerateSerializer, Immutable, Alias("pos.ChangeProduct")]
public sealed record ChangeProduct(
    Operation Operation, string? Name, string? Description, string? Category, Money? Price, string? TaxClass, bool? Active);

/// <summary>A product as it stands. The members mean what those of <see cref="ProductDetails"/> mean.</summary>
/// <param name="Sku">Its key.</param>
/// <param name="Name">The name.</param>
/// <param name="Description">Description.</param>
/// <param name="Category">Category.</param>
/// <param name="Price">List price of one piece.</param>
/// <param name="TaxClass">Names a rate of the store.</param>
/// <param name="Kind">Goods or service.</param>
/// <param name="Active">Whether it is sold at present.</param>
/// <param name="Version">Version of its stream.</param>
[GenerateSerializer, Immutable, Alias("pos.ProductView")]
public sealed record ProductView(
    Sku Sku,
    string Name,
    string Description,
    string Category,
    Money Price,
    string TaxClass,
    ProductKind Kind,
    bool Active,
    long Version) : IVersioned
{
    /// <summary>Possible next actions: <c>change</c>, and <c>sell</c> while it is sold.</summary>
    public ImmutableArray<string> Actions => Active ? ["change", "sell"] : ["change"];
}
