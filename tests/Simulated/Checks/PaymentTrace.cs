using System.Runtime.CompilerServices;
using System.Text.Json;
using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>A card payment as the checker understands its journal.</summary>
internal sealed class PaymentTrace(string stream, Book book) : StreamTrace(stream)
{
    private readonly Dictionary<string, (long Amount, bool Done)> _refunds = new(StringComparer.Ordinal);
    private bool _isRequested;
    private bool _isDone;
    private bool _isVoided;

    public string Order { get; } = stream["payment/".Length..stream.LastIndexOf('.')];

    public int Tender { get; } = int.Parse(stream[(stream.LastIndexOf('.') + 1)..], System.Globalization.CultureInfo.InvariantCulture);

    public long Amount { get; private set; }

    public bool IsCaptured { get; private set; }

    public bool IsUndone { get; private set; }

    /// <summary>Whether it is captured, and what is kept, after each version.</summary>
    public List<(bool IsCaptured, long Kept)> Points { get; } = [(false, 0)];

    /// <summary>What is here of the customer's money.</summary>
    public long Kept => !IsCaptured || _isVoided ? 0 : Amount - _refunds.Values.Where(refund => refund.Done).Sum(refund => refund.Amount);

    public override SagaSteps Debt =>
        _isRequested && !_isDone ? IsUndone ? SagaSteps.Undo : SagaSteps.Charge
        : IsUndone && Kept > 0 ? SagaSteps.Undo
        : _refunds.Values.Any(refund => !refund.Done) ? SagaSteps.Refund
        : SagaSteps.None;

    public override void Take(in RecordedEvent e, JsonElement body)
    {
        switch (e.Type)
        {
            case "payment.requested":
                Request(body);
                break;
            case "payment.captured":
                Legal(_isRequested && !IsCaptured, e);
                (IsCaptured, _isDone) = (true, true);
                break;
            case "payment.declined":
                _isDone = true;
                break;
            case "payment.undo-asked":
                IsUndone = true;
                break;
            case "payment.abandoned":
                _isDone = true;
                break;
            case "payment.voided":
                Legal(IsCaptured && !_isVoided && IsUndone && _refunds.Count == 0, e);
                _isVoided = true;
                break;
            case "payment.refund-asked":
                _refunds.Add(body.Text("refund"), (body.Amount("amount"), false));
                break;
            case "payment.refunded" or "payment.refund-closed":
                _refunds[body.Text("refund")] = (body.Amount("amount"), true);
                break;
        }

        Points.Add((IsCaptured, Kept));
    }

    private void Request(JsonElement body)
    {
        _isRequested = true;
        Amount = body.Amount("amount");
        var order = book.OrderOf(Order);
        Require(
            order is { State: OrderStatus.StockReserved or OrderStatus.Cancelled, Settled: false }, Invariant.ConfirmedIsPaidAndCommitted,
            $"{Amount} is asked for, and the order is {order?.State}");
        Require(body.Text("key") == $"{Order}.{Tender}", Invariant.OneKeyOneVerdict, $"the provider is to know it as {body.Text("key")}");
    }

    private void Legal(bool isLegal, in RecordedEvent e) => Require(
        isLegal, Invariant.TransitionsAreLegal, $"{e.Type} of a payment {(_isRequested ? "requested" : "")} {(IsCaptured ? "captured" : "")} {(IsUndone ? "undone" : "")}");

    private void Require(bool holds, Invariant invariant, [InterpolatedStringHandlerArgument(nameof(holds))] Words what) => book.Require(holds, invariant, $"{Stream}@{Version}", what);
}
