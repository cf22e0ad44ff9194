using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace Pos.Api.Catalogue;

/// <summary>Changes the members that are there.</summary>
/// <param name="Name">1–200 characters.</param>
/// <param name="Description">0–2,000 characters.</param>
/// <param name="Category">0–200 characters.</param>
/// <param name="Price">List price of one piece; 0 is legal.</param>
/// <param name="TaxClass">Names a rate of the store.</param>
/// <param name="Active">Whether it is sold at present.</param>
internal sealed record ChangeProductRequest(
    string? Name = null, string? Description = null, string? Category = null, Money? Price = null, string? TaxClass = null, bool? Active = null);

/// <summary><c>/products</c>: what can be sold.</summary>
internal static class ProductsApi
{
    public static void MapProducts(this IEndpointRouteBuilder api)
    {
        var products = api.MapGroup("/products").WithTags("Products");
        products.MapPut("/{sku}", Define).WithName("defineProduct").Requires(Permission.KeepCatalogue, Owner.Shared)
            .WithSummary("Create or replace a product")
            .WithDescription("A repetition of the same content changes nothing.")
            .RefusesAs<IProductGrain>(nameof(IProductGrain.Define));
        products.MapPatch("/{sku}", Change).WithName("changeProduct").Requires(Permission.KeepCatalogue, Owner.Shared)
            .WithSummary("Change parts of a product")
            .WithDescription("A member that is absent keeps its value. The body has at least one member, and no member is null.")
            .RefusesAs<IProductGrain>(nameof(IProductGrain.Change));
        products.MapGet("/{sku}", Get).WithName("getProduct").Requires(Permission.Read, Owner.Shared)
            .WithSummary("Read a product")
            .Refuses(RejectionCode.UnknownProduct);
        products.MapGet("/", List).WithName("listProducts").Requires(Permission.Read, Owner.Shared)
            .WithSummary("List products")
            .WithDescription("In the order of their creation.");
    }

    private static Task<Results<Ok<ProductView>, Refusal>> Define(Sku sku, Command<ProductDetails> put, HttpResponse response, IGrainFactory grains) =>
        grains.GetGrain<IProductGrain>(sku.Value).Define(new DefineProduct(put.Operation("", sku.Value, "PUT /products"), put.Body)).ToOk(response);

    private static async Task<Results<Ok<ProductView>, Refusal>> Change(Sku sku, Command<ChangeProductRequest> command, HttpResponse response, IGrainFactory grains)
    {
        var change = command.Body;
        var operation = command.Operation("", sku.Value, "PATCH /products");
        return await grains.GetGrain<IProductGrain>(sku.Value).Change(new ChangeProduct(
            operation, change.Name, change.Description, change.Category, change.Price, change.TaxClass, change.Active)).ToOk(response);
    }

    private static async Task<Results<Ok<ProductView>, Refusal>> Get(Sku sku, HttpResponse response, IGrainFactory grains)
    {
        var view = await grains.GetGrain<IProductGrain>(sku.Value).Get().Within(response)
            ?? (response.AsMade(sku) is { } older ? await grains.GetGrain<IProductGrain>(older.Value).Get().Within(response) : null);
        return response.OkOr(view, new Refusal(RejectionCode.UnknownProduct, $"There is no product '{sku}'."));
    }

    private static async Task<Ok<Page<ProductView>>> List(string? limit, string? cursor, HttpResponse response, IGrainFactory grains, CancellationToken cancelled)
    {
        var asked = PageRequest.Of(response, "products", limit, cursor);
        var page = await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Catalogue)
            .List(DirectoryKind.Products, asked.After, asked.Limit, cancelled).Within(response);
        return await asked.Fetch(page, response, sku => grains.GetGrain<IProductGrain>(sku).Get());
    }
}
