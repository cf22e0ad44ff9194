using System.Runtime.CompilerServices;
using System.Text.Json;
using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>An order as the checker understands its journal.</summary>
internal sealed class OrderTrace(string stream, Book book) : StreamTrace(stream)
{
    public string Id { get; } = stream[(stream.IndexOf('/', StringComparison.Ordinal) + 1)..];

    public string Store { get; private set; } = "";

    public List<LineTrace> Lines { get; } = [];

    public OrderStatus? State { get; private set; }

    public bool Settled { get; private set; }

    public DateTimeOffset PlacedAt { get; private set; }

    /// <summary>State and settled after each version.</summary>
    public List<(OrderStatus? State, bool Settled)> Points { get; } = [(null, false)];

    public long Gross { get; private set; }

    public long Tendered { get; private set; }

    /// <summary>What each card is to pay, by tender.</summary>
    public Dictionary<int, long> Cards { get; } = [];

    /// <summary>The return whose credit pays, and how much.</summary>
    public (string Return, long Amount)? Credit { get; private set; }

    private readonly HashSet<string> _neverHeld = new(StringComparer.Ordinal);
    private OrderReturns? _back;
    private bool _holdsBySku;

    /// <summary>Coins that it keeps when nothing comes back.</summary>
    public long CashDue { get; private set; }

    private bool WasReserved { get; set; }

    private bool IsCharged => Cards.Count > 0 || Credit is not null;

    public OrderReturns Back => _back ??= new(this, book);

    public override SagaSteps Debt => (State, Settled) switch
    {
        (null, _) => SagaSteps.None,
        (_, true) => _back is { IsOwing: true } ? SagaSteps.HandOver : SagaSteps.None,
        (OrderStatus.StockReserved, _) when IsCharged => SagaSteps.Charge,
        (OrderStatus.Confirmed, _) => SagaSteps.Commit,
        (OrderStatus.Cancelled, _) => SagaSteps.Release,
        _ => SagaSteps.Reserve,
    };

    /// <summary>The holds that are due: one for each line of goods, or one for all lines of an SKU, which bears the number of the first.</summary>
    public IEnumerable<(long Quantity, string Hold, string Stock)> Goods =>
        Lines.Where(line => line.Kind == "goods").GroupBy(line => _holdsBySku ? line.Sku : $"{line.Number}")
            .Select(held => (held.Sum(line => line.Quantity), $"{Id}.{held.Min(line => line.Number)}", $"stock/{Store}/{held.First().Sku}"));

    public override void Take(in RecordedEvent e, JsonElement body)
    {
        switch (e.Type)
        {
            case "order.placed":
                Place(body);
                break;
            case "order.stock-reserved":
                State = OrderStatus.StockReserved;
                break;
            case "order.cash-taken" or "order.paid":
                State = OrderStatus.Confirmed;
                break;
            case "order.cancelled":
                WasReserved = State == OrderStatus.StockReserved;
                State = OrderStatus.Cancelled;
                if (body.TryGetProperty("notHeld", out var notHeld))
                {
                    _neverHeld.UnionWith(notHeld.EnumerateArray().Select(number => $"{Id}.{number.GetInt32()}"));
                }

                break;
            case "order.retry-asked":
                Require(Debt != SagaSteps.None, Invariant.TransitionsAreLegal, $"{e.Type} in {State}, which owes nothing");
                break;
            case "order.return-accepted":
                Back.Accept(body);
                break;
            case "order.return-handed-over":
                Back.HandOver(body.Text("return"));
                break;
            case "order.settled":
                Settle(e);
                break;
        }

        Points.Add((State, Settled));
    }

    private void Place(JsonElement body)
    {
        State = OrderStatus.Created;
        _holdsBySku = body.TryGetProperty("holdsBySku", out var bySku) && bySku.GetBoolean();
        Store = body.Text("store");
        PlacedAt = body.Instant("placedAt");
        Tendered = body.Amount("tendered");
        Gross = body.Amount("gross");
        foreach (var line in body.GetProperty("lines").EnumerateArray())
        {
            var read = LineTrace.Read(line);
            Lines.Add(read);
            Require(
                line.Long("listPrice") == read.UnitPrice || (line.TryGetProperty("overrideReason", out var reason) && reason.GetString() is { Length: > 0 }),
                Invariant.MoneyAddsUp, $"line {read.Number} is sold at another price without a reason");
            Require(
                !line.TryGetProperty("overrideReason", out _) || body.TryGetProperty("approvedBy", out _), Invariant.MoneyAddsUp,
                $"line {read.Number} is sold at another price, and no manager stands behind it");
        }

        TakeTenders(body);
        var id = body.GetProperty("operation").Text("id");
        book.OnEffect(id);
    }

    private void TakeTenders(JsonElement body)
    {
        if (body.TryGetProperty("cards", out var cards))
        {
            foreach (var card in cards.EnumerateArray())
            {
                Cards[card.GetProperty("tender").GetInt32()] = card.Long("amount");
            }
        }

        if (body.TryGetProperty("credit", out var credit))
        {
            Credit = (credit.Text("return"), credit.Long("amount"));
        }

        var exact = Gross - Cards.Values.Sum() - (Credit?.Amount ?? 0);
        var rounding = body.TryGetProperty("rounding", out var by) ? by.GetInt64() : 0;
        CashDue = exact + rounding;
        var step = body.TryGetProperty("cashRounding", out var to) ? to.GetInt64() : 1;
        Require(
            Math.Abs(rounding) * 2 <= step && (rounding == 0 || CashDue % step == 0), Invariant.MoneyAddsUp, $"{exact} is rounded to {CashDue}, in steps of {step}");
        Require(
            rounding == 0 || Tendered > 0 || !IsCharged, Invariant.MoneyAddsUp, $"{exact} that cards and credit have left is rounded to {CashDue}, and no cash moves");
    }

    private void Settle(in RecordedEvent e)
    {
        Settled = true;
        if (State != OrderStatus.Cancelled)
        {
            return;
        }

        foreach (var tender in Cards.Keys)
        {
            Require(
                !WasReserved || book.PaymentOf(Id, tender) is not null, Invariant.NothingKeptOfCancelled, $"a cancelled order is settled, and card {tender} has never heard of it");
        }

        foreach (var (_, id, stock) in Goods)
        {
            // Nothing can be reserved any more once the time for it has passed.
            Require(
                book.HoldOf(stock, id) is not null || e.RecordedAt > PlacedAt + Remembered || _neverHeld.Contains(id), Invariant.HoldsEndOnce,
                $"a cancelled order is settled with hold {id} neither released nor buried");
        }
    }

    private static TimeSpan Remembered { get; } = TimeSpan.FromMinutes(2);

    private void Require(bool holds, Invariant invariant, [InterpolatedStringHandlerArgument(nameof(holds))] Words what) => book.Require(holds, invariant, $"{Stream}@{Version}", what);
}

/// <summary>A line of an order or a return.</summary>
internal sealed record LineTrace(
    int Number, string Sku, string Kind, long Quantity, long UnitPrice, int TaxRate, long Net, long Tax, long Gross, string Disposition)
{
    public static LineTrace Read(JsonElement line) => new(
        line.GetProperty("line").GetInt32(), line.Text("sku"), line.Text("kind"), line.Long("quantity"), line.Long("unitPrice"),
        line.GetProperty("taxRate").GetInt32(), line.Long("net"), line.Long("tax"), line.Long("gross"),
        line.TryGetProperty("disposition", out var disposition) ? disposition.GetString()! : "");
}
