using Pos.Journal;

namespace Pos.Grains.Search;

/// <summary>Keeps the index of products in step with the journal.</summary>
internal sealed class ProductFeed(ProductIndex index) : IFeedView
{
    /// <inheritdoc/>
    public string Category => ProductJournal.Category;

    /// <inheritdoc/>
    public void Apply(in RecordedEvent recorded)
    {
        if (!Sku.TryReadJournaled(recorded.Stream.Key, out var sku) || recorded.Version <= index.VersionOf(sku))
        {
            return;
        }

        switch (ProductJournal.Codec.Read(recorded))
        {
            case ProductEvent.Defined e:
                index.Apply(sku, recorded.Version, e.Name, e.Category, e.Description, e.Active);
                break;
            case ProductEvent.Changed e:
                index.Apply(sku, recorded.Version, e.Name, e.Category, e.Description, e.Active);
                break;
        }
    }
}
