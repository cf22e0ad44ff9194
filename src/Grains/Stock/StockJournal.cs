namespace Pos.Grains.Stock;

/// <summary>How stock items are journaled.</summary>
public static class StockJournal
{
    /// <summary>The category of their streams.</summary>
    public const string Category = "stock";

    /// <summary>The names of their events. A name never changes.</summary>
    public static EventCodec<StockEvent> Codec { get; } = new(
        new EventCase("stock.received", 1, StockJson.Default.Received),
        new EventCase("stock.restocked", 1, StockJson.Default.Restocked),
        new EventCase("stock.adjusted", 1, StockJson.Default.Adjusted),
        new EventCase("stock.counted", 1, StockJson.Default.Counted),
        new EventCase("stock.policy-set", 1, StockJson.Default.PolicySet),
        new EventCase("stock.reserved", 1, StockJson.Default.Reserved),
        new EventCase("stock.pinned", 1, StockJson.Default.HoldPinned),
        new EventCase("stock.committed", 1, StockJson.Default.Committed),
        new EventCase("stock.released", 1, StockJson.Default.Released),
        new EventCase("stock.expired", 1, StockJson.Default.Expired));

    /// <summary>The aggregate, as grains and replays use it.</summary>
    public static Aggregate<StockState, StockEvent> Aggregate { get; } = new(Category, StockRules.Initial, StockRules.Evolve, Codec, StockSnapshot.Format);
}
