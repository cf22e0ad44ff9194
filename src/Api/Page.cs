using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Pos.Api;

/// <summary>A page of a list.</summary>
/// <param name="Items">In the order in which they began.</param>
/// <param name="HasMore">Whether there is a next page.</param>
/// <param name="NextCursor">Send it as <c>cursor</c> for the next page; null when there is none.</param>
internal sealed record Page<T>(ImmutableArray<T> Items, bool HasMore, string? NextCursor);

/// <summary>Where a page begins: opaque to clients, a journal position or a stream's version inside. Good for the list it came from only.</summary>
internal readonly record struct Cursor(long After, uint List) : IParsable<Cursor>
{
    private const int BytesCount = sizeof(long) + sizeof(uint);
    private const int TextLength = 16;

    public static Cursor Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var cursor) ? cursor : throw new FormatException("The text is no cursor.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Cursor result)
    {
        Span<byte> bytes = stackalloc byte[BytesCount];
        result = default;
        if (s is not { Length: TextLength } || !Base64Url.IsValid(s) || Base64Url.DecodeFromChars(s, bytes) != BytesCount)
        {
            return false;
        }

        result = new Cursor(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[sizeof(long)..]));
        return result.After >= 0;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[BytesCount];
        BinaryPrimitives.WriteInt64BigEndian(bytes, After);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[sizeof(long)..], List);
        return Base64Url.EncodeToString(bytes);
    }
}

/// <summary>What is asked for of a list: where the page begins, and how many.</summary>
internal readonly record struct PageRequest(uint List, long After, int Limit)
{
    /// <param name="list">Tells one list from another: what is listed, and whose.</param>
    /// <param name="limit">As the client wrote it.</param>
    /// <param name="cursor">As the client wrote it.</param>
    /// <exception cref="RefusedRequestException">The limit is no number from 1 to 100, or the cursor is none of this list.</exception>
    public static PageRequest Of(string list, string? limit, string? cursor)
    {
        var known = Tag(list);
        var after = cursor is null ? 0 : Cursor.TryParse(cursor, null, out var parsed) && parsed.List == known ? parsed.After : throw NoCursor();
        return new(known, after, Paging.Limit(limit));
    }

    /// <summary>What a cursor remembers of its list.</summary>
    public static uint Tag(string list)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(list), hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash);
    }

    public static RefusedRequestException NoCursor() =>
        new(Problems.InvalidParameter, "The parameter 'cursor' is not the 'nextCursor' of a page of this list.");

    public Page<T> Page<T>(ImmutableArray<T> items, long next, bool hasMore) =>
        new(items, hasMore, hasMore ? new Cursor(next, List).ToString() : null);

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
}

/// <summary>Says what the cursor of an endpoint's list looks like, where it is not a <see cref="Cursor"/>.</summary>
internal sealed record CursorShape(Type Type);

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
