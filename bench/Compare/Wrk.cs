using System.Globalization;

namespace Pos.Bench.Compare;

/// <summary>Requests sent by wrk. It is written in C and takes little of the cores that it shares with the server.</summary>
internal static class Wrk
{
    private const int Clients = 64;
    private static int _runs;

    /// <summary>Two-line cash orders.</summary>
    /// <param name="silo">A server with the bench's shop.</param>
    /// <param name="hotPercent">Orders in a hundred whose first line is the hot item.</param>
    /// <param name="turn">Length of the turn.</param>
    public static Task<Figure> Orders(SiloProcess silo, int hotPercent, TimeSpan turn) => Measure(silo, "orders", threads: 2, turn, Programs.Text(hotPercent));

    /// <summary>A till's sessions: open a cart, add two lines, check out with a card. The sum of the four answers is a session's latency.</summary>
    public static Task<Figure> Sessions(SiloProcess silo, TimeSpan turn) => Measure(silo, "sessions", Clients, turn);

    private static async Task<Figure> Measure(SiloProcess silo, string script, int threads, TimeSpan turn, params string[] arguments)
    {
        var worked = silo.ProcessorTime;
        var run = string.Create(CultureInfo.InvariantCulture, $"wrk{Environment.ProcessId}-{Interlocked.Increment(ref _runs)}");
        var output = await Programs.Run(
            "wrk", [$"-t{threads}", $"-c{Clients}", $"-d{(int)turn.TotalSeconds}s", "-s", Path.Combine(AppContext.BaseDirectory, $"{script}.lua"),
            $"http://127.0.0.1:{silo.Port}", "--", run, SiloProcess.Key, Programs.Text(Bench.Orders.Items), .. arguments]);
        var result = output.Split('\n').Single(line => line.StartsWith("RESULT ", StringComparison.Ordinal)).Split(' ');
        var numbers = result[1..].Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        if (numbers[5] > 0)
        {
            throw new InvalidOperationException($"{numbers[5]} of {numbers[0]} {script} failed.");
        }

        var processor = (silo.ProcessorTime - worked).TotalMicroseconds / numbers[0];
        return new Figure(
            numbers[0] * 1e6 / numbers[1], numbers[2] / 1e3, numbers[3] / 1e3,
            string.Create(CultureInfo.InvariantCulture, $"{processor:0} µs of the server's processor each, max {numbers[4] / 1e3:0} ms"), processor);
    }
}
