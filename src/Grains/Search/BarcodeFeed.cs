using Microsoft.Extensions.Logging;
using Pos.Journal;

namespace Pos.Grains;

/// <summary>Keeps the barcodes of the index of products in step with the journal.</summary>
internal sealed partial class BarcodeFeed(ProductIndex index, ILogger<BarcodeFeed> logger) : IFeedView
{
    /// <inheritdoc/>
    public string Category => BarcodeJournal.Category;

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
        if (!Barcode.TryReadJournaled(recorded.Stream.Key, out var code) || recorded.Version <= index.VersionOf(code))
        {
            return;
        }

        try
        {
            index.Apply(code, recorded.Version, BarcodeJournal.Codec.Read(recorded) is BarcodeEvent.Claimed claimed ? claimed.Sku : null);
        }
        catch (UnreadableEventException unreadable)
        {
            // A newer release wrote it. A code that finds what it found is better than a silo that never gets ready.
            LogUnreadable(logger, recorded.Stream, unreadable);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Stream} cannot be taken into the search index as it is now.")]
    private static partial void LogUnreadable(ILogger logger, StreamName stream, Exception exception);
}
