using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Orleans;

namespace Pos.Api.Carts;

/// <summary>
/// The open and parked carts of a store. Every open cart has a wake-up for its expiry. The list reads those, so it needs no index.
/// Only carts of the store are read, so neither the length of a page nor its time tells anything of other stores.
/// </summary>
internal sealed record CartList(StoreId Store, CartStatus? State, ListCursors Cursors, string After, int Limit)
{
    // So many grains are asked for one page at most, each of which may have to be read first, and so many of them at a time.
    internal const int AskedMax = 128;
    private const int FetchesMax = 16;

    /// <exception cref="RefusedRequestException">A parameter cannot be read.</exception>
    public static CartList Of(HttpResponse response, StoreId store, string? state, string? limit, string? cursor)
    {
        CartStatus? wanted = state switch
        {
            null => null,
            "OPEN" => CartStatus.Open,
            "PARKED" => CartStatus.Parked,
            _ => throw new RefusedRequestException(Problems.InvalidParameter, "The parameter 'state' is OPEN or PARKED."),
        };
        var cursors = Lists.Cursors.Of(response.HttpContext, $"carts/{store}/{state}");
        return new(store, wanted, cursors, cursors.OpenText(cursor), Paging.Limit(limit));
    }

    public async Task<Page<CartView>> Run(IGrainFactory grains, HttpResponse response, CancellationToken cancelled)
    {
        var items = ImmutableArray.CreateBuilder<CartView>();
        var directory = grains.GetGrain<IDirectoryGrain>(Store.Value);
        var (after, lines) = (After, 0);
        for (var asked = 0; asked < AskedMax; asked += FetchesMax)
        {
            var ids = await directory.Sagas("cart", after, FetchesMax, cancelled).Within(response);
            foreach (var cart in await Paging.Fetch(ids, response, id => grains.GetGrain<ICartGrain>(id).Get()))
            {
                if (cart.Store == Store && (State is null ? cart.State is CartStatus.Open or CartStatus.Parked : cart.State == State))
                {
                    items.Add(cart);
                    lines += cart.Lines.Length;
                    if (items.Count == Limit || lines >= Paging.LinesPerPageMax)
                    {
                        return Page(items, cart.Id.Value);
                    }
                }
            }

            if (ids.Length < FetchesMax)
            {
                return new(items.DrainToImmutable(), false, null);
            }

            after = ids[^1];
        }

        return Page(items, after);
    }

    private Page<CartView> Page(ImmutableArray<CartView>.Builder items, string after) =>
        new(items.DrainToImmutable(), true, Cursors.Seal(after));
}
