using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Hosting;

namespace Pos.Bench;

/// <summary>Trivial calls of grains: the cost of Orleans itself.</summary>
internal static class Calls
{
    private const int CallersCount = 100;
    private const int GrainsCount = 1_000;
    private const int RoundsCount = 7;
    private static readonly TimeSpan RoundDuration = TimeSpan.FromSeconds(2);

    internal static async Task RunAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(static silo => silo.UseLocalhostClustering(FreePort.Next(), FreePort.Next()));
        using var host = builder.Build();
        await host.StartAsync();
        var client = host.Services.GetRequiredService<IClusterClient>();
        IEchoGrain[] many = [.. Enumerable.Range(0, GrainsCount).Select(key => client.GetGrain<IEchoGrain>(key))];
        IEchoGrain[] hot = [client.GetGrain<IEchoGrain>(-1)];

        // The first round warms up and is not counted; the rest alternate, so that a noisy moment meets both.
        List<double> manyRates = [];
        List<double> hotRates = [];
        for (var round = 0; round <= RoundsCount; round++)
        {
            var manyRate = await MeasureAsync(many);
            var hotRate = await MeasureAsync(hot);
            if (round > 0)
            {
                manyRates.Add(manyRate);
                hotRates.Add(hotRate);
            }
        }

        await host.StopAsync();
        Print($"{GrainsCount:N0} grains", manyRates);
        Print("one hot grain", hotRates);
    }

    private static async Task<double> MeasureAsync(IEchoGrain[] grains)
    {
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, CallersCount).Select(caller => CallAsync(grains, caller, start)));
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<long> CallAsync(IEchoGrain[] grains, int caller, long start)
    {
        await Task.Yield();
        var count = 0L;
        for (; Stopwatch.GetElapsedTime(start) < RoundDuration; count++)
        {
            await grains[((count * CallersCount) + caller) % grains.Length].Echo(count);
        }

        return count;
    }

    private static void Print(string what, List<double> rates)
    {
        rates.Sort();
        Console.WriteLine(
            $"calls, {CallersCount} callers, {what,-14}: {rates[rates.Count / 2],11:N0}/s median of {rates.Count} rounds ({rates[0]:N0} to {rates[^1]:N0})");
    }
}

/// <summary>Returns its argument.</summary>
public interface IEchoGrain : IGrainWithIntegerKey
{
    /// <summary>Returns its argument.</summary>
    Task<long> Echo(long value);
}

/// <inheritdoc/>
internal sealed class EchoGrain : Grain, IEchoGrain
{
    /// <inheritdoc/>
    public Task<long> Echo(long value) => Task.FromResult(value);
}
