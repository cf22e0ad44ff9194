using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Pos.Tests.Simulated;

public sealed class PlantedTests
{
    [Theory]
    [InlineData("== lost | MoneyAddsUp | x\n@ Grains/Orders/Order.cs\n- no line says this\n+ PLANT", "lost finds no place")]
    [InlineData("== doubled | MoneyAddsUp | x\n@ Grains/Orders/Order.cs\n- {\n+ PLANT", "doubled finds more than one place")]
    [InlineData("== nowhere | MoneyAddsUp | x\n@ Grains/Orders/Gone.cs\n- x\n+ PLANT", "nowhere is planted in Grains/Orders/Gone.cs, which is no file")]
    [InlineData("== awake | MoneyAddsUp | x\n@ Grains/Orders/Order.cs\n- public static partial class Order\n+ public static partial class Order", "awake changes nothing")]
    [InlineData("== half | MoneyAddsUp | x\n@ Grains/Orders/Order.cs\n- public static partial class Order", "half names a line of Grains/Orders/Order.cs")]
    [InlineData("== empty | MoneyAddsUp | x", "empty changes nothing")]
    public void a_bug_that_is_not_planted_as_its_line_says_is_an_error_of_the_build_that_names_it(string plants, string error)
    {
        var folder = Directory.CreateTempSubdirectory("plants-");
        try
        {
            var file = Path.Combine(folder.FullName, "plants.txt");
            File.WriteAllText(file, plants);
            // The same step of the build, without what is built from it.
            using var build = Process.Start(new ProcessStartInfo(
                "dotnet", ["msbuild", Project(), "-t:Plant", "-nologo", "-v:q", $"-p:Plants={file}", $"-p:PlantedSources={folder.FullName}/"])
            { RedirectStandardOutput = true })!;
            var said = build.StandardOutput.ReadToEnd();
            build.WaitForExit();
            Assert.NotEqual(0, build.ExitCode);
            Assert.Contains($"error PLANT: The planted bug {error}", said, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Project([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Planted.csproj");

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
