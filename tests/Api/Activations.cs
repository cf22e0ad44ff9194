using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace Pos.Tests;

/// <summary>How many activations of each of our grains a host has at one moment.</summary>
internal sealed class Activations
{
    private readonly IManagementGrain _management;
    private readonly Dictionary<string, int> _counts;

    private Activations(IManagementGrain management, Dictionary<string, int> counts) => (_management, _counts) = (management, counts);

    public static async Task<Activations> Of(PosHost host)
    {
        var management = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
        return new(management, await Count(management));
    }

    /// <summary>
    /// Waits until no grain has more activations than at this moment. An activation leaves after it has answered, so this waits for the silo and not for a
    /// clock. Not counted are the grains that answer for everybody, and a shop's one store, product and stock item.
    /// </summary>
    public async Task AreBack()
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var more = (await Count(_management)).Where(type => type.Value > _counts.GetValueOrDefault(type.Key) + Kept(type.Key)).ToList();
            if (more.Count == 0)
            {
                return;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"stays: {string.Join(", ", more)}");
            await Task.Yield();
        }
    }

    private static async Task<Dictionary<string, int>> Count(IManagementGrain management) =>
        (await management.GetSimpleGrainStatistics())
            // The class, of 'class,assembly'.
            .GroupBy(found => found.GrainType.Split(',')[0], StringComparer.Ordinal)
            .Where(type => type.Key.StartsWith("Pos.", StringComparison.Ordinal))
            .ToDictionary(type => type.Key, type => type.Sum(found => found.ActivationCount), StringComparer.Ordinal);

    private static int Kept(string type) => type switch
    {
        _ when type.EndsWith("DirectoryGrain", StringComparison.Ordinal) => 2,
        _ when type.EndsWith("SearchGrain", StringComparison.Ordinal) => 2,
        _ when type.EndsWith("StoreGrain", StringComparison.Ordinal) => 1,
        // The reports of the one store, and of what belongs to none.
        _ when type.EndsWith("Consumer", StringComparison.Ordinal) || type.EndsWith("ReportGrain", StringComparison.Ordinal) => 2,
        _ when type.EndsWith("ProductGrain", StringComparison.Ordinal) || type.EndsWith("StockGrain", StringComparison.Ordinal) => 2,
        _ => 0,
    };
}
