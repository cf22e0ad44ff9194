using System.Globalization;
using System.Runtime.InteropServices;

namespace Pos.Bench.Compare;

/// <summary>One paragraph about the machine that made the figures.</summary>
internal static class Machine
{
    public static async Task<string> Describe()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);
        var postgres = await Version("pgbench", "--version");
        var redis = (await Version("redis-server", "--version")).Split(' ').FirstOrDefault(word => word.StartsWith("v=", StringComparison.Ordinal));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores ({Processor()}), {memory:0} GB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, PostgreSQL {postgres.Split(' ').ElementAtOrDefault(2)}, Redis {redis?[2..]}, {TimeProvider.System.GetUtcNow():yyyy-MM-dd}; load average at the start {LoadAverage()}.");
    }

    private static async Task<string> Version(string program, string argument) => (await Programs.Run(program, argument)).Trim();

    private static string Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown"
        : RuntimeInformation.ProcessArchitecture.ToString();

    private static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
