using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orleans;
using Pos.Api.Stock;
using Pos.Api.Stores;

namespace Pos.Api.Catalogue;

/// <summary>A product that was found.</summary>
/// <param name="Product">As it stands now.</param>
/// <param name="Available">Pieces available in the store that was asked for; null for services, and when none was asked for.</param>
internal sealed record FoundProduct(ProductView Product, long? Available);

/// <summary><c>/products/search</c>: what can be sold, by what it says of itself.</summary>
internal static class SearchApi
{
    private const string Description =
        """
        Finds the products of which the SKU, name, category or description has every word of `q`, or words that begin with the words of `q`. Case
        is ignored. Accents are ignored in Latin, Greek and Cyrillic; the marks of other scripts count. In scripts without spaces (Chinese,
        Japanese, Korean, Thai) a word is found inside other words. The first result is the product whose SKU or barcode is the whole of `q`. A
        barcode may be scanned, or typed with spaces, dashes, and more or fewer leading zeros; with `store`, the store's own labels are decoded.
        Further results are in this order: whole words before beginnings of words, SKU and name before category and description, shorter names
        before longer ones. Without `q` the answer has every product that passes the filters, by SKU. The index follows changes within moments;
        the products in the answer are always as they are now.
        """;

    public static void MapSearch(this IEndpointRouteBuilder api) =>
        api.MapGroup("/products").WithTags("Products")
            .MapGet("/search", Search).WithName("searchProducts").Requires(Permission.Read, Owner.Shared)
            .WithSummary("Search products")
            .WithDescription(Description)
            .Refuses(RejectionCode.UnknownStore);

    private static async Task<Results<Ok<Page<FoundProduct>>, Refusal>> Search(
        string? q, string? category, string? active, string? store, string? limit, string? cursor, HttpResponse response, IGrainFactory grains)
    {
        var query = QueryOf(q, category, active, limit);
        var shown = StoreOf(store);
        var details = shown is { } asked ? await grains.GetGrain<IStoreGrain>(asked.Value).Get().Within(response) : null;
        if (shown is { } unknown && details is null)
        {
            return StoresApi.Unknown(unknown);
        }

        query = query with { Codes = ScannedCodes.Of(query.Text, details?.EmbeddedBarcodes) };
        var list = ListOf(query);
        var cursors = Cursors.Of(response.HttpContext, list);
        // One index answers all pages of a query.
        var index = grains.GetGrain<ISearchGrain>(
            (BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(list))) % ISearchGrain.Places).ToString(CultureInfo.InvariantCulture));
        if (await index.Search(query with { After = Place(cursors.Open(cursor)) }).Within(response) is not { } hits)
        {
            return new Refusal(Problems.Unavailable, "The index of products is not complete yet.");
        }

        var products = await Paging.Fetch(hits.Skus, response, sku => Fetch(grains, sku, shown));
        var next = hits is { HasMore: true, Last: { } last } ? cursors.Seal(Place(last)) : null;
        return TypedResults.Ok(new Page<FoundProduct>(products, hits.HasMore, next));
    }

    private static async Task<FoundProduct?> Fetch(IGrainFactory grains, Sku sku, StoreId? store)
    {
        var product = grains.GetGrain<IProductGrain>(sku.Value).Get();
        // Asked beside the product: a service has none, and that costs a look at most.
        var stock = store is { } asked ? grains.Item(asked, sku).Get() : Task.FromResult<StockView?>(null);
        await Task.WhenAll(product, stock);
        return await product is { } view
            ? new FoundProduct(view, store is null || view.Kind == ProductKind.Service ? null : (await stock)?.Available ?? 0)
            : null;
    }

    private static ProductQuery QueryOf(string? q, string? category, string? active, string? limit)
    {
        var text = q ?? "";
        if (text.Length > ProductQuery.TextLengthMax || text.Any(char.IsControl))
        {
            throw Malformed("q", $"at most {ProductQuery.TextLengthMax} characters without control characters");
        }

        if (category is { Length: > Limits.NameLengthMax } || category?.Any(char.IsControl) == true)
        {
            throw Malformed("category", $"at most {Limits.NameLengthMax} characters without control characters");
        }

        bool? isActive = active switch
        {
            null => null,
            "true" => true,
            "false" => false,
            _ => throw Malformed("active", "true or false"),
        };
        return new ProductQuery(text, string.IsNullOrEmpty(category) ? null : category, isActive, Paging.Limit(limit));
    }

    private static StoreId? StoreOf(string? store) => store is null ? null
        : StoreId.TryParse(store, null, out var id) ? id : throw Malformed("store", "the id of a store");

    private static string ListOf(ProductQuery query) =>
        $"products/search/{query.Text.Length}:{query.Text}{query.Category?.Length}:{query.Category}:{query.Active}:{string.Join(' ', query.Codes)}";

    private static byte[] Place(HitPlace hit)
    {
        var place = new byte[sizeof(int) + Encoding.UTF8.GetByteCount(hit.Sku.Value)];
        BinaryPrimitives.WriteInt32BigEndian(place, hit.Rank);
        Encoding.UTF8.GetBytes(hit.Sku.Value, place.AsSpan(sizeof(int)));
        return place;
    }

    private static HitPlace? Place(byte[]? place) => place is null
        ? null
        : new HitPlace(BinaryPrimitives.ReadInt32BigEndian(place), new Sku(Encoding.UTF8.GetString(place.AsSpan(sizeof(int)))));

    private static RefusedRequestException Malformed(string name, string wanted) =>
        new(Problems.InvalidParameter, $"The parameter '{name}' is {wanted}.");
}
