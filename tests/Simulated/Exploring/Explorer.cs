using System.Collections.Concurrent;
using System.Diagnostics;

namespace Pos.Tests.Simulated;

/// <summary>Runs many seeds, each on one thread of its own, as many at a time as there are processors.</summary>
internal sealed class Explorer(int steps)
{
    /// <summary>Deep recursion of inlined continuations must not spill over to the thread pool.</summary>
    private const int StackBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();

    /// <summary>What each thread does before it runs anything.</summary>
    public static Action Prepare { get; set; } = static () => { };

    /// <summary>How often each fault hit each step.</summary>
    public long[,] Coverage { get; } = new long[StepsUnderWay.Count, FaultPlan.Kinds];

    /// <summary>How often each fault of the feed hit each report.</summary>
    public long[,] FeedCoverage { get; } = new long[ReportsUnderWay.Count, FaultPlan.FeedKinds];

    public long Seeds { get; private set; }

    /// <summary>Seeds with reports.</summary>
    public long SeedsWithReports { get; private set; }

    public long Steps { get; private set; }

    public long Events { get; private set; }

    public long Crashes { get; private set; }

    public long SnapshotsRead { get; private set; }

    public TimeSpan Elapsed { get; private set; }

    /// <summary>Of this process, while runs ran.</summary>
    public TimeSpan ProcessorTime { get; private set; }

    /// <summary>By processor time and not by the clock: a machine that does other things as well makes a run late, and not more expensive.</summary>
    public double StepsPerSecondAndCore => Steps / Math.Max(0.001, ProcessorTime.TotalSeconds);

    public static int Threads { get; } = Environment.ProcessorCount;

    /// <summary>Runs seeds until one fails, or there are none left, or time is up.</summary>
    /// <returns>The failure of the smallest failing seed that was found, or null.</returns>
    public RunResult? Run(IEnumerable<ulong> seeds, TimeSpan? timeMax = null)
    {
        var clock = Stopwatch.StartNew();
        var before = Environment.CpuUsage.TotalTime;
        RunResult? failure = null;
        using var next = seeds.GetEnumerator();
        OnThreads(() =>
        {
            while (Volatile.Read(ref failure) is null && (timeMax is null || clock.Elapsed < timeMax))
            {
                ulong seed;
                lock (_gate)
                {
                    if (!next.MoveNext())
                    {
                        return;
                    }

                    seed = next.Current;
                }

                var result = Simulation.Run(seed, steps);
                lock (_gate)
                {
                    Count(result);
                    if (result.Violation is not null && (failure is null || result.Seed < failure.Seed))
                    {
                        failure = result;
                    }
                }
            }
        });
        Elapsed += clock.Elapsed;
        ProcessorTime += Environment.CpuUsage.TotalTime - before;
        return failure;
    }

    /// <summary>Runs something on a thread with room for deep recursion.</summary>
    public static void OnOneThread(Action work) => OnThreads(work, [new StepWatch()]);

    /// <summary>The same, with a watch of one's own.</summary>
    public static void OnOneThread(Action work, StepWatch watch) => OnThreads(work, [watch]);

    /// <summary>Runs something on as many threads as there are processors; what one throws, all throw.</summary>
    /// <exception cref="EndlessStepException">A step does not end; its thread is left to itself.</exception>
    public static void OnThreads(Action work) => OnThreads(work, [.. Enumerable.Range(0, Threads).Select(static _ => new StepWatch())]);

    private static void OnThreads(Action work, StepWatch[] watches)
    {
        var failures = new ConcurrentQueue<Exception>();
        var threads = watches.Select((watch, number) => new Thread(
            () =>
            {
                try
                {
                    watch.Begin();
                    Prepare();
                    work();
                }
                catch (Exception failure)
                {
                    failures.Enqueue(failure);
                }
            },
            StackBytes)
        { Name = $"simulation {number}", IsBackground = true }).ToList();
        threads.ForEach(thread => thread.UnsafeStart());
        foreach (var thread in threads)
        {
            while (!thread.Join(LookEvery))
            {
                Array.ForEach(watches, static watch => watch.Look());
            }
        }

        if (failures.TryDequeue(out var first))
        {
            throw new InvalidOperationException("The simulator itself failed.", first);
        }
    }

    private void Count(RunResult result)
    {
        Seeds++;
        Steps += result.Steps;
        Events += result.Events;
        Crashes += result.Crashes;
        SnapshotsRead += result.SnapshotsRead;
        SeedsWithReports += Reporting.IsIn(result.Seed) ? 1 : 0;
        for (var part = 0; part < ReportsUnderWay.Count; part++)
        {
            for (var fault = 0; fault < FaultPlan.FeedKinds; fault++)
            {
                FeedCoverage[part, fault] += result.FeedCoverage[part, fault];
            }
        }

        for (var step = 0; step < StepsUnderWay.Count; step++)
        {
            for (var fault = 0; fault < FaultPlan.Kinds; fault++)
            {
                Coverage[step, fault] += result.Coverage[step, fault];
            }
        }
    }
}
