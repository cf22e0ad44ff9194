using Orleans;
using Orleans.Concurrency;

namespace Pos.Barcodes;

/// <summary>One barcode, which belongs to one SKU at most. Key: the code in its canonical form.</summary>
/// <exception cref="NotDurableException">Any member, when the journal failed: repeat the same operation.</exception>
[Alias("pos.IBarcodeGrain")]
public interface IBarcodeGrain : IGrainWithStringKey
{
    /// <summary>
    /// Gives the code to a product. The same again changes nothing; refused with <see cref="RejectionCode.BarcodeTaken"/> while another
    /// product has it.
    /// </summary>
    [Alias("Claim")]
    [Refuses(
        RejectionCode.BarcodeTaken, RejectionCode.UnknownProduct, RejectionCode.InvalidValue, RejectionCode.JournalFull)]
    Task<Outcome<BarcodeView>> Claim(ClaimBarcode command);

    /// <summary>Takes the code from its product. Refused when it never belonged to any; a free code stays as it is.</summary>
    [Alias("Release")]
    [Refuses(RejectionCode.UnknownBarcode, RejectionCode.JournalFull)]
    Task<Outcome<BarcodeView>> Release(ReleaseBarcode command);

    /// <summary>The code, or null when it belongs to no product.</summary>
    [Alias("Get"), ReadOnly]
    Task<BarcodeView?> Get();
}

/// <summary>Gives a code to a product.</summary>
[GenerateSerializer, Immutable, Alias("pos.ClaimBarcode")]
public sealed record ClaimBarcode(Operation Operation, Sku Sku);

/// <summary>Takes a code from its product.</summary>
[GenerateSerializer, Immutable, Alias("pos.ReleaseBarcode")]
public sealed record ReleaseBarcode(Operation Operation);

/// <summary>A code as it stands.</summary>
/// <param name="Code">Canonical.</param>
/// <param name="Sku">The product that has the barcode; null when it was released.</param>
/// <param name="Version">Version of its stream.</param>
[GenerateSerializer, Immutable, Alias("pos.BarcodeView")]
public sealed record BarcodeView(Barcode Code, Sku? Sku, long Version) : IVersioned;

/// <summary>How a store's EAN-13 codes with a prefix carry a price or a weight: prefix, item, value, check digit.</summary>
/// <param name="Prefix">The first two digits, 20–29.</param>
/// <param name="Kind">Price or weight.</param>
/// <param name="ItemDigits">Digits of the item, 4–6; the other 10 − n before the check digit are the value.</param>
[GenerateSerializer, Immutable, Alias("pos.EmbeddedBarcode")]
public sealed record EmbeddedBarcode(string Prefix, EmbeddedKind Kind, int ItemDigits);
