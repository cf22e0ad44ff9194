using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace Pos.Api;

/// <summary><c>/stores</c>: shops and their tills.</summary>
internal static class StoresApi
{
    public static void MapStores(this IEndpointRouteBuilder api)
    {
        var stores = api.MapGroup("/stores").WithTags("Stores");
        stores.MapPut("/{store}", Define).WithName("defineStore").Requires(Permission.Operate, Owner.Operators)
            .WithSummary("Create or replace a store")
            .WithDescription("The same content again changes nothing. A store's currency never changes.")
            .Refuses(RejectionCode.InvalidValue, RejectionCode.CurrencyFixed, RejectionCode.JournalFull);
        stores.MapGet("/{store}", Get).WithName("getStore").Requires(Permission.Read, Owner.InRoute)
            .WithSummary("Read a store")
            .Refuses(RejectionCode.UnknownStore);
        stores.MapGet("/", List).WithName("listStores").Requires(Permission.Read, Owner.Filtered)
            .WithSummary("List stores")
            .WithDescription("Those of the key, in the order in which they were created; a page may hold fewer than asked for, or none, with more behind it.");
    }

    internal static Refusal Unknown(StoreId store) => new(RejectionCode.UnknownStore, $"There is no store '{store}'.");

    private static async Task<Results<Ok<StoreView>, Refusal>> Define(StoreId store, Replacement<StoreDetails> put, HttpResponse response, IGrainFactory grains)
    {
        // The reader's dictionary sorts by culture; ids sort by code point.
        var details = put.Body with { TaxRates = put.Body.TaxRates.WithComparers(StringComparer.Ordinal) };
        return await grains.GetGrain<IStoreGrain>(store.Value).Define(new DefineStore(put.Operation, details)).ToOk(response);
    }

    private static async Task<Results<Ok<StoreView>, Refusal>> Get(StoreId store, HttpResponse response, IGrainFactory grains)
    {
        var view = await grains.GetGrain<IStoreGrain>(store.Value).Get().Within(response);
        return response.OkOr(view, Unknown(store));
    }

    private static async Task<Ok<Page<StoreView>>> List(
        string? limit, string? cursor, HttpContext context, IGrainFactory grains, CancellationToken cancelled)
    {
        var asked = PageRequest.Of("stores", limit, cursor);
        var page = await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Catalogue)
            .List(DirectoryKind.Stores, asked.After, asked.Limit, cancelled).Within(context.Response);
        var access = Access.Of(context);
        return await asked.Fetch(page with { Ids = page.Ids.RemoveAll(id => !access.Knows(new StoreId(id))) }, context.Response, id => grains.GetGrain<IStoreGrain>(id).Get());
    }
}
