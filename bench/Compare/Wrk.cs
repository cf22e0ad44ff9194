using System.Globalization;

namespace Pos.Bench.Compare;

/// <summary>Two-line cash orders over HTTP, sent by wrk: in C, so that the load generator takes little of the cores that it shares.</summary>
internal static class Wrk
{
    private const int Clients = 64;
    private static int runs;

    /// <param name="silo">A server with the bench's shop.</param>
    /// <param name="hotPercent">Orders in a hundred whose first line is the hot item.</param>
    /// <param name="turn">How long.</param>
    public static async Task<Figure> Measure(SiloProcess silo, int hotPercent, TimeSpan turn)
    {
        var worked = silo.ProcessorTime;
        var run = string.Create(CultureInfo.InvariantCulture, $"wrk{Environment.ProcessId}-{Interlocked.Increment(ref runs)}");
        var output = await Programs.Run(
            "wrk", "-t2", $"-c{Clients}", $"-d{(int)turn.TotalSeconds}s", "-s", Path.Combine(AppContext.BaseDirectory, "orders.lua"),
            $"http://127.0.0.1:{silo.Port}", "--", run, SiloProcess.Key, Programs.Text(Orders.Items), Programs.Text(hotPercent));
        var result = output.Split('\n').Single(line => line.StartsWith("RESULT ", StringComparison.Ordinal)).Split(' ');
        var numbers = result[1..].Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        if (numbers[5] > 0)
        {
            throw new InvalidOperationException($"{numbers[5]} of {numbers[0]} orders failed.");
        }

        var processor = (silo.ProcessorTime - worked).TotalMicroseconds / numbers[0];
        return new Figure(
            numbers[0] * 1e6 / numbers[1], numbers[2] / 1e3, numbers[3] / 1e3,
            string.Create(CultureInfo.InvariantCulture, $"{processor:0} µs of the server's processor each, max {numbers[4] / 1e3:0} ms"));
    }
}
