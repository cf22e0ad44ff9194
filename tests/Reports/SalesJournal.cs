using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Pos.Journal;

namespace Pos.Tests;

/// <summary>Writes the events of a store as the journal has them.</summary>
internal sealed class SalesJournal(string store = "london")
{
    private readonly Dictionary<string, long> _versions = new(StringComparer.Ordinal);

    public List<RecordedEvent> Events { get; } = [];

    /// <summary>When the next event is recorded; null for the moment it occurs.</summary>
    public DateTimeOffset? RecordedAt { get; set; }

    /// <summary>A cash sale from its order to its end.</summary>
    public SalesJournal Sale(string order, string at, params JsonObject[] lines)
    {
        Placed(order, at, lines);
        return Paid(order, at, lines.Sum(static line => (long)line["gross"]!));
    }

    public SalesJournal Placed(
        string order, string at, JsonObject[] lines, string till = "till-1", string? soldBy = "ann", long[]? cards = null, long credit = 0, long rounding = 0)
    {
        var body = new JsonObject
        {
            ["store"] = store,
            ["till"] = till,
            ["lines"] = new JsonArray([.. lines.Select(static line => line.DeepClone())]),
            ["gross"] = Money(lines.Sum(static line => (long)line["gross"]!)),
            ["occurredAt"] = Time(at),
        };
        if (soldBy is not null)
        {
            body["soldBy"] = soldBy;
        }

        if (cards is not null)
        {
            body["cards"] = new JsonArray([.. cards.Select(static (amount, i) => new JsonObject { ["tender"] = i + 1, ["amount"] = amount, ["token"] = "tok_approve" })]);
        }

        if (credit != 0)
        {
            body["credit"] = new JsonObject { ["return"] = "r", ["amount"] = credit };
        }

        if (rounding != 0)
        {
            body["rounding"] = rounding;
        }

        return Write("order/" + order, "order.placed", at, body);
    }

    public SalesJournal Paid(string order, string at, long cash, long change = 0, string type = "order.cash-taken") => Write(
        "order/" + order, type, at, new JsonObject { ["tendered"] = Money(cash + change), ["change"] = Money(change) });

    public SalesJournal Cancelled(string order, string at, string? code = null)
    {
        var body = new JsonObject { ["reason"] = "x", ["shortages"] = new JsonArray(), ["at"] = Time(at) };
        if (code is not null)
        {
            body["code"] = code;
        }

        return Write("order/" + order, "order.cancelled", at, body);
    }

    public SalesJournal Accepted(string id, string at, JsonObject[] lines, string till = "till-1", string? takenBy = "ann")
    {
        var body = new JsonObject
        {
            ["store"] = store,
            ["till"] = till,
            ["lines"] = new JsonArray([.. lines.Select(static line => line.DeepClone())]),
            ["gross"] = Money(lines.Sum(static line => (long)line["gross"]!)),
            ["occurredAt"] = Time(at),
        };
        if (takenBy is not null)
        {
            body["takenBy"] = takenBy;
        }

        return Write("return/" + id, "return.accepted", at, body);
    }

    public SalesJournal Completed(string id, string at, string json) => Write("return/" + id, "return.completed", at, JsonNode.Parse(json)!.AsObject());

    public SalesJournal Write(string stream, string type, string at, JsonObject body)
    {
        var occurredAt = DateTimeOffset.Parse(at, CultureInfo.InvariantCulture).ToUniversalTime();
        var version = _versions[stream] = _versions.GetValueOrDefault(stream) + 1;
        // Positions have gaps: other stores write too.
        var position = (Events.Count == 0 ? 0 : Events[^1].Position) + 3;
        Events.Add(new(
            position, StreamName.Parse(stream), version, type, 1, RecordedAt ?? occurredAt, new EventContext(occurredAt, store, (string?)body["till"] ?? ""),
            Encoding.UTF8.GetBytes(body.ToJsonString()), new byte[32]));
        return this;
    }

    /// <summary>A line with 20 % tax in its price.</summary>
    public static JsonObject Line(string sku, int quantity, long unitPrice, long? listPrice = null, int taxRate = 2000)
    {
        var gross = quantity * unitPrice;
        var tax = (long)Math.Round(gross * (decimal)taxRate / (10_000 + taxRate), MidpointRounding.AwayFromZero);
        var line = new JsonObject
        {
            ["line"] = 1,
            ["sku"] = sku,
            ["name"] = "The " + sku,
            ["kind"] = "goods",
            ["quantity"] = quantity,
            ["listPrice"] = listPrice ?? unitPrice,
            ["unitPrice"] = unitPrice,
            ["taxRate"] = taxRate,
            ["net"] = gross - tax,
            ["tax"] = tax,
            ["gross"] = gross,
        };
        if (listPrice is not null)
        {
            line["overrideReason"] = "x";
        }

        return line;
    }

    private static JsonObject Money(long amount) => new() { ["amount"] = amount, ["currency"] = "GBP" };

    private static string Time(string at) => DateTimeOffset.Parse(at, CultureInfo.InvariantCulture).ToString("O", CultureInfo.InvariantCulture);
}
