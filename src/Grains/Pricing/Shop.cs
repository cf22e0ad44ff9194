using System.Collections.Immutable;
using Orleans;

namespace Pos.Grains.Pricing;

/// <summary>Looks up what has to be known before lines can be priced.</summary>
internal static class Shop
{
    public static (StoreView? Store, IReadOnlyDictionary<Sku, ProductView> Products) NotLookedAt =>
        (null, ImmutableDictionary<Sku, ProductView>.Empty);

    public static Task<(StoreView? Store, IReadOnlyDictionary<Sku, ProductView> Products)> Look(
        IGrainFactory grains, StoreId store, ImmutableArray<OrderLineRequest> lines)
    {
        var skus = new HashSet<Sku>(lines.Length);
        foreach (var line in lines)
        {
            skus.Add(line.Sku);
        }

        return Look(grains, store, skus);
    }

    public static Task<(StoreView? Store, IReadOnlyDictionary<Sku, ProductView> Products)> Look(
        IGrainFactory grains, StoreId store, ImmutableArray<ReturnLineRequest> lines)
    {
        var skus = new HashSet<Sku>(lines.Length);
        foreach (var line in lines)
        {
            skus.Add(line.Sku);
        }

        return Look(grains, store, skus);
    }

    public static async Task<(StoreView? Store, IReadOnlyDictionary<Sku, ProductView> Products)> Look(
        IGrainFactory grains, StoreId store, IReadOnlyCollection<Sku> skus)
    {
        if (!StoreId.TryParse(store.Value, null, out _))
        {
            return NotLookedAt;
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

        return (await where, products);
    }
}
