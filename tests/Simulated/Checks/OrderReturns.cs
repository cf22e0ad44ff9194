using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Pos.Tests.Simulated;

/// <summary>What has come back of an order, by the checker's own arithmetic.</summary>
internal sealed class OrderReturns(OrderTrace order, Book book)
{
    private readonly Dictionary<int, long> _back = [];
    private readonly Queue<string> _owed = new();
    private bool _isPlain = order.Credit is null;
    private int _accepted;
    private int _completed;
    private long _coins;

    public bool IsOwing => _owed.Count > 0;

    /// <summary>One of them has paid out: when all is back, that is all that was paid.</summary>
    public void Completed(long coins)
    {
        _coins += coins;
        _completed++;
        var isWhole = _completed == _accepted && order.Lines.TrueForAll(line => _back.GetValueOrDefault(line.Number) == line.Quantity);
        Require(
            !isWhole || !_isPlain || _coins == order.CashDue, Invariant.GivenBackAtMostPaid, $"all is back, and {_coins} of the {order.CashDue} that were paid in coins");
    }

    public void Accept(JsonElement body)
    {
        _accepted++;
        _owed.Enqueue(body.Text("return"));
        book.OnEffect(body.GetProperty("operation").Text("id"));
        foreach (var line in body.GetProperty("lines").EnumerateArray())
        {
            var number = line.GetProperty("line").GetInt32();
            _back[number] = _back.GetValueOrDefault(number) + line.Long("quantity");
        }

        _isPlain &= !body.TryGetProperty("exchange", out _)
            && body.GetProperty("refunds").EnumerateArray().All(static refund => !refund.TryGetProperty("inCash", out _));
    }

    public void HandOver(string id) => Require(
        _owed.TryDequeue(out var owed) && owed == id && book.ReturnOf(id) is { IsAccepted: true }, Invariant.TransitionsAreLegal,
        $"return {id} is handed over and is not there");

    private void Require(bool holds, Invariant invariant, [InterpolatedStringHandlerArgument(nameof(holds))] Words what) => book.Require(holds, invariant, $"{order.Stream}@{order.Version}", what);
}
