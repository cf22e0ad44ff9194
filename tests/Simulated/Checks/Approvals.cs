using System.Text.Json;

namespace Pos.Tests.Simulated;

/// <summary>Whose word stands behind a request, and for what.</summary>
internal sealed class Approvals(Request request, Person who, Person? second, string store)
{
    private bool IsOwnWord => who.Rank >= Rank.Manager && who.Knows(store);

    /// <summary>Whose word counts, or null.</summary>
    public string? Name => IsOwnWord ? who.Name : second is { Rank: >= Rank.Manager } && second.Knows(store) ? second.Name : null;

    /// <summary>Whether a manager stands behind exactly this: the one who asks, or the one who was shown it.</summary>
    public bool Cover(string effect) => IsOwnWord || (Name is not null && request.Effects.Contains(effect));

    public override string ToString() =>
        $"{who} has asked, with {second?.ToString() ?? "nobody"} standing behind '{string.Join("', '", request.Effects)}'";
}

/// <summary>What approvals of other prices cover in each cart: so many pieces of a line, for so long, and no other cart.</summary>
internal sealed class PriceApprovals
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly Dictionary<string, SortedDictionary<int, Line>> _carts = new(StringComparer.Ordinal);

    public static bool IsOverridden(JsonElement line) => line.TryGetProperty("overrideReason", out _);

    /// <summary>Takes in what happened to a cart. Tells what is not covered, or null.</summary>
    public string? Take(string type, JsonElement body, string cart, Approvals by)
    {
        if (!_carts.TryGetValue(cart, out var lines))
        {
            _carts[cart] = lines = [];
        }

        switch (type)
        {
            case "cart.opened":
                return body.TryGetProperty("lines", out var copied) ? Copy(lines, body, copied, by) : null;
            case "cart.line-added":
                return Add(lines, body.GetProperty("line"), body.Instant("at"), by);
            case "cart.line-changed":
                return Change(lines, body.GetProperty("line").GetInt32(), body.Long("quantity"), body.Instant("at"), by);
            case "cart.line-removed":
                lines.Remove(body.GetProperty("line").GetInt32());
                return null;
            case "cart.checked-out":
                return Sell(cart, [.. lines.Values], body, by);
            default:
                return null;
        }
    }

    private static string? Copy(SortedDictionary<int, Line> lines, JsonElement body, JsonElement copied, Approvals by)
    {
        string? uncovered = null;
        foreach (var line in copied.EnumerateArray().Select(static line => line.GetProperty("line")))
        {
            var isOverridden = IsOverridden(line);
            lines[line.GetProperty("line").GetInt32()] = new(isOverridden, line.Long("quantity"), body.Instant("at") + Lifetime);
            if (isOverridden && !by.Cover(Effects.Copy(body.Text("from"))))
            {
                uncovered = $"the price of {line.Text("sku")} is copied from {body.Text("from")}, and {by}";
            }
        }

        return uncovered;
    }

    private static string? Add(SortedDictionary<int, Line> lines, JsonElement line, DateTimeOffset at, Approvals by)
    {
        var isOverridden = IsOverridden(line);
        lines[line.GetProperty("line").GetInt32()] = new(isOverridden, line.Long("quantity"), at + Lifetime);
        var effect = Effects.Line(line.Text("sku"), line.Long("quantity"), line.Long("unitPrice"));
        return !isOverridden || by.Cover(effect) ? null : $"{effect}, and {by}";
    }

    private static string? Change(SortedDictionary<int, Line> lines, int number, long quantity, DateTimeOffset at, Approvals by)
    {
        if (!lines.TryGetValue(number, out var known) || !known.IsOverridden)
        {
            return null;
        }

        var raises = quantity > known.Covered;
        lines[number] = known with { Covered = quantity, Until = raises ? at + Lifetime : known.Until };
        var effect = Effects.Pieces(number, quantity);
        return !raises || by.Cover(effect) ? null : $"{effect} at another price, and {by}";
    }

    private static string? Sell(string cart, Line[] shown, JsonElement body, Approvals by)
    {
        // An order's lines are those of its cart, in their order.
        foreach (var (index, line) in body.GetProperty("sale").GetProperty("lines").EnumerateArray().Index())
        {
            if (IsOverridden(line) && !(shown[index].Covers(line.Long("quantity"), body.Instant("at")) || by.Cover(Effects.Sale(cart))))
            {
                return $"{line.Long("quantity")} {line.Text("sku")} at {line.Long("unitPrice")}, which no approval covers any more, and {by}";
            }
        }

        return null;
    }

    private sealed record Line(bool IsOverridden, long Covered, DateTimeOffset Until)
    {
        public bool Covers(long quantity, DateTimeOffset at) => IsOverridden && quantity <= Covered && at <= Until;
    }
}
