using System.Text.Json;
using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>A return as the checker understands its journal.</summary>
internal sealed class ReturnTrace(string stream, Book book) : StreamTrace(stream)
{
    public string Id { get; } = stream[(stream.IndexOf('/', StringComparison.Ordinal) + 1)..];

    public bool IsAccepted { get; private set; }

    public bool IsCompleted { get; private set; }

    public List<LineTrace> Lines { get; } = [];

    /// <summary>Where the coins are that paid for it; null before it is accepted.</summary>
    public Purse? Purse { get; private set; }

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
                Require(!IsAccepted, Invariant.TransitionsAreLegal, "accepted twice");
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
                Require(Credit.Value.Amount > 0 && Credit.Value.Amount <= Gross, Invariant.MoneyAddsUp, $"credit of {Credit.Value.Amount} of {Gross}");
                break;
            case "return.credit-given-back":
                Credit = Credit?.Order == body.Text("order") ? null : Credit;
                break;
            case "return.credit-kept":
                Require(
                    Credit?.Order == body.Text("order") && book.OrderOf(body.Text("order")) is { State: OrderState.Confirmed }, Invariant.TransitionsAreLegal,
                    "credit is kept by an order that has none, or is not confirmed");
                _isDue = true;
                break;
            case "return.pay-out-asked":
                Require(IsExchange && Credit is null && !_isDue, Invariant.TransitionsAreLegal, "paid out though an order has the credit");
                _isDue = true;
                break;
            case "return.completed":
                Require(IsAccepted && !IsCompleted, Invariant.TransitionsAreLegal, "completed without being open: the refund is paid twice or for nothing");
                Complete(body);
                break;
            default:
                Require(false, Invariant.TransitionsAreLegal, $"an event {e.Type} is unknown");
                break;
        }

        Points.Add(IsCompleted);
    }

    /// <summary>Whether an operation is one of its lines that goes back on the shelf.</summary>
    public bool Restocks(string operation, string stock, long quantity) => Lines.Exists(
        line => line is { Kind: "goods", Disposition: "restock" } && operation == $"{Id}.{line.Number}" && stock == $"stock/{Store}/{line.Sku}"
            && quantity == line.Quantity);

    private void Accept(JsonElement body)
    {
        IsAccepted = true;
        Store = body.Text("store");
        Gross = body.Amount("gross");
        var inclusive = body.GetProperty("taxInclusive").GetBoolean();
        foreach (var line in body.GetProperty("lines").EnumerateArray())
        {
            var read = LineTrace.Read(line);
            Lines.Add(read);
            Require(body.TryGetProperty("order", out _) || read.IsPriced(inclusive), Invariant.MoneyAddsUp, $"line {read.Number} does not add up: {line}");
        }

        Require(Lines.Sum(line => line.Gross) == Gross, Invariant.MoneyAddsUp, "the sum is not the lines' sum");
        IsExchange = body.TryGetProperty("exchange", out var exchange) && exchange.GetBoolean();
        _order = body.TryGetProperty("order", out var order) ? order.GetString() : null;
        book.OnEffect(body.GetProperty("operation").Text("id"));
        Purse = _order is null ? new() : book.OrderOf(_order)?.Purse;
        if (_order is null)
        {
            // Without receipt a manager has said what it is worth, and the till rounds that once.
            Purse!.Fill(Gross + ((body.TryGetProperty("cashRounding", out var step) ? step.GetInt64() : 1) / 2));
        }

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
        var rounding = body.TryGetProperty("rounding", out var by) ? by.GetInt64() : 0;
        var credit = body.TryGetProperty("credit", out _) ? body.Amount("credit") : 0;
        Require(
            body.Amount("refund") + credit == Gross + rounding && credit == (Credit?.Amount ?? 0), Invariant.MoneyAddsUp,
            $"{body.Amount("refund")} refunded and {credit} credit for {Gross}");
        var coins = Purse.CoinsOf(body);
        var tooMuch = Purse?.Pay(coins);
        Require(tooMuch is null, Invariant.GivenBackAtMostPaid, tooMuch ?? "");
        if (_order is not null)
        {
            book.OrderOf(_order)?.Back.Completed(coins);
        }

        Require(!IsExchange || _isDue, Invariant.TransitionsAreLegal, "an exchange is completed that nobody has ended");
        if (body.TryGetProperty("refunds", out var refunds))
        {
            foreach (var refund in refunds.EnumerateArray().Where(refund => refund.GetProperty("tender").GetInt32() > 0))
            {
                var payment = book.PaymentOf(refund.TryGetProperty("order", out var other) ? other.GetString()! : _order!, refund.GetProperty("tender").GetInt32());
                Require(
                    payment?.HasRefunded(Id, refund.Long("amount")) == true, Invariant.ConfirmedIsPaidAndCommitted,
                    $"completed, and {refund.Long("amount")} has not gone back to card {refund.GetProperty("tender").GetInt32()}");
            }
        }

        foreach (var line in Lines.Where(line => line is { Kind: "goods", Disposition: "restock" }))
        {
            Require(
                book.StockOf($"stock/{Store}/{line.Sku}")?.Knows($"{Id}.{line.Number}") == true, Invariant.ConfirmedIsPaidAndCommitted,
                $"completed though line {line.Number} is not back on the shelf");
        }
    }

    private void Require(bool holds, Invariant invariant, string what) => book.Require(holds, invariant, $"{Stream}@{Version}", what);
}
