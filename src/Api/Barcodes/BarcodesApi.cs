using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace Pos.Api.Barcodes;

/// <summary>Gives a barcode to a product.</summary>
/// <param name="Sku">The product that the code is given to.</param>
internal sealed record ClaimBarcodeRequest(Sku Sku);

/// <summary>The meaning of a scanned code.</summary>
/// <param name="Code">Canonical: a UPC-A is an EAN-13 that begins with 0.</param>
/// <param name="Item">The code that the product has claimed; differs where a store's label carries a price or a weight.</param>
/// <param name="Sku">The product that the code belongs to.</param>
/// <param name="Embedded">What the label says of the price, or null.</param>
/// <param name="Version">Version of the claimed code.</param>
internal sealed record DecodedBarcode(Barcode Code, Barcode Item, Sku Sku, EmbeddedValue? Embedded, long Version) : IVersioned
{
    /// <summary>Whether it was taken apart by a store's rules, so that it rests on more than the claimed code.</summary>
    [JsonIgnore]
    public bool IsDecoded => Item != Code || Embedded is not null;
}

/// <summary><c>/barcodes</c>: which code belongs to which product.</summary>
internal static class BarcodesApi
{
    public static void MapBarcodes(this IEndpointRouteBuilder api)
    {
        var barcodes = api.MapGroup("/barcodes").WithTags("Barcodes");
        barcodes.MapPut("/{code}", Claim).WithName("claimBarcode").Requires(Permission.KeepCatalogue, Owner.Shared)
            .WithSummary("Give a barcode to a product")
            .WithDescription(
                "EAN-13, EAN-8, UPC-A (the EAN-13 that begins with 0) with their check digit, or a free code of up to 48 printable characters. One code "
                + "belongs to one product. For labels that carry a price or a weight, claim the label's code with zeros in place of the value.")
            .RefusesAs<IBarcodeGrain>(nameof(IBarcodeGrain.Claim))
            .Refuses(RejectionCode.InvalidBarcode);
        barcodes.MapDelete("/{code}", Release).WithName("releaseBarcode").Requires(Permission.KeepCatalogue, Owner.Shared)
            .WithSummary("Take a barcode from its product")
            .RefusesAs<IBarcodeGrain>(nameof(IBarcodeGrain.Release))
            .Refuses(RejectionCode.InvalidBarcode);
        barcodes.MapGet("/{code}", Get).WithName("getBarcode").Requires(Permission.Read, Owner.Shared)
            .WithSummary("Read a barcode")
            .WithDescription("With `store`, the rules of that store decode a label's price or weight.")
            .Refuses(RejectionCode.InvalidBarcode, RejectionCode.UnknownBarcode, RejectionCode.UnknownStore);
    }

    private static async Task<Results<Ok<BarcodeView>, Refusal>> Claim(string code, Command<ClaimBarcodeRequest> put, HttpResponse response, IGrainFactory grains)
    {
        if (!Barcode.TryParse(code, null, out var barcode))
        {
            return Invalid(code);
        }

        return await grains.GetGrain<IBarcodeGrain>(barcode.Value).Claim(new ClaimBarcode(put.Operation("", barcode.Value, "PUT /barcodes"), put.Body.Sku)).ToOk(response);
    }

    private static async Task<Results<Ok<BarcodeView>, Refusal>> Release(string code, Command removal, HttpResponse response, IGrainFactory grains)
    {
        if (!Barcode.TryParse(code, null, out var barcode))
        {
            return Invalid(code);
        }

        return await grains.GetGrain<IBarcodeGrain>(barcode.Value).Release(new ReleaseBarcode(removal.Operation("", barcode.Value, "DELETE /barcodes"))).ToOk(response);
    }

    private static async Task<Results<Ok<DecodedBarcode>, Refusal>> Get(string code, string? store, HttpResponse response, IGrainFactory grains)
    {
        if (!Barcode.TryParse(code, null, out var barcode))
        {
            return Invalid(code);
        }

        var (item, embedded) = (barcode, (EmbeddedValue?)null);
        if (store is not null)
        {
            if (!StoreId.TryParse(store, null, out var id))
            {
                return new Refusal(Problems.InvalidParameter, $"The parameter 'store' cannot be read: {StoreId.Rule}.");
            }

            if (await grains.GetGrain<IStoreGrain>(id.Value).Get().Within(response) is not { } details)
            {
                return new Refusal(RejectionCode.UnknownStore, "There is no such store.");
            }

            barcode.TryDecode(details.EmbeddedBarcodes, out item, out embedded);
        }

        var view = await grains.GetGrain<IBarcodeGrain>(item.Value).Get().Within(response);
        var decoded = view is { Sku: { } sku } ? new DecodedBarcode(barcode, item, sku, embedded, view.Version) : null;
        return response.OkOr(decoded, new Refusal(RejectionCode.UnknownBarcode, $"No product has the barcode '{item}'."));
    }

    private static Refusal Invalid(string code) => new(RejectionCode.InvalidBarcode, Barcode.Fault(code) ?? "The code is no barcode.");
}
