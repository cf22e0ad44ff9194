using System.Text.Json;

namespace Pos.Tests.Simulated;

/// <summary>What has come back of an order, by the checker's own arithmetic.</summary>
internal sealed class OrderReturns(OrderTrace order, Book book)
{
    private readonly Dictionary<int, (long Pieces, long Gross)> _back = [];
    private readonly Dictionary<(string? Order, int Tender), long> _refunded = [];
    private readonly Queue<string> _owed = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private bool _isPlain = order.Credit is null;
    private int _completed;
    private long _coins;

    public bool IsOwing => _owed.Count > 0;

    /// <summary>One of them has paid out: when all is back, that is all that was paid.</summary>
    public void Completed(long coins)
    {
        _coins += coins;
        _completed++;
        var isWhole = _completed == _known.Count && order.Lines.TrueForAll(line => _back.GetValueOrDefault(line.Number).Pieces == line.Quantity);
        Require(
            !isWhole || !_isPlain || _coins == order.CoinsPaid, Invariant.GivenBackAtMostPaid, $"all is back, and {_coins} of the {order.CoinsPaid} that were paid in coins");
    }

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
            var other = refund.TryGetProperty("order", out var from) ? from.GetString() : null;
            gross -= amount;
            var all = _refunded[(other, tender)] = _refunded.GetValueOrDefault((other, tender)) + amount;
            var paid = other is null ? order.Cards.GetValueOrDefault(tender) : order.OthersCards.GetValueOrDefault((other, tender));
            Require(
                (tender == 0 && other is null) || all <= paid, Invariant.ReturnedAtMostSold, $"{all} goes back to card {tender} of {other ?? "the order"}, which paid {paid}");
            Require(
                tender > 0 || all <= order.CashPrice, Invariant.GivenBackAtMostPaid, $"{all} goes back in cash, and all but {order.CashPrice} was paid by cards");
            if (refund.TryGetProperty("inCash", out _))
            {
                Require(
                    tender > 0 && body.TryGetProperty("approvedBy", out var by) && by.GetString() is { Length: > 0 }, Invariant.GivenBackAtMostPaid,
                    $"{amount} of card {tender} goes back in cash, and nobody has said so");
                order.Purse.Fill(amount);
                _isPlain = false;
            }
        }

        _isPlain &= !body.TryGetProperty("exchange", out _);

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
