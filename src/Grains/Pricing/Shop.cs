using System.Collections.Immutable;
using Orleans;

namespace Pos.Grains.Pricing;

/// <summary>The store and the products that were looked up to price lines.</summary>
/// <param name="Store">The store; null when there is none.</param>
/// <param name="Products">The products that exist, of those the lines name.</param>
public readonly record struct Assortment(StoreView? Store, IReadOnlyDictionary<Sku, ProductView> Products)
{
    /// <summary>Nothing was looked up.</summary>
    public static Assortment None { get; } = new(null, ImmutableDictionary<Sku, ProductView>.Empty);
}

/// <summary>Looks up the store and the products that lines name.</summary>
internal static class Shop
{
    public static Task<Assortment> Look(GrainServices near, IGrainFactory grains, StoreId store, ImmutableArray<OrderLineRequest> lines)
    {
        var skus = new HashSet<Sku>(lines.Length);
        foreach (var line in lines)
        {
            skus.Add(line.Sku);
        }

        return Look(near, grains, store, skus);
    }

    public static Task<Assortment> Look(GrainServices near, IGrainFactory grains, StoreId store, ImmutableArray<ReturnLineRequest> lines)
    {
        var skus = new HashSet<Sku>(lines.Length);
        foreach (var line in lines)
        {
            skus.Add(line.Sku);
        }

        return Look(near, grains, store, skus);
    }

    public static async Task<Assortment> Look(GrainServices near, IGrainFactory grains, StoreId store, IReadOnlyCollection<Sku> skus)
    {
        if (!StoreId.TryParse(store.Value, null, out _))
        {
            return Assortment.None;
        }

        // Most stores and products are active in the silo of whoever looks for them.
        var where = near.Stores.Find(store.Value) is var found && found is not null ? null : grains.GetGrain<IStoreGrain>(store.Value).Get();
        var products = new Dictionary<Sku, ProductView>(skus.Count);
        List<Task<ProductView?>>? asked = null;
        foreach (var sku in skus)
        {
            if (near.Products.Find(sku.Value) is { } product)
            {
                products.Add(sku, product);
            }
            else
            {
                (asked ??= []).Add(grains.GetGrain<IProductGrain>(sku.Value).Get());
            }
        }

        foreach (var product in asked is null ? [] : await Task.WhenAll(asked))
        {
            if (product is not null)
            {
                products.Add(product.Sku, product);
            }
        }

        return new(where is null ? found : await where, products);
    }
}
