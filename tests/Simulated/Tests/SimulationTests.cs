namespace Pos.Tests.Simulated;

public sealed class SimulationTests
{
    private const int Steps = 2_000;

    private static IEnumerable<ulong> Seeds(ulong from, int count) => Enumerable.Range(0, count).Select(at => from + (ulong)at);

    [Fact]
    public void two_thousand_seeds_of_two_thousand_steps_keep_every_invariant()
    {
        var explorer = new Explorer(Steps);
        var failure = explorer.Run(Seeds(0, 2_000));
        Assert.True(failure is null, failure is null ? null : $"--seed {failure.Seed}: {failure.Violation}");
        Assert.Equal(2_000, explorer.Seeds);
        Assert.True(explorer.Steps >= 2_000L * Steps, $"{explorer.Steps} steps are not the budget");
        Assert.True(explorer.SnapshotsRead > 0);
        var empty = Cells().Where(cell => explorer.Coverage[cell.Step, cell.Fault] == 0)
            .Select(cell => $"{(SagaSteps)(1 << cell.Step)} by {(Fault)cell.Fault}").ToList();
        empty.AddRange(
            from part in Enumerable.Range(0, ReportsUnderWay.Count)
            from fault in Enumerable.Range(0, FaultPlan.FeedKinds)
            where explorer.FeedCoverage[part, fault] == 0
            select $"{(ReportParts)(1 << part)} by {(Fault)(FaultPlan.Kinds + fault)}");
        Assert.True(empty.Count == 0, $"never struck: {string.Join(", ", empty)}");
    }

    [Fact]
    public void two_hundred_reruns_have_identical_hashes()
    {
        var first = new Dictionary<ulong, ulong>();
        var gate = new Lock();
        var next = -1;
        Explorer.OnThreads(() =>
        {
            for (var run = Interlocked.Increment(ref next); run < 250; run = Interlocked.Increment(ref next))
            {
                // Fifty seeds, each five times: the first, and four reruns.
                var seed = 1_000_000 + (ulong)(run % 50);
                var result = Simulation.Run(seed, Steps);
                lock (gate)
                {
                    Assert.True(first.TryAdd(seed, result.Hash) || first[seed] == result.Hash, $"seed {seed} has run differently");
                }
            }
        });
        Assert.Equal(50, first.Count);
    }

    [Fact]
    public void another_process_runs_the_same()
    {
        // Hash codes of strings differ from process to process: nothing may depend on them.
        var here = "";
        Explorer.OnOneThread(() => here = Simulation.Run(77, Steps).Hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture));
        using var other = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("dotnet", [typeof(Simulation).Assembly.Location, "--seed", "77"]) { RedirectStandardOutput = true })!;
        var said = other.StandardOutput.ReadToEnd();
        other.WaitForExit();
        Assert.Contains(here, said, StringComparison.Ordinal);
        Assert.Equal(0, other.ExitCode);
    }

    [Fact]
    public void without_faults_the_shop_runs_as_well()
    {
        RunResult? calm = null;
        Explorer.OnOneThread(() => calm = Simulation.Run(5, Steps, only: []));
        Assert.Null(calm!.Violation);
        Assert.Empty(calm.Struck);
    }

    [Fact]
    public void a_step_that_does_not_end_fails_by_its_seed_and_its_turn()
    {
        var isOver = false;
        var watch = new StepWatch { LooksMax = 1 };
        var told = Assert.Throws<EndlessStepException>(() => Explorer.OnOneThread(
            () =>
            {
                var machine = new Machine(4711);
                machine.Enqueue(new Owner("silo"), () => SpinWait.SpinUntil(() => Volatile.Read(ref isOver)));
                StepWatch.Watch(machine);
                machine.TakeStep();
            },
            watch));
        Volatile.Write(ref isOver, true);
        Assert.Contains("seed 4711: step 1, Pos.Tests.Simulated.SimulationTests", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void everything_that_can_be_asked_for_has_its_place_in_the_tables_of_authority_and_cost()
    {
        Assert.NotEmpty(Door.Names);
        Assert.All(Door.Names, static name =>
        {
            Assert.True(Enum.IsDefined(Authority.LeastFor(name)));
            Assert.Equal(Requests.IsRead(name), !Costs.Of(new Request("id", name, "somebody", null) { Stream = "order/id" }).Any());
        });
    }

    private static IEnumerable<(int Step, int Fault)> Cells() =>
        from step in Enumerable.Range(0, StepsUnderWay.Count) from fault in Enumerable.Range(0, FaultPlan.Kinds) select (step, fault);
}
