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
    public static Task<Assortment> Look(IGrainFactory grains, StoreId store, ImmutableArray<OrderLineRequest> lines)
    {
        var skus = new HashSet<Sku>(lines.Length);
        foreach (var line in lines)
        {
            skus.Add(line.Sku);
        }

        return Look(grains, store, skus);
    }

    public static Task<Assortment> Look(IGrainFactory grains, StoreId store, ImmutableArray<ReturnLineRequest> lines)
    {
        var skus = new HashSet<Sku>(lines.Length);
        foreach (var line in lines)
        {
            skus.Add(line.Sku);
        }

        return Look(grains, store, skus);
    }

    public static async Task<Assortment> Look(IGrainFactory grains, StoreId store, IReadOnlyCollection<Sku> skus)
    {
        if (!StoreId.TryParse(store.Value, null, out _))
        {
            return Assortment.None;
        }

        var where = grains.GetGrain<IStoreGrain>(store.Value).Get();
        var asked = new List<Task<ProductView?>>(skus.Count);
        foreach (var sku in skus)
        {
            asked.Add(grains.GetGrain<IProductGrain>(sku.Value).Get());
        }

        var products = new Dictionary<Sku, ProductView>(skus.Count);
        foreach (var found in await Task.WhenAll(asked))
        {
            if (found is not null)
            {
                products.Add(found.Sku, found);
            }
        }

        return new(await where, products);
    }
}
