using System.Globalization;
using System.Text;

namespace Pos.Tests.Simulated;

/// <summary>What the program can do here beside what the simulator can: wake planted bugs.</summary>
internal static class Planting
{
    /// <summary>What a replay has to be told beside the seed: the bug that is awake.</summary>
    public static string Option { get; private set; } = "";

    public static int Run(string name, ulong? seed, int steps, bool withTimeline)
    {
        if (name.Length == 0)
        {
            var all = Hunt.ForAll(Plants.All);
            Console.Write(Table(all));
            return all.TrueForAll(found => found.Result is not null) ? 0 : 1;
        }

        var plant = Plants.All.Single(plant => plant.Name == name);
        Explorer.Prepare = () => Plants.Wake(name);
        Option = $"--plant {name} ";
        if (seed is { } given)
        {
            return Program.Replay(given, steps, withTimeline);
        }

        var found = Hunt.ForAll([plant])[0];
        Console.Write(Table([found]));
        return found.Result is { } result ? Program.Replay(result.Seed, Hunt.Steps, withTimeline: false) * 0 : 1;
    }

    public static string Report() => Table(Hunt.ForAll(Plants.All));

    private static string Table(IEnumerable<Found> all)
    {
        var text = new StringBuilder("| planted bug | what it is | caught by | seeds to find | first caught by another |\n| --- | --- | --- | ---: | --- |\n");
        foreach (var found in all)
        {
            var others = found.Others.Count == 0 ? "–" : string.Join(", ", found.Others.Select(other => $"{other.Key} ({other.Value}×)"));
            text.Append(
                CultureInfo.InvariantCulture,
                $"| `{found.Plant.Name}` | {found.Plant.Meaning} | {found.Result?.Violation?.Invariant.ToString() ?? "**not found**"} | {found.Seeds} | {others} |\n");
        }

        return text.ToString();
    }
}
