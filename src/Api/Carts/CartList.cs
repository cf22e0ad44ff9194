using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Orleans;

namespace Pos.Api;

/// <summary>Where a page of carts begins. Good for the list it came from only.</summary>
internal readonly record struct CartCursor(CartId After, uint List) : IParsable<CartCursor>
{
    private const int IdBytes = 16;
    private const int BytesCount = IdBytes + sizeof(uint);
    private const int TextLength = 27;

    public static CartCursor Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var cursor) ? cursor : throw new FormatException("The text is no cursor.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out CartCursor result)
    {
        Span<byte> bytes = stackalloc byte[BytesCount];
        result = default;
        if (s is not { Length: TextLength } || !Base64Url.IsValid(s) || Base64Url.DecodeFromChars(s, bytes) != BytesCount)
        {
            return false;
        }

        result = new(new CartId(Convert.ToHexStringLower(bytes[..IdBytes])), BinaryPrimitives.ReadUInt32BigEndian(bytes[IdBytes..]));
        return true;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[BytesCount];
        Convert.FromHexString(After.Value, bytes, out _, out _);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[IdBytes..], List);
        return Base64Url.EncodeToString(bytes);
    }
}

/// <summary>
/// The carts of a store that somebody may go on with. Nothing is indexed for it: the journal is to wake each of them one day, and each is asked.
/// </summary>
internal sealed record CartList(StoreId Store, CartState? State, uint List, string After, int Limit)
{
    // So many grains are asked for one page at most, each of which may have to be read first, and so many of them at a time.
    internal const int AskedMax = 128;
    private const int FetchesMax = 16;

    /// <exception cref="RefusedRequestException">A parameter cannot be read.</exception>
    public static CartList Of(StoreId store, string? state, string? limit, string? cursor)
    {
        CartState? wanted = state switch
        {
            null => null,
            "OPEN" => CartState.Open,
            "PARKED" => CartState.Parked,
            _ => throw new RefusedRequestException(Problems.InvalidParameter, "The parameter 'state' is OPEN or PARKED."),
        };
        var list = PageRequest.Tag($"carts/{store}/{state}");
        var after = cursor is null ? ""
            : CartCursor.TryParse(cursor, null, out var parsed) && parsed.List == list ? parsed.After.Value
            : throw PageRequest.NoCursor();
        return new(store, wanted, list, after, Paging.Limit(limit));
    }

    public async Task<Page<CartView>> Run(IGrainFactory grains, HttpResponse response, CancellationToken cancelled)
    {
        var items = ImmutableArray.CreateBuilder<CartView>();
        var directory = grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Catalogue);
        var (after, lines) = (After, 0);
        for (var asked = 0; asked < AskedMax; asked += FetchesMax)
        {
            var ids = await directory.Sagas("cart", after, FetchesMax, cancelled).Within(response);
            foreach (var cart in await Paging.Fetch(ids, response, id => grains.GetGrain<ICartGrain>(id).Get()))
            {
                if (cart.Store == Store && (State is null ? cart.State is CartState.Open or CartState.Parked : cart.State == State))
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
        new(items.DrainToImmutable(), true, new CartCursor(new CartId(after), List).ToString());
}
