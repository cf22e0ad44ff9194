using Microsoft.Extensions.Logging;
using Pos.Journal;

namespace Pos.Grains;

/// <summary>Keeps the index of products in step with the journal.</summary>
internal sealed partial class ProductFeed(ProductIndex index, ILogger<ProductFeed> logger) : IFeedView
{
    /// <inheritdoc/>
    public string Category => ProductJournal.Category;

    /// <inheritdoc/>
    public async Task Begin(IJournal journal, CancellationToken cancellationToken)
    {
        await foreach (var recorded in journal.ReadStreams(Category, cancellationToken))
        {
            Apply(recorded);
        }
    }

    /// <inheritdoc/>
    public void Apply(in RecordedEvent recorded)
    {
        if (!Sku.TryReadJournaled(recorded.Stream.Key, out var sku) || recorded.Version <= index.VersionOf(sku))
        {
            return;
        }

        try
        {
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
        catch (UnreadableEventException unreadable)
        {
            // A newer release wrote it. One product that is found as it was is better than a silo that never gets ready.
            LogUnreadable(logger, recorded.Stream, unreadable);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Stream} cannot be taken into the search index as it is now.")]
    private static partial void LogUnreadable(ILogger logger, StreamName stream, Exception exception);
}

/// <summary>Answers from the index of this silo.</summary>
internal sealed class ProductSearch(ProductIndex index, JournalFeed feed) : IProductSearch
{
    /// <inheritdoc/>
    public bool IsReady => feed.IsCaughtUp;

    /// <inheritdoc/>
    public ProductHits Search(ProductQuery query) => index.Search(query);
}
