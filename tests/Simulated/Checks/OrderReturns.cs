using System.Text.Json;

namespace Pos.Simulation;

/// <summary>What has come back of an order, by the checker's own arithmetic.</summary>
internal sealed class OrderReturns(OrderTrace order, Book book)
{
    private readonly Dictionary<int, (long Pieces, long Gross)> _back = [];
    private readonly Dictionary<int, long> _refunded = [];
    private readonly Queue<string> _owed = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public bool IsOwing => _owed.Count > 0;

    public void Accept(JsonElement body)
    {
        var id = body.Text("return");
        Require(_known.Add(id), Invariant.OneKeyOneVerdict, $"return {id} is accepted twice");
        _owed.Enqueue(id);
        book.OnEffect(body.GetProperty("operation").Text("id"));
        var gross = 0L;
        foreach (var line in body.GetProperty("lines").EnumerateArray())
        {
            gross += Take(line);
        }

        Require(gross == body.Amount("gross"), Invariant.MoneyAddsUp, $"the lines come to {gross}, not {body.Amount("gross")}");
        foreach (var refund in body.GetProperty("refunds").EnumerateArray())
        {
            var (tender, amount) = (refund.GetProperty("tender").GetInt32(), refund.Long("amount"));
            gross -= amount;
            _refunded[tender] = _refunded.GetValueOrDefault(tender) + amount;
            Require(
                tender == 0 || _refunded[tender] <= order.Cards.GetValueOrDefault(tender), Invariant.ReturnedAtMostSold,
                $"{_refunded[tender]} goes back to card {tender}, which paid {order.Cards.GetValueOrDefault(tender)}");
        }

        Require(gross == 0, Invariant.MoneyAddsUp, $"{gross} is given back to nobody");
    }

    public void HandOver(string id) => Require(
        _owed.TryDequeue(out var owed) && owed == id && book.ReturnOf(id) is { IsAccepted: true }, Invariant.TransitionsAreLegal,
        $"return {id} is handed over and is not there");

    private long Take(JsonElement line)
    {
        var sold = order.Lines[line.GetProperty("line").GetInt32() - 1];
        var (pieces, given) = _back.GetValueOrDefault(sold.Number);
        var now = pieces + line.Long("quantity");
        Require(
            line.Long("quantity") > 0 && now <= sold.Quantity, Invariant.ReturnedAtMostSold, $"{now} pieces of line {sold.Number} are back, {sold.Quantity} were sold");
        var due = (long)decimal.Round((decimal)sold.Gross * now / sold.Quantity, MidpointRounding.AwayFromZero);
        Require(due - given == line.Long("gross"), Invariant.ReturnedAtMostSold, $"line {sold.Number}: {line.Long("gross")} for what cost {due - given}");
        _back[sold.Number] = (now, due);
        return line.Long("gross");
    }

    private void Require(bool holds, Invariant invariant, string what) => book.Require(holds, invariant, $"{order.Stream}@{order.Version}", what);
}
