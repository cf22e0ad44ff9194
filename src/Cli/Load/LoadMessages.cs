using System.Text.Json.Serialization;

namespace Pos.Cli.Load;

// What the proof reads of the API's answers.

internal sealed record SoldLine(string Sku, int Quantity);

internal sealed record PlacedOrder(string Id, string State, bool Settled, IReadOnlyList<SoldLine> Lines, string? Cart);

internal sealed record StockLevel(string Sku, long OnHand, long Held, long Available);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Server.Page<PlacedOrder>))]
[JsonSerializable(typeof(Server.Page<StockLevel>))]
[JsonSerializable(typeof(PlacedOrder))]
[JsonSerializable(typeof(StockLevel))]
[JsonSerializable(typeof(LoadReport))]
internal sealed partial class LoadJson : JsonSerializerContext;
