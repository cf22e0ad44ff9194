using Pos.Journal;

namespace Pos.Grains.Search;

/// <summary>Keeps the barcodes of the index of products in step with the journal.</summary>
internal sealed class BarcodeFeed(ProductIndex index) : IFeedView
{
    /// <inheritdoc/>
    public string Category => BarcodeJournal.Category;

    /// <inheritdoc/>
    public void Apply(in RecordedEvent recorded)
    {
        if (Barcode.TryReadJournaled(recorded.Stream.Key, out var code) && recorded.Version > index.VersionOf(code))
        {
            index.Apply(code, recorded.Version, BarcodeJournal.Codec.Read(recorded) is BarcodeEvent.Claimed claimed ? claimed.Sku : null);
        }
    }
}
