namespace Pos.Bench;

/// <summary>
/// From the start of the process to its first served request, and the memory of a silo that does nothing: ours as it starts by default, with the
/// demo shop and the dashboard, and a bare silo of Orleans. They take turns, so that a noisy moment meets both.
/// </summary>
internal static class Start
{
    private const int Rounds = 7;

    public static async Task RunAsync()
    {
        List<Figures> ours = [];
        List<Figures> bare = [];
        for (var round = 0; round < Rounds; round++)
        {
            bare.Add(await Measure(SiloProcess.StartBare()));
            ours.Add(await Measure(SiloProcess.Start("--Pos:Demo=true")));
        }

        Show("a bare silo", bare);
        Show("ours", ours);
        Console.WriteLine(FormattableString.Invariant(
            $"ours to the bare silo: {ours.Median(one => one.Start) / bare.Median(one => one.Start):F2} of the time, {ours.Median(one => one.Megabytes) / bare.Median(one => one.Megabytes):F2} of the memory"));
    }

    private sealed record Figures(double Start, double Megabytes);

    private static async Task<Figures> Measure(Task<SiloProcess> starting)
    {
        await using var silo = await starting;
        return new(silo.FirstAnswer.TotalMilliseconds, silo.ResidentMegabytes);
    }

    private static void Show(string what, List<Figures> figures) => Console.WriteLine(FormattableString.Invariant(
        $"{what}: start to first served request median {figures.Median(one => one.Start):F0} ms, worst {figures.Max(one => one.Start):F0} ms; resident then median {figures.Median(one => one.Megabytes):F0} MB"));
}
