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
    public void with_every_bug_asleep_nothing_is_found()
    {
        var explorer = new Explorer(Hunt.Steps);
        var failure = explorer.Run(Enumerable.Range(0, 50).Select(static seed => (ulong)seed));
        Assert.True(failure is null, failure?.Violation?.ToString());
    }
}
