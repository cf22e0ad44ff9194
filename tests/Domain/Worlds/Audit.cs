using Pos.Grains;
using Pos.Journal;
using Pos.Verification;

namespace Pos.Tests;

/// <summary>Reads a world's journal and finds what must never be there.</summary>
internal static class Audit
{
    /// <summary>Every stock item's balance, once nothing is owed: <c>pos verify</c> finds nothing wrong and nothing under way.</summary>
    public static async Task<Dictionary<string, StockState>> Settled(World world)
    {
        var report = await Verifier.Run(world.Silo.Journal.ReadAll(0, CancellationToken.None), [], CancellationToken.None);
        Assert.True(
            report.Ok,
            string.Join("; ", report.Invariants.SelectMany(invariant => invariant.First.Select(found => $"{invariant.Name} at {found.Where}: {found.What}"))));
        Assert.Empty(report.Open.FirstOrders);
        Assert.Equal((0, 0), (report.Open.Returns, report.Open.Holds));
        var stock = new Dictionary<string, StockState>(StringComparer.Ordinal);
        await foreach (var recorded in world.Silo.Journal.ReadAll(0, CancellationToken.None))
        {
            if (recorded.Stream.Category == StockJournal.Category)
            {
                var before = stock.GetValueOrDefault(recorded.Stream.Key, StockRules.Initial);
                stock[recorded.Stream.Key] = StockRules.Evolve(before, StockJournal.Codec.Read(recorded));
            }
        }

        return stock;
    }
}
