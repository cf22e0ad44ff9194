namespace Pos.Bench;

/// <summary>From the start of the process to its first served request, and the memory of a silo that does nothing.</summary>
internal static class Start
{
    private const int Rounds = 7;

    public static async Task RunAsync()
    {
        var starts = new List<double>();
        var idle = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            await using var silo = await SiloProcess.Start("--Pos:Demo=true");
            starts.Add(silo.FirstAnswer.TotalMilliseconds);
            idle.Add(silo.ResidentMegabytes);
        }

        starts.Sort();
        idle.Sort();
        Console.WriteLine(FormattableString.Invariant(
            $"start to first served request: median {starts[Rounds / 2]:F0} ms, worst {starts[^1]:F0} ms; resident then: median {idle[Rounds / 2]:F0} MB"));
    }
}
