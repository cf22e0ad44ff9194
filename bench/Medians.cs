namespace Pos.Bench;

internal static class Medians
{
    /// <summary>The value in the middle of all rounds' values.</summary>
    public static double Median<T>(this IReadOnlyCollection<T> rounds, Func<T, double> of) => rounds.Select(of).Order().ElementAt(rounds.Count / 2);
}
