using System.Globalization;
using System.Security.Cryptography;

namespace Pos.Tests.Simulated;

/// <summary>Replays a seed, explores for some minutes, or writes the reliability report.</summary>
internal static class Program
{
    private const int StepsDefault = 2_000;

    public static int Main(string[] args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i++)
        {
            options[args[i]] = i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i] : "";
        }

        var steps = options.TryGetValue("--steps", out var asked) ? int.Parse(asked, CultureInfo.InvariantCulture) : StepsDefault;
        try
        {
            return Run(options, steps);
        }
        catch (EndlessStepException endless)
        {
            Console.WriteLine($"FAILED {endless.Message}.");
            return 1;
        }
    }

    private static int Run(Dictionary<string, string> options, int steps)
    {
        if (options.TryGetValue("--report", out var file))
        {
            return Report.Write(file, steps);
        }

        if (options.TryGetValue("--plant", out var plant))
        {
            return Planting.Run(
                plant, options.TryGetValue("--seed", out var at) ? ulong.Parse(at, CultureInfo.InvariantCulture) : null, steps, options.ContainsKey("--timeline"));
        }

        if (options.TryGetValue("--seed", out var seed))
        {
            return Replay(ulong.Parse(seed, CultureInfo.InvariantCulture), steps, options.ContainsKey("--timeline"));
        }

        if (options.TryGetValue("--minutes", out var minutes))
        {
            return Explore(Fresh(), TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture)), steps);
        }

        if (options.TryGetValue("--survey", out var all))
        {
            return Survey(int.Parse(all, CultureInfo.InvariantCulture), steps);
        }

        if (options.TryGetValue("--seeds", out var count))
        {
            return Explore(Enumerable.Range(0, int.Parse(count, CultureInfo.InvariantCulture)).Select(static at => (ulong)at), null, steps);
        }

        Console.WriteLine("""
            dotnet run --project tests/Simulated -- --seed N [--timeline]   replays a seed; a failing one is shrunk and told
                                                     --minutes M             explores fresh seeds
                                                     --seeds COUNT           runs the seeds 0 to COUNT - 1
                                                     --survey COUNT          the same, and goes on after failures: one line each
                                                     --plant NAME [--seed N] hunts a planted bug; without a name, all of them
                                                     --report FILE           runs everything and writes the tables
                                                     --steps S               with S steps under faults instead of 2,000
            """);
        return 2;
    }

    private static int Survey(int count, int steps)
    {
        var (next, failed, all) = (-1, 0, 0L);
        Explorer.OnThreads(() =>
        {
            for (var seed = Interlocked.Increment(ref next); seed < count; seed = Interlocked.Increment(ref next))
            {
                var result = Simulation.Run((ulong)seed, steps);
                Interlocked.Add(ref all, result.Steps);
                if (result.Violation is { } violation)
                {
                    Interlocked.Increment(ref failed);
                    Console.WriteLine($"seed {seed}: {violation}");
                }
            }
        });
        Console.WriteLine($"{failed} of {count} seeds failed, {all} steps");
        return failed == 0 ? 0 : 1;
    }

    private static IEnumerable<ulong> Fresh()
    {
        var seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) >> 16;
        Console.WriteLine($"From seed {seed} on.");
        while (true)
        {
            yield return seed++;
        }
    }

    private static int Explore(IEnumerable<ulong> seeds, TimeSpan? timeMax, int steps)
    {
        var explorer = new Explorer(steps);
        var failure = explorer.Run(seeds, timeMax);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{explorer.Seeds} seeds, {explorer.Steps} steps, {explorer.Events} events, {explorer.Crashes} crashes, {explorer.SnapshotsRead} snapshots read in {explorer.Elapsed.TotalSeconds:F1} s, {explorer.ProcessorTime.TotalSeconds:F1} s of a core: {explorer.StepsPerSecondAndCore:F0} steps/s a core"));
        for (var step = 0; step < StepsUnderWay.Count; step++)
        {
            var empty = Enumerable.Range(0, FaultPlan.Kinds).Where(fault => explorer.Coverage[step, fault] == 0).Select(fault => (Fault)fault).ToList();
            if (empty.Count > 0)
            {
                Console.WriteLine($"Never struck: {(SagaSteps)(1 << step)} by {string.Join(", ", empty)}");
            }
        }

        for (var part = 0; part < ReportsUnderWay.Count; part++)
        {
            var empty = Enumerable.Range(0, FaultPlan.FeedKinds).Where(fault => explorer.FeedCoverage[part, fault] == 0).Select(static fault => (Fault)(FaultPlan.Kinds + fault)).ToList();
            if (empty.Count > 0)
            {
                Console.WriteLine($"Never struck: {(ReportParts)(1 << part)} by {string.Join(", ", empty)}");
            }
        }

        if (failure is null)
        {
            return 0;
        }

        Tell(failure, steps);
        return 1;
    }

    public static int Replay(ulong seed, int steps, bool withTimeline)
    {
        RunResult? result = null;
        // Made once per process, and no part of a run.
        _ = OrleansTypes.Instance;
        var (pool, timers) = (ThreadPool.CompletedWorkItemCount, Timer.ActiveCount);
        Explorer.OnOneThread(() => result = Simulation.Run(seed, steps, null, withTimeline));
        foreach (var line in result!.Timeline)
        {
            Console.WriteLine(line);
        }

        Console.WriteLine($"seed {seed}: {result.Steps} steps, {result.Events} events, {result.Struck.Count} faults, hash {result.Hash:x16}");
        if (result.Violation?.Invariant == Invariant.NothingEscapes)
        {
            Console.WriteLine(result.Violation);
        }

        if (ThreadPool.CompletedWorkItemCount != pool || Timer.ActiveCount != timers)
        {
            Console.WriteLine(
                $"ESCAPED: {ThreadPool.CompletedWorkItemCount - pool} work items ran on the thread pool, {Timer.ActiveCount - timers} timers of the wall clock are left.");
            return 1;
        }

        if (result.Violation is null)
        {
            return 0;
        }

        if (!withTimeline)
        {
            Tell(result, steps);
        }
        else
        {
            Console.WriteLine(result.Violation);
        }

        return 1;
    }

    private static void Tell(RunResult failure, int steps)
    {
        Console.WriteLine($"FAILED seed {failure.Seed}: {failure.Violation}");
        Console.WriteLine($"    {failure.Violation!.Invariant}: {Invariants.Meaning(failure.Violation.Invariant)}");
        Explorer.OnOneThread(() =>
        {
            var (faults, fewer) = Shrinking.Shrink(failure, steps);
            var small = Simulation.Run(failure.Seed, fewer, [.. faults], withTimeline: true);
            foreach (var line in small.Timeline)
            {
                Console.WriteLine(line);
            }

            Console.WriteLine($"Smallest schedule found: {fewer} steps with [{string.Join(", ", faults)}]");
            Console.WriteLine(small.Violation);
        });
        Console.WriteLine($"Replay: dotnet run --project tests/Simulated -- {Planting.Option}--seed {failure.Seed} --steps {steps} --timeline");
    }
}
