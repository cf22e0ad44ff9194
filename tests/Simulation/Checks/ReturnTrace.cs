using System.Text.Json;
using Pos.Journal;

namespace Pos.Simulation;

/// <summary>A return as the checker understands its journal.</summary>
internal sealed class ReturnTrace(string stream, Book book) : StreamTrace(stream)
{
    public string Id { get; } = stream[(stream.IndexOf('/', StringComparison.Ordinal) + 1)..];

    public bool IsAccepted { get; private set; }

    public bool IsCompleted { get; private set; }

    public List<LineTrace> Lines { get; } = [];

    private string Store { get; set; } = "";

    private long Gross { get; set; }

    public override SagaSteps Debt => IsAccepted && !IsCompleted ? SagaSteps.Restock : SagaSteps.None;

    public override void Take(in RecordedEvent e, JsonElement body)
    {
        switch (e.Type)
        {
            case "return.accepted":
                Require(!IsAccepted, Invariant.TransitionsAreLegal, "accepted twice");
                Accept(body);
                break;
            case "return.completed":
                Require(IsAccepted && !IsCompleted, Invariant.TransitionsAreLegal, "completed without being open: the refund is paid twice or for nothing");
                Complete(body);
                break;
            default:
                Require(false, Invariant.TransitionsAreLegal, $"an event {e.Type} is unknown");
                break;
        }
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
            Require(read.IsPriced(inclusive), Invariant.MoneyAddsUp, $"line {read.Number} does not add up: {line}");
        }

        Require(Lines.Sum(line => line.Gross) == Gross, Invariant.MoneyAddsUp, "the sum is not the lines' sum");
        book.OnEffect(body.GetProperty("operation").Text("id"));
    }

    private void Complete(JsonElement body)
    {
        IsCompleted = true;
        Require(body.Amount("refund") == Gross, Invariant.MoneyAddsUp, $"{body.Amount("refund")} refunded for {Gross}");
        foreach (var line in Lines.Where(line => line is { Kind: "goods", Disposition: "restock" }))
        {
            Require(
                book.StockOf($"stock/{Store}/{line.Sku}")?.Knows($"{Id}.{line.Number}") == true, Invariant.ConfirmedIsPaidAndCommitted,
                $"completed though line {line.Number} is not back on the shelf");
        }
    }

    private void Require(bool holds, Invariant invariant, string what) => book.Require(holds, invariant, $"{Stream}@{Version}", what);
}
