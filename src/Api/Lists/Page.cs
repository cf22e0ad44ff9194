using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Pos.Api.Lists;

/// <summary>A page of a list.</summary>
/// <param name="Items">In the order in which they began.</param>
/// <param name="HasMore">Whether there is a next page.</param>
/// <param name="NextCursor">Send it as <c>cursor</c> for the next page; null when there is none.</param>
internal sealed record Page<T>(ImmutableArray<T> Items, bool HasMore, string? NextCursor);

/// <summary>The page that a request asks for: where the page begins (a journal position or a stream's version), and how many.</summary>
internal readonly record struct PageRequest(ListCursors Cursors, long After, int Limit)
{
    /// <param name="response">Of the request.</param>
    /// <param name="list">Tells one list from another: what is listed, and whose.</param>
    /// <param name="limit">As the client wrote it.</param>
    /// <param name="cursor">As the client wrote it.</param>
    /// <exception cref="RefusedRequestException">The limit is no number from 1 to 100, or the cursor is none of this list and caller.</exception>
    public static PageRequest Of(HttpResponse response, string list, string? limit, string? cursor)
    {
        var cursors = Lists.Cursors.Of(response.HttpContext, list);
        return new(cursors, cursors.Open(cursor) is { } place ? BinaryPrimitives.ReadInt64BigEndian(place) : 0, Paging.Limit(limit));
    }

    public Page<T> Page<T>(ImmutableArray<T> items, long next, bool hasMore) => new(items, hasMore, hasMore ? Cursor(next) : null);

    /// <summary>Fetches what a directory lists, in its order.</summary>
    public async Task<Ok<Page<T>>> Fetch<T>(DirectoryPage page, HttpResponse response, Func<string, Task<T?>> fetch) where T : class =>
        TypedResults.Ok(Page(await Paging.Fetch(page.Ids, response, fetch), page.Next, page.HasMore));

    /// <summary>The same of what has lines: the page ends before what would bring it above <see cref="Paging.LinesPerPageMax"/> lines.</summary>
    public async Task<Ok<Page<T>>> Fetch<T>(DirectoryPage page, HttpResponse response, Func<string, Task<T?>> fetch, Func<T, int> linesOf) where T : class
    {
        var items = ImmutableArray.CreateBuilder<T>(page.Ids.Length);
        var lines = 0;
        for (var from = 0; from < page.Ids.Length; from += Paging.FetchesMax)
        {
            var fetched = await Task.WhenAll(page.Ids.Skip(from).Take(Paging.FetchesMax).Select(fetch)).Within(response);
            for (var i = 0; i < fetched.Length; i++)
            {
                lines += fetched[i] is { } next ? linesOf(next) : 0;
                if (lines > Paging.LinesPerPageMax && from + i > 0 && !page.Positions.IsDefault)
                {
                    return TypedResults.Ok(Page(items.DrainToImmutable(), page.Positions[from + i - 1], hasMore: true));
                }

                if (fetched[i] is { } item)
                {
                    items.Add(item);
                }
            }
        }

        return TypedResults.Ok(Page(items.DrainToImmutable(), page.Next, page.HasMore));
    }

    private string Cursor(long next)
    {
        Span<byte> place = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(place, next);
        return Cursors.Seal(place);
    }
}

/// <summary>Marks an endpoint whose requests are charged for each item of the page that they ask for.</summary>
internal sealed class ChargedByItem
{
    public static readonly ChargedByItem Metadata = new();
}

/// <summary>Answers lists.</summary>
internal static class Paging
{
    public const int LimitDefault = 50;
    public const int LimitMax = 100;

    /// <summary>Lines of all items of a page, unless its first alone has more.</summary>
    public const int LinesPerPageMax = 2_000;

    /// <summary>So many grains at most are asked at a time for one request.</summary>
    public const int FetchesMax = 16;

    // Read here and not by the framework, which answers a malformed optional parameter without naming it.
    /// <exception cref="RefusedRequestException">The limit is no number from 1 to 100.</exception>
    public static int Limit(string? asked) => asked is null
        ? LimitDefault
        : int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= LimitMax
            ? limit
            : throw new RefusedRequestException(Problems.InvalidParameter, $"The parameter 'limit' is 1 to {LimitMax}.");

    /// <summary>Items that a request asks for, as far as can be told before it is read.</summary>
    public static int Charge(string? asked) =>
        int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? Math.Clamp(limit, 1, LimitMax) : LimitDefault;

    /// <summary>Fetches each of some, in their order; what is not there is left out.</summary>
    public static async Task<ImmutableArray<T>> Fetch<TId, T>(ImmutableArray<TId> ids, HttpResponse response, Func<TId, Task<T?>> fetch) where T : class
    {
        var items = ImmutableArray.CreateBuilder<T>(ids.Length);
        for (var from = 0; from < ids.Length; from += FetchesMax)
        {
            var fetches = new Task<T?>[Math.Min(FetchesMax, ids.Length - from)];
            for (var i = 0; i < fetches.Length; i++)
            {
                fetches[i] = fetch(ids[from + i]);
            }

            foreach (var item in await Task.WhenAll(fetches).Within(response))
            {
                if (item is not null)
                {
                    items.Add(item);
                }
            }
        }

        return items.DrainToImmutable();
    }
}
