using Orleans;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Placement;

namespace Pos.Grains.Search;

/// <summary>Answers from the index of the silo it is on.</summary>
[Reentrant, GrainType("search"), ResourceOptimizedPlacement]
[CollectionAgeLimit(Minutes = 5)]
public sealed class SearchGrain(IGrainContext context, IProductSearch index) : Grain(context), ISearchGrain
{
    /// <inheritdoc/>
    public Task<ProductHits?> Search(ProductQuery query) => Task.FromResult(index.IsReady ? index.Search(query) : null);
}
