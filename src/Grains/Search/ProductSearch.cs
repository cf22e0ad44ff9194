namespace Pos.Grains.Search;

/// <summary>Answers from the index of this silo.</summary>
internal sealed class ProductSearch(ProductIndex index, JournalFeed feed) : IProductSearch
{
    /// <inheritdoc/>
    public bool IsReady => feed.IsCaughtUp;

    /// <inheritdoc/>
    public ProductHits Search(ProductQuery query) => index.Search(query);
}
