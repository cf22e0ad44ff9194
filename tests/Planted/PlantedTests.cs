namespace Pos.Simulation;

public sealed class PlantedTests
{
    [Fact]
    public void every_patch_finds_its_place_in_the_product() => Assert.Empty(MissingPatches.All);

    [Fact]
    public void at_least_twenty_bugs_are_planted() => Assert.True(Plants.All.Length >= 20);

    [Fact]
    public void every_planted_bug_is_found_by_the_invariant_that_means_it()
    {
        var found = Hunt.ForAll(Plants.All);
        Assert.Equal(Plants.All.Length, found.Count);
        Assert.All(found, one => Assert.True(
            one.Result is not null, $"{one.Plant.Name} was not found within {Hunt.SeedsMax} seeds; others: {string.Join(", ", one.Others.Keys)}"));
    }

    [Fact]
    public void a_failure_is_shrunk_to_the_faults_it_takes_and_told_as_a_timeline()
    {
        RunResult? told = null;
        var (before, after) = (0, 0);
        Explorer.OnOneThread(() =>
        {
            var plant = Plants.All.Single(plant => plant.Name == "wake-up-by-the-overtaken");
            var found = Hunt.For(plant).Result!;
            Plants.Wake(plant.Name);
            var (faults, steps) = Shrinking.Shrink(found, Hunt.Steps);
            told = Simulation.Run(found.Seed, steps, [.. faults], withTimeline: true);
            (before, after) = (found.Struck.Count, faults.Count);
            Plants.Wake(null);
        });
        Assert.Equal(Invariant.WakeUpsAreArmed, told!.Violation?.Invariant);
        Assert.True(after < before, $"{before} faults were shrunk to {after}");
        Assert.Contains(told.Timeline, static line => line.Contains(" decides ", StringComparison.Ordinal));
    }

    [Fact]
    public void with_every_bug_asleep_nothing_is_found()
    {
        var explorer = new Explorer(Hunt.Steps);
        var failure = explorer.Run(Enumerable.Range(0, 50).Select(static seed => (ulong)seed));
        Assert.True(failure is null, failure?.Violation?.ToString());
    }
}
