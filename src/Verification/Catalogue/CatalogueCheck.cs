using Pos.Journal;

namespace Pos.Verification.Catalogue;

/// <summary>Follows products, stores and barcodes, which all stores share.</summary>
internal sealed class CatalogueCheck(Tally tally, PayloadReader payloads)
{
    public void Next(in RecordedEvent at, StreamTrace trace)
    {
        tally.Check(Invariant.Envelope, at.Context.Store.Length == 0, at, $"the envelope says store '{at.Context.Store}', and it belongs to none");
        switch (at.Type)
        {
            case "product.defined" when payloads.Read(at, Payloads.Default.ProductDefined) is not null:
            case "store.defined" when payloads.Read(at, Payloads.Default.StoreDefined) is not null:
                break;
            case "barcode.claimed" or "barcode.released" when payloads.Read(at, Payloads.Default.BarcodeMoved) is { } moved:
                Moved(at, trace, moved);
                break;
            case "product.changed" when payloads.Read(at, Payloads.Default.ProductChanged) is { } changed:
                tally.CheckOnce(at, trace, changed.Operation);
                break;
            default:
                payloads.NotTaken(at);
                break;
        }
    }

    private void Moved(in RecordedEvent at, StreamTrace trace, BarcodeMoved moved)
    {
        var claims = at.Type == "barcode.claimed";
        tally.Check(Invariant.BarcodeOwner, trace.Owner == (claims ? null : moved.Sku), at, $"{at.Type} by '{moved.Sku}' while it belongs to '{trace.Owner}'");
        trace.Owner = claims ? moved.Sku : null;
    }
}
