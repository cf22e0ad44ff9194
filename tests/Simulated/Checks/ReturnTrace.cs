using System.Runtime.CompilerServices;
using System.Text.Json;
using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>A return as the checker understands its journal.</summary>
internal sealed class ReturnTrace(string stream, Book book) : StreamTrace(stream)
{
    public string Id { get; } = stream[(stream.IndexOf('/', StringComparison.Ordinal) + 1)..];

    public bool IsAccepted { get; private set; }

    public bool IsCompleted { get; private set; }

    /// <summary>The order that has credit of it.</summary>
    public (string Order, long Amount)? Credit { get; private set; }

    /// <summary>Whether its money waits for a new order.</summary>
    public bool IsWaiting => IsAccepted && !IsCompleted && IsExchange && _isRestocked && !_isDue;

    /// <summary>Whether it is completed, after each version.</summary>
    public List<bool> Points { get; } = [false];

    private bool _isRestocked;
    private bool _isDue;
    private string? _order;

    private bool IsExchange { get; set; }

    public string Store { get; private set; } = "";

    private long Gross { get; set; }

    public override SagaSteps Debt => !IsAccepted || IsCompleted || IsWaiting ? SagaSteps.None : _isRestocked ? SagaSteps.Refund : SagaSteps.Restock;

    public override void Take(in RecordedEvent e, JsonElement body)
    {
        switch (e.Type)
        {
            case "return.accepted":
                Accept(body);
                break;
            case "return.restocked":
                Require(IsExchange && !_isRestocked && !IsCompleted, Invariant.TransitionsAreLegal, "restocked out of order");
                _isRestocked = true;
                break;
            case "return.credit-taken":
                Require(IsExchange && Credit is null && !_isDue && !IsCompleted, Invariant.TransitionsAreLegal, "credit is taken that is not there");
                Credit = (body.Text("order"), body.Amount("amount"));
                Require(
                    book.OrderOf(Credit.Value.Order) is { Settled: false }, Invariant.NothingKeptOfCancelled, "an order that is done with takes credit");
                break;
            case "return.credit-given-back":
                Credit = Credit?.Order == body.Text("order") ? null : Credit;
                break;
            case "return.credit-kept":
                Require(
                    Credit?.Order == body.Text("order") && book.OrderOf(body.Text("order")) is { State: OrderStatus.Confirmed }, Invariant.TransitionsAreLegal,
                    "credit is kept by an order that has none, or is not confirmed");
                _isDue = true;
                break;
            case "return.pay-out-asked":
                Require(IsExchange && Credit is null && !_isDue, Invariant.TransitionsAreLegal, "paid out though an order has the credit");
                _isDue = true;
                break;
            case "return.completed":
                Complete(body);
                break;
        }

        Points.Add(IsCompleted);
    }

    private void Accept(JsonElement body)
    {
        IsAccepted = true;
        Store = body.Text("store");
        Gross = body.Amount("gross");
        IsExchange = body.TryGetProperty("exchange", out var exchange) && exchange.GetBoolean();
        _order = body.TryGetProperty("order", out var order) ? order.GetString() : null;
        book.OnEffect(body.GetProperty("operation").Text("id"));
        // Coins that nobody ever paid are no credit: an exchange of such pieces is over when they are on the shelf.
        IsExchange &= CreditOf(body) > 0;
    }

    private long CreditOf(JsonElement body)
    {
        if (!body.TryGetProperty("refunds", out var refunds))
        {
            return Gross;
        }

        var (cash, cards) = (0L, 0L);
        foreach (var refund in refunds.EnumerateArray())
        {
            var isCash = refund.GetProperty("tender").GetInt32() == 0;
            (cash, cards) = (cash + (isCash ? refund.Long("amount") : 0), cards + (isCash ? 0 : refund.Long("amount")));
        }

        return cards + (body.TryGetProperty("cashCredit", out var credit) ? credit.GetInt64() : cash);
    }

    private void Complete(JsonElement body)
    {
        IsCompleted = true;
        if (_order is not null)
        {
            book.OrderOf(_order)?.Back.Completed(CoinsOf(body));
        }

        Require(!IsExchange || _isDue, Invariant.TransitionsAreLegal, "an exchange is completed that nobody has ended");
    }

    private static long CoinsOf(JsonElement completed) => completed.TryGetProperty("refunds", out var refunds)
        ? refunds.EnumerateArray().Where(static refund => refund.GetProperty("tender").GetInt32() == 0).Sum(static refund => refund.Long("amount"))
        : completed.Amount("refund");

    private void Require(bool holds, Invariant invariant, [InterpolatedStringHandlerArgument(nameof(holds))] Words what) => book.Require(holds, invariant, $"{Stream}@{Version}", what);
}
