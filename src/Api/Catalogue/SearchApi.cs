using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace Pos.Api;

/// <summary>A product that was found.</summary>
/// <param name="Product">As it stands now.</param>
/// <param name="Available">Pieces available in the store that was asked for; null for services, and when none was asked for.</param>
internal sealed record FoundProduct(ProductView Product, long? Available);

/// <summary>Where a page of hits begins: good for the query it came from only.</summary>
internal readonly record struct HitCursor(HitPlace Place, uint Query) : IParsable<HitCursor>
{
    private const int FixedBytes = sizeof(uint) + sizeof(int);
    private const int SkuBytesMax = 64 * 3;

    /// <summary>What tells one query from another.</summary>
    public static uint Of(ProductQuery query)
    {
        var text = $"{query.Text.Length}:{query.Text}{query.Category?.Length}:{query.Category}:{query.Active}";
        return BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    public static HitCursor Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var cursor) ? cursor : throw new FormatException("The text is no cursor.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out HitCursor result)
    {
        result = default;
        Span<byte> bytes = stackalloc byte[FixedBytes + SkuBytesMax];
        if (s is null || s.Length > Base64Url.GetEncodedLength(bytes.Length) || !Base64Url.IsValid(s)
            || !Base64Url.TryDecodeFromChars(s, bytes, out var written) || written <= FixedBytes
            || !Sku.TryParse(Encoding.UTF8.GetString(bytes[FixedBytes..written]), provider, out var sku))
        {
            return false;
        }

        var place = new HitPlace(BinaryPrimitives.ReadInt32BigEndian(bytes[sizeof(uint)..]), sku);
        result = new HitCursor(place, BinaryPrimitives.ReadUInt32BigEndian(bytes));
        return true;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[FixedBytes + SkuBytesMax];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Query);
        BinaryPrimitives.WriteInt32BigEndian(bytes[sizeof(uint)..], Place.Rank);
        var length = Encoding.UTF8.GetBytes(Place.Sku.Value, bytes[FixedBytes..]);
        return Base64Url.EncodeToString(bytes[..(FixedBytes + length)]);
    }
}

/// <summary><c>/products/search</c>: what can be sold, by what it says of itself.</summary>
internal static class SearchApi
{
    private const string Description =
        """
        A product is found when each word of `q` is, or begins, a word of its SKU, name, category or description; case and accents do not
        matter. First the product whose SKU is all of `q`; then whole words before beginnings of words, SKU and name before category and
        description, shorter names before longer ones. Without `q`: every product that passes the filters, by SKU.
        What changed a moment ago may still be found as it was; the products shown are as they are now.
        """;

    public static void MapSearch(this IEndpointRouteBuilder api) =>
        api.MapGroup("/products").WithTags("Products")
            .MapGet("/search", Search).WithName("searchProducts").Requires(Permission.Read, Owner.Shared)
            .WithSummary("Search products")
            .WithDescription(Description)
            .WithMetadata(new CursorShape(typeof(HitCursor)))
            .Refuses(RejectionCode.UnknownStore);

    private static async Task<Results<Ok<Page<FoundProduct>>, Refusal>> Search(
        string? q, string? category, string? active, string? store, string? limit, string? cursor, HttpResponse response, IGrainFactory grains)
    {
        var query = QueryOf(q, category, active, limit);
        var shown = StoreOf(store);
        var place = Place(cursor, query);
        if (shown is { } asked && await grains.GetGrain<IStoreGrain>(asked.Value).Get().Within(response) is null)
        {
            return StoresApi.Unknown(asked);
        }

        var index = grains.GetGrain<ISearchGrain>((HitCursor.Of(query) % ISearchGrain.Places).ToString(CultureInfo.InvariantCulture));
        if (await index.Search(query with { After = place }).Within(response) is not { } hits)
        {
            return new Refusal(Problems.Unavailable, "The index of products is not complete yet.");
        }

        var products = await Paging.Fetch(hits.Skus, response, sku => Fetch(grains, sku, shown));
        var next = hits is { HasMore: true, Last: { } last } ? new HitCursor(last, HitCursor.Of(query)).ToString() : null;
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

    private static HitPlace? Place(string? cursor, ProductQuery query) => cursor is null ? null
        : HitCursor.TryParse(cursor, null, out var parsed) && parsed.Query == HitCursor.Of(query)
            ? parsed.Place
            : throw new RefusedRequestException(Problems.InvalidParameter, "The parameter 'cursor' is not the 'nextCursor' of a page of this query.");

    private static RefusedRequestException Malformed(string name, string wanted) =>
        new(Problems.InvalidParameter, $"The parameter '{name}' is {wanted}.");
}
