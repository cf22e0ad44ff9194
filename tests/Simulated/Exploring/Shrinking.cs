namespace Pos.Tests.Simulated;

/// <summary>Finds a small set of faults, and few steps, with which a seed still fails in the same way.</summary>
internal static class Shrinking
{
    private const int RunsMax = 400;

    /// <summary>Delta debugging over the faults that struck.</summary>
    public static (IReadOnlyList<Strike> Faults, int Steps) Shrink(RunResult failed, int steps)
    {
        var runs = 0;
        var invariant = failed.Violation!.Invariant;
        RunResult? Fails(IReadOnlyList<Strike> faults, int within)
        {
            if (++runs > RunsMax)
            {
                return null;
            }

            var result = Simulation.Run(failed.Seed, within, [.. faults]);
            return result.Violation?.Invariant == invariant ? result : null;
        }

        var (kept, keptSteps) = (failed.Struck, (int)Math.Min(steps, failed.Violation.Step + 1));
        if (Fails(kept, keptSteps) is null)
        {
            keptSteps = steps;
        }

        for (var chunk = Math.Max(1, kept.Count / 2); chunk >= 1; chunk = chunk == 1 ? 0 : chunk / 2)
        {
            for (var at = 0; at < kept.Count;)
            {
                List<Strike> without = [.. kept.Take(at), .. kept.Skip(at + chunk)];
                if (Fails(without, keptSteps) is { } still)
                {
                    kept = [.. without.Intersect(still.Struck)];
                }
                else
                {
                    at += chunk;
                }
            }
        }

        for (var fewer = keptSteps / 2; fewer > 0; fewer /= 2)
        {
            while (keptSteps - fewer > 0 && Fails(kept, keptSteps - fewer) is not null)
            {
                keptSteps -= fewer;
            }
        }

        return (kept, keptSteps);
    }
}
