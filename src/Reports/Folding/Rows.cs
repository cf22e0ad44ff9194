using System.Collections.Immutable;
using System.Globalization;

namespace Pos.Reports.Folding;

/// <summary>Cuts pages out of rows. A page begins behind a place, which names the last row before it and not a number of rows.</summary>
internal static class Rows
{
    /// <param name="rows">All rows.</param>
    /// <param name="keyOf">Unique.</param>
    /// <param name="weightOf">Rows are in descending order of it, then by key; null for by key alone.</param>
    /// <param name="after">The place behind the last row of the page before, or empty.</param>
    /// <param name="limit">Rows at most; 0 for all.</param>
    public static (ImmutableArray<T> Rows, string Next) Page<T>(IEnumerable<T> rows, Func<T, string> keyOf, Func<T, long>? weightOf, string after, int limit)
    {
        var weight = weightOf ?? (static _ => 0);
        var sorted = rows.OrderByDescending(weight).ThenBy(keyOf, StringComparer.Ordinal).AsEnumerable();
        if (after.Length > 0)
        {
            var (heavy, key) = Read(after);
            sorted = sorted.SkipWhile(row => weight(row) > heavy || (weight(row) == heavy && string.CompareOrdinal(keyOf(row), key) <= 0));
        }

        var page = (limit == 0 ? sorted : sorted.Take(limit + 1)).ToImmutableArray();
        if (limit == 0 || page.Length <= limit)
        {
            return (page, "");
        }

        page = page.RemoveAt(limit);
        return (page, string.Create(CultureInfo.InvariantCulture, $"{weight(page[^1])}/{keyOf(page[^1])}"));
    }

    private static (long Weight, string Key) Read(string place)
    {
        var slash = place.IndexOf('/', StringComparison.Ordinal);
        return (long.Parse(place.AsSpan(0, slash), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), place[(slash + 1)..]);
    }
}
