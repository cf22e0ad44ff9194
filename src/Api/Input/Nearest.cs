namespace Pos.Api.Input;

/// <summary>Finds the known name that is nearest to one that was sent.</summary>
internal static class Nearest
{
    // A longer text is no misspelt name, and the distance costs the product of both lengths.
    private const int LengthMax = 64;

    /// <summary>The name that takes the fewest changes of a letter; of several, the first.</summary>
    /// <param name="text">What was sent.</param>
    /// <param name="names">At least one.</param>
    public static string Of(string text, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(text);
        var compared = (text.Length <= LengthMax ? text : text[..LengthMax]).ToLowerInvariant();
        return names.MinBy(name => Distance(compared, name.ToLowerInvariant()))!;
    }

    /// <summary>Letters to put in, take out, replace or swap with their neighbour.</summary>
    private static int Distance(string from, string to)
    {
        var rows = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                rows[i, j] = i == 0 ? j : j == 0 ? i : Math.Min(
                    Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1,
                    rows[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[from.Length, to.Length];
    }
}
