using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace Pos.Api.Stores;

/// <summary><c>/stores</c>: shops and their tills.</summary>
internal static class StoresApi
{
    public static void MapStores(this IEndpointRouteBuilder api)
    {
        var stores = api.MapGroup("/stores").WithTags("Stores");
        stores.MapPut("/{store}", Define).WithName("defineStore").Requires(Permission.Operate, Owner.Operators)
            .WithSummary("Create or replace a store")
            .WithDescription("A repetition of the same content changes nothing. The currency of a store never changes.")
            .RefusesAs<IStoreGrain>(nameof(IStoreGrain.Define));
        stores.MapGet("/{store}", Get).WithName("getStore").Requires(Permission.Read, Owner.InRoute)
            .WithSummary("Read a store");
        stores.MapGet("/", List).WithName("listStores").Requires(Permission.Read, Owner.Filtered)
            .WithSummary("List stores")
            .WithDescription("The stores that the key opens, in the order of their creation.");
    }

    internal static Refusal Unknown(StoreId store) => new(RejectionCode.UnknownStore, $"There is no store '{store}'.");

    private static async Task<Results<Ok<StoreView>, Refusal>> Define(StoreId store, Command<StoreDetails> put, HttpResponse response, IGrainFactory grains)
    {
        // The reader's dictionary sorts by culture; ids sort by code point.
        var details = put.Body with { TaxRates = put.Body.TaxRates.WithComparers(StringComparer.Ordinal) };
        return await grains.GetGrain<IStoreGrain>(store.Value).Define(new DefineStore(put.Operation("", store.Value, "PUT /stores"), details)).ToOk(response);
    }

    private static async Task<Results<Ok<StoreView>, Refusal>> Get(StoreId store, HttpResponse response, IGrainFactory grains)
    {
        var view = await grains.GetGrain<IStoreGrain>(store.Value).Get().Within(response);
        return response.OkOr(view, Unknown(store));
    }

    private static async Task<Ok<Page<StoreView>>> List(
        string? limit, string? cursor, HttpContext context, IGrainFactory grains, CancellationToken cancelled)
    {
        var asked = PageRequest.Of(context.Response, "stores", limit, cursor);
        var access = RequestAccess.Of(context);
        var directory = grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Catalogue);
        var known = ImmutableArray.CreateBuilder<string>();
        var (after, hasMore) = (asked.After, true);
        // Past the stores of others to the end of the page, so that neither its length nor its cursor tells how many there are.
        while (hasMore && known.Count < asked.Limit)
        {
            var page = await directory.List(DirectoryKind.Stores, after, asked.Limit - known.Count, cancelled).Within(context.Response);
            known.AddRange(page.Ids.Where(id => access.Knows(new StoreId(id))));
            (after, hasMore) = (page.Next, page.HasMore);
        }

        return await asked.Fetch(
            new(known.ToImmutable(), after, hasMore && await HasOneOf(access, after)), context.Response, id => grains.GetGrain<IStoreGrain>(id).Get());

        async Task<bool> HasOneOf(RequestAccess keys, long behind)
        {
            for (var more = !keys.IsEverywhere; more;)
            {
                var page = await directory.List(DirectoryKind.Stores, behind, Paging.LimitMax, cancelled).Within(context.Response);
                if (page.Ids.Any(id => keys.Knows(new StoreId(id))))
                {
                    return true;
                }

                (behind, more) = (page.Next, page.HasMore);
            }

            return keys.IsEverywhere;
        }
    }
}
