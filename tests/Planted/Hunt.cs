using System.Collections.Concurrent;

namespace Pos.Tests.Simulated;

/// <summary>Looks for the smallest seed that finds each planted bug.</summary>
internal static class Hunt
{
    public const int SeedsMax = 4_000;

    public const int Steps = 2_000;

    /// <summary>Wakes a bug in this thread and runs seeds from 0 until the right invariant finds it.</summary>
    public static Found For(Plant plant)
    {
        var others = new SortedDictionary<Invariant, int>();
        try
        {
            for (var seed = 0; seed < SeedsMax; seed++)
            {
                Plants.Wake(plant.Name);
                var result = Simulation.Run((ulong)seed, Steps);
                if (result.Violation is not { } violation)
                {
                    continue;
                }

                if (plant.Expected.Contains(violation.Invariant))
                {
                    return new Found(plant, result, seed + 1, others);
                }

                others[violation.Invariant] = others.GetValueOrDefault(violation.Invariant) + 1;
            }

            return new Found(plant, null, SeedsMax, others);
        }
        finally
        {
            Plants.Wake(null);
        }
    }

    /// <summary>Looks for all of them, one on each processor.</summary>
    public static List<Found> ForAll(IEnumerable<Plant> plants)
    {
        var left = new ConcurrentQueue<Plant>(plants);
        var found = new ConcurrentBag<Found>();
        Explorer.OnThreads(() =>
        {
            while (left.TryDequeue(out var plant))
            {
                var one = For(plant);
                found.Add(one);
                Console.Error.WriteLine($"{plant.Name}: {one.Result?.Violation?.Invariant.ToString() ?? "not found"} after {one.Seeds} seeds");
            }
        });
        return [.. found.OrderBy(one => Plants.All.IndexOf(one.Plant))];
    }
}

/// <summary>What came of a hunt.</summary>
/// <param name="Plant">The bug.</param>
/// <param name="Result">The run that found it, or null.</param>
/// <param name="Seeds">How many seeds it took.</param>
/// <param name="Others">How often other invariants failed before.</param>
internal sealed record Found(Plant Plant, RunResult? Result, int Seeds, SortedDictionary<Invariant, int> Others);
