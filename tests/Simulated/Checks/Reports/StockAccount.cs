using System.Text.Json;
using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>One store's stock by the checker's own sums: all movements and holds of each item, added up anew for each question.</summary>
internal sealed class StockAccount
{
    private readonly List<Movement> _movements = [];
    private readonly Dictionary<string, (string Owner, long Quantity)> _holds = new(StringComparer.Ordinal);

    public void Take(in RecordedEvent e, JsonElement body)
    {
        var sku = e.Stream.Key[(e.Stream.Key.LastIndexOf('/') + 1)..];
        var at = e.Context.OccurredAt.ToUniversalTime();
        switch (e.Type)
        {
            case "stock.received":
                Add(new(e.Position, sku, at) { Received = body.Long("quantity") });
                break;
            case "stock.restocked":
                Add(new(e.Position, sku, at) { Restocked = body.Long("quantity") });
                break;
            case "stock.adjusted" or "stock.counted":
                Add(new(e.Position, sku, at) { Adjusted = body.Long("delta") });
                break;
            case "stock.reserved":
                _holds[$"{sku}/{body.Text("hold")}"] = (body.Text("owner"), body.Long("quantity"));
                Add(new(e.Position, sku, null) { Held = body.Long("quantity") });
                break;
            case "stock.committed":
                var (owner, quantity) = _holds[$"{sku}/{body.Text("hold")}"];
                var isSold = owner.StartsWith("order:", StringComparison.Ordinal);
                Add(new(e.Position, sku, at) { Held = -quantity, Sold = isSold ? quantity : 0, Issued = isSold ? 0 : quantity });
                break;
            case "stock.released" or "stock.expired":
                // A release that came before its reserve ends nothing.
                var held = _holds.GetValueOrDefault($"{sku}/{body.Text("hold")}").Quantity;
                Add(new(e.Position, sku, null) { Held = e.Type == "stock.released" && body.Long("quantity") == 0 ? 0 : -held });
                break;
        }
    }

    /// <summary>The items that have anything at a position.</summary>
    public IEnumerable<string> Items(long upTo) => _movements.Where(one => one.Position <= upTo).Select(static one => one.Sku).Distinct(StringComparer.Ordinal);

    /// <summary>An item: on hand, held, received, restocked, adjusted, sold, issued, and when it moved last.</summary>
    public (long[] Numbers, DateTimeOffset? MovedAt) Item(string sku, long upTo)
    {
        var numbers = new long[7];
        DateTimeOffset? movedAt = null;
        foreach (var one in _movements)
        {
            if (one.Position > upTo || one.Sku != sku)
            {
                continue;
            }

            numbers[0] += one.Received + one.Restocked + one.Adjusted - one.Sold - one.Issued;
            numbers[1] += one.Held;
            numbers[2] += one.Received;
            numbers[3] += one.Restocked;
            numbers[4] += one.Adjusted;
            numbers[5] += one.Sold;
            numbers[6] += one.Issued;
            movedAt = one.At is { } at && !(movedAt > at) ? at : movedAt;
        }

        return (numbers, movedAt);
    }

    private void Add(Movement movement) => _movements.Add(movement);

    private sealed record Movement(long Position, string Sku, DateTimeOffset? At)
    {
        public long Received { get; init; }

        public long Restocked { get; init; }

        public long Adjusted { get; init; }

        public long Held { get; init; }

        public long Sold { get; init; }

        public long Issued { get; init; }
    }
}
