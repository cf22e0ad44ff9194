using System.Collections.Immutable;

namespace Pos.Grains.Stock;

/// <summary>Shows stock items and holds.</summary>
internal static class StockViewing
{
    public static StockView View(StockKey key, StockState state, long version) =>
        new(key.Store, key.Sku, state.OnHand, state.Held, state.Available, state.Policy, state.LiveHolds, version);

    public static HoldView View(HoldId id, Hold hold, StockState state, long version) =>
        new(id, hold.Owner, hold.Quantity, hold.State, hold.ExpiresAt, state.Available, version, hold.MadeBy, hold.MadeAt);

    public static HoldPage Page(StockState state, long version, long after, int limit)
    {
        var place = state.Live.IndexOf(new(after, default));
        var first = place < 0 ? ~place : place + 1;
        var holds = ImmutableArray.CreateBuilder<HoldView>(Math.Min(limit, state.Live.Count - first));
        for (var i = first; i < state.Live.Count && holds.Count < limit; i++)
        {
            (after, var id) = state.Live[i];
            holds.Add(View(id, state.Holds[id], state, version));
        }

        return new(holds.ToImmutable(), after, first + holds.Count < state.Live.Count);
    }
}
