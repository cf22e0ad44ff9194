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
        stores.MapPut("/{store}", Define).WithName("defineStore")
            .WithSummary("Create or replace a store")
            .WithDescription("The same content again changes nothing. A store's currency never changes.")
            .Refuses(RejectionCode.InvalidValue, RejectionCode.CurrencyFixed, RejectionCode.JournalFull);
        stores.MapGet("/{store}", Get).WithName("getStore")
            .WithSummary("Read a store")
            .Refuses(RejectionCode.UnknownStore);
        stores.MapGet("/", List).WithName("listStores")
            .WithSummary("List stores")
            .WithDescription("In the order in which they were created.");
    }

    internal static Refusal Unknown(StoreId store) => new(RejectionCode.UnknownStore, $"There is no store '{store}'.");

    private static async Task<Results<Ok<StoreView>, Refusal>> Define(StoreId store, Replacement<StoreDetails> put, IGrainFactory grains)
    {
        // The reader's dictionary sorts by culture; ids sort by code point.
        var details = put.Body with { TaxRates = put.Body.TaxRates.WithComparers(StringComparer.Ordinal) };
        var outcome = await grains.GetGrain<IStoreGrain>(store.Value).Define(new DefineStore(put.Operation, details));
        return outcome.ToOk();
    }

    private static async Task<Results<Ok<StoreView>, Refusal>> Get(StoreId store, HttpResponse response, IGrainFactory grains)
    {
        var view = await grains.GetGrain<IStoreGrain>(store.Value).Get();
        return response.OkOr(view, view?.Version, Unknown(store));
    }

    private static async Task<Ok<Page<StoreView>>> List(string? limit, string? cursor, IGrainFactory grains, CancellationToken cancelled)
    {
        var page = await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Catalogue)
            .List(DirectoryKind.Stores, Paging.After(cursor), Paging.Limit(limit), cancelled);
        return await Paging.Fetch(page, id => grains.GetGrain<IStoreGrain>(id).Get());
    }
}
