using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>A cart as the checker understands its journal.</summary>
internal sealed class CartTrace(string stream, Book book) : StreamTrace(stream)
{
    private readonly SortedDictionary<int, LineTrace> _lines = [];
    private bool _isHandedOver;
    private int _last;

    public string Id { get; } = stream[(stream.IndexOf('/', StringComparison.Ordinal) + 1)..];

    public string Store { get; private set; } = "";

    public CartStatus? State { get; private set; }

    /// <summary>The order that it is, or null.</summary>
    public string? Order { get; private set; }

    /// <summary>Whether somebody may still come for it, or time ends it.</summary>
    public bool IsLive => State is CartStatus.Open or CartStatus.Parked;

    public long Gross => _lines.Values.Sum(line => line.Gross);

    /// <summary>State, lines and sum after each version.</summary>
    public List<(CartStatus? State, int Lines, long Gross)> Points { get; } = [(null, 0, 0)];

    public override SagaSteps Debt => State == CartStatus.CheckedOut && !_isHandedOver ? SagaSteps.CheckOut : SagaSteps.None;

    public override void Take(in RecordedEvent e, JsonElement body)
    {
        switch (e.Type)
        {
            case "cart.opened":
                Open(body);
                break;
            case "cart.line-added":
                Add(body.GetProperty("line"), body.TryGetProperty("approvedBy", out _));
                break;
            case "cart.line-changed":
                var changed = body.GetProperty("line").GetInt32();
                _lines[changed] = _lines[changed] with
                {
                    Quantity = body.Long("quantity"),
                    Net = body.Long("net"),
                    Tax = body.Long("tax"),
                    Gross = body.Long("gross"),
                };
                break;
            case "cart.line-removed":
                _lines.Remove(body.GetProperty("line").GetInt32());
                break;
            case "cart.repriced":
                foreach (var line in body.GetProperty("lines").EnumerateArray().Select(LineTrace.Read))
                {
                    Require(_lines.ContainsKey(line.Number), Invariant.TransitionsAreLegal, $"line {line.Number} is priced and not there");
                    _lines[line.Number] = line;
                }

                break;
            case "cart.annotated":
                break;
            case "cart.parked":
                State = CartStatus.Parked;
                break;
            case "cart.resumed":
                State = CartStatus.Open;
                break;
            case "cart.cancelled":
                State = CartStatus.Cancelled;
                break;
            case "cart.checked-out":
                CheckOut(body);
                break;
            case "cart.handed-over":
                _isHandedOver = true;
                break;
        }

        if (body.TryGetProperty("operation", out var operation))
        {
            book.OnEffect(operation.Text("id"));
        }

        Points.Add((State, _lines.Count, Gross));
    }

    private void Open(JsonElement body)
    {
        (State, Store) = (CartStatus.Open, body.Text("store"));
        if (body.TryGetProperty("lines", out var lines))
        {
            foreach (var line in lines.EnumerateArray())
            {
                Add(line.GetProperty("line"), line.TryGetProperty("approvedBy", out _));
            }
        }
    }

    private void Add(JsonElement line, bool isApproved)
    {
        var read = LineTrace.Read(line);
        Require(read.Number > _last, Invariant.TransitionsAreLegal, $"line {read.Number} has a number that was used");
        Require(
            line.Long("listPrice") == read.UnitPrice || (line.TryGetProperty("overrideReason", out _) && isApproved), Invariant.MoneyAddsUp,
            $"line {read.Number} is shown at another price, without a reason or a manager");
        (_lines[read.Number], _last) = (read, read.Number);
    }

    private void CheckOut(JsonElement body)
    {
        State = CartStatus.CheckedOut;
        Order = body.Text("order");
        var sale = body.GetProperty("sale");
        Require(Order == OrderOf(Id) && sale.Text("cart") == Id, Invariant.OneCartOneOrder, $"becomes order {Order}, which is not the one of this cart");
        Require(
            sale.GetProperty("lines").EnumerateArray().Select(LineTrace.Read).Select(Sold).SequenceEqual(_lines.Values.Select(Sold)) && sale.Amount("gross") == Gross,
            Invariant.OneCartOneOrder, $"sells for {sale.Amount("gross")} what was shown for {Gross}, or other things");
    }

    private static (string Sku, long Quantity, long Gross) Sold(LineTrace line) => (line.Sku, line.Quantity, line.Gross);

    public static string OrderOf(string cart) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"4:cart{cart.Length}:{cart}")))[..32];

    private void Require(bool holds, Invariant invariant, [InterpolatedStringHandlerArgument(nameof(holds))] Words what) => book.Require(holds, invariant, $"{Stream}@{Version}", what);
}
