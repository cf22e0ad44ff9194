using System.Diagnostics;
using System.Globalization;

namespace Pos.Tests.Simulated;

/// <summary>Planted bugs live in a copy of the product, and in a program of its own: <c>tests/Planted</c>.</summary>
internal static class Planting
{
    /// <summary>What a replay has to be told beside the seed: nothing here.</summary>
    public static string Option => "";

    public static int Run(string name, ulong? seed, int steps, bool withTimeline)
    {
        List<string> arguments = [Path.Combine(Folder(), "Pos.Tests.Planted.dll"), "--plant", name, "--steps", steps.ToString(CultureInfo.InvariantCulture)];
        if (seed is { } given)
        {
            arguments.AddRange(["--seed", given.ToString(CultureInfo.InvariantCulture)]);
        }

        if (withTimeline)
        {
            arguments.Add("--timeline");
        }

        using var planted = Process.Start(new ProcessStartInfo("dotnet", arguments))!;
        planted.WaitForExit();
        return planted.ExitCode;
    }

    public static string Report()
    {
        using var planted = Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(Folder(), "Pos.Tests.Planted.dll"), "--report"]) { RedirectStandardOutput = true })!;
        var table = planted.StandardOutput.ReadToEnd();
        planted.WaitForExit();
        return table;
    }

    // Beside our own output, built with us.
    private static string Folder() => AppContext.BaseDirectory.Replace(
        $"{Path.DirectorySeparatorChar}Simulated{Path.DirectorySeparatorChar}", $"{Path.DirectorySeparatorChar}Planted{Path.DirectorySeparatorChar}",
        StringComparison.Ordinal);
}
