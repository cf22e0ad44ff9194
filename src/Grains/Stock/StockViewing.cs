namespace Pos.Grains;

/// <summary>Shows stock items and holds.</summary>
internal static class StockViewing
{
    public static StockView View(StockKey key, StockState state, long version) =>
        new(key.Store, key.Sku, state.OnHand, state.Held, state.Available, state.Policy, state.LiveHolds, version);

    public static HoldView View(HoldId id, Hold hold, StockState state, long version) =>
        new(id, hold.Owner, hold.Quantity, hold.State, hold.ExpiresAt, state.Available, version);
}
