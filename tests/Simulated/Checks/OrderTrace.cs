using System.Text.Json;
using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>An order as the checker understands its journal.</summary>
internal sealed class OrderTrace(string stream, Book book) : StreamTrace(stream)
{
    public string Id { get; } = stream[(stream.IndexOf('/', StringComparison.Ordinal) + 1)..];

    public string Store { get; private set; } = "";

    public List<LineTrace> Lines { get; } = [];

    public OrderState? State { get; private set; }

    public bool Settled { get; private set; }

    public DateTimeOffset PlacedAt { get; private set; }

    /// <summary>State and settled after each version.</summary>
    public List<(OrderState? State, bool Settled)> Points { get; } = [(null, false)];

    public long Gross { get; private set; }

    public long Tendered { get; private set; }

    /// <summary>What each card is to pay, by tender.</summary>
    public Dictionary<int, long> Cards { get; } = [];

    /// <summary>What an exchange brought of cards of other orders.</summary>
    public Dictionary<(string Order, int Tender), long> OthersCards { get; } = [];

    /// <summary>Where the coins are that paid for it.</summary>
    public Purse Purse { get; private set; } = new();

    /// <summary>The return whose credit pays, and how much.</summary>
    public (string Return, long Amount)? Credit { get; private set; }

    private readonly HashSet<string> _neverHeld = new(StringComparer.Ordinal);
    private OrderReturns? _back;
    private bool _holdsBySku;

    private long CashDue { get; set; }

    private bool WasReserved { get; set; }

    private bool IsCharged => Cards.Count > 0 || Credit is not null;

    /// <summary>What was paid neither by a card nor with money that an exchange brought from one.</summary>
    public long CashPrice => Gross - Cards.Values.Sum() - OthersCards.Values.Sum();

    /// <summary>Coins that it keeps when nothing comes back.</summary>
    public long CoinsPaid => CashDue;

    public OrderReturns Back => _back ??= new(this, book);

    public override SagaSteps Debt => (State, Settled) switch
    {
        (null, _) => SagaSteps.None,
        (_, true) => _back is { IsOwing: true } ? SagaSteps.HandOver : SagaSteps.None,
        (OrderState.StockReserved, _) when IsCharged => SagaSteps.Charge,
        (OrderState.Confirmed, _) => SagaSteps.Commit,
        (OrderState.Cancelled, _) => SagaSteps.Release,
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
                Legal(State is null, e);
                Place(body);
                break;
            case "order.stock-reserved":
                Legal(State == OrderState.Created, e);
                Reserved(body);
                break;
            case "order.cash-taken":
                Legal(State == OrderState.StockReserved && !IsCharged, e);
                Paid(body);
                break;
            case "order.paid":
                Legal(State == OrderState.StockReserved && IsCharged, e);
                Charged();
                Paid(body);
                break;
            case "order.cancelled":
                Legal(State == OrderState.Created || (State == OrderState.StockReserved && IsCharged), e);
                WasReserved = State == OrderState.StockReserved;
                State = OrderState.Cancelled;
                if (body.TryGetProperty("notHeld", out var notHeld))
                {
                    _neverHeld.UnionWith(notHeld.EnumerateArray().Select(number => $"{Id}.{number.GetInt32()}"));
                }

                break;
            case "order.retry-asked":
                Legal(Debt != SagaSteps.None, e);
                break;
            case "order.return-accepted":
                Legal(State == OrderState.Confirmed, e);
                Back.Accept(body);
                break;
            case "order.return-handed-over":
                Back.HandOver(body.Text("return"));
                break;
            case "order.settled":
                Legal(State is OrderState.Confirmed or OrderState.Cancelled && !Settled, e);
                Settle(e);
                break;
            default:
                Require(false, Invariant.TransitionsAreLegal, $"an event {e.Type} is unknown");
                break;
        }

        Points.Add((State, Settled));
    }

    private void Place(JsonElement body)
    {
        State = OrderState.Created;
        _holdsBySku = body.TryGetProperty("holdsBySku", out var bySku) && bySku.GetBoolean();
        Store = body.Text("store");
        PlacedAt = body.Instant("placedAt");
        Tendered = body.Amount("tendered");
        Gross = body.Amount("gross");
        var (net, tax, gross) = (0L, 0L, 0L);
        var inclusive = body.GetProperty("taxInclusive").GetBoolean();
        foreach (var line in body.GetProperty("lines").EnumerateArray())
        {
            var read = LineTrace.Read(line);
            Lines.Add(read);
            Require(read.Number == Lines.Count, Invariant.MoneyAddsUp, "lines are not numbered from 1");
            Require(read.IsPriced(inclusive), Invariant.MoneyAddsUp, $"line {read.Number} does not add up: {line}");
            Require(
                line.Long("listPrice") == read.UnitPrice || (line.TryGetProperty("overrideReason", out var reason) && reason.GetString() is { Length: > 0 }),
                Invariant.MoneyAddsUp, $"line {read.Number} is sold at another price without a reason");
            Require(
                !line.TryGetProperty("overrideReason", out _) || body.TryGetProperty("approvedBy", out _), Invariant.MoneyAddsUp,
                $"line {read.Number} is sold at another price, and no manager stands behind it");
            (net, tax, gross) = (net + read.Net, tax + read.Tax, gross + read.Gross);
        }

        Require((net, tax, gross) == (body.Amount("net"), body.Amount("tax"), Gross), Invariant.MoneyAddsUp, "the sums are not the lines' sums");
        TakeTenders(body);
        if (body.TryGetProperty("cart", out var cart))
        {
            Require(
                book.CartOf(cart.GetString()!) is { State: CartState.CheckedOut } from && from.Order == Id && from.Gross == Gross, Invariant.OneCartOneOrder,
                $"is of cart {cart}, which says otherwise");
        }

        var id = body.GetProperty("operation").Text("id");
        book.OnEffect(id);
    }

    private void Reserved(JsonElement body)
    {
        State = OrderState.StockReserved;
        Require(body.Long("holds") == Goods.Count(), Invariant.ConfirmedIsPaidAndCommitted, $"{body.Long("holds")} holds where {Goods.Count()} are due");
        foreach (var (quantity, id, stock) in Goods)
        {
            var hold = book.HoldOf(stock, id);
            Require(
                hold is { State: HoldState.Pinned } && hold.Quantity == quantity, Invariant.ConfirmedIsPaidAndCommitted,
                $"hold {id} is {hold?.State.ToString() ?? "missing"} when the order says it is held");
        }
    }

    private void Paid(JsonElement body)
    {
        State = OrderState.Confirmed;
        Require(
            body.Amount("tendered") == Tendered && body.Amount("change") == Tendered - CashDue, Invariant.MoneyAddsUp,
            $"{body.Amount("change")} change of {Tendered} for {CashDue}");
        if (Credit is { } credit && book.ReturnOf(credit.Return)?.Purse is { } purse)
        {
            Purse = purse;
        }

        Purse.Fill(body.Amount("tendered") - body.Amount("change"));
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
            foreach (var card in credit.GetProperty("cards").EnumerateArray())
            {
                OthersCards.Add((card.Text("order"), card.GetProperty("tender").GetInt32()), card.Long("amount"));
            }

            Require(OthersCards.Values.Sum() <= Credit.Value.Amount, Invariant.MoneyAddsUp, $"credit of {Credit.Value.Amount} is said to be more of cards");
        }

        var exact = Gross - Cards.Values.Sum() - (Credit?.Amount ?? 0);
        var rounding = body.TryGetProperty("rounding", out var by) ? by.GetInt64() : 0;
        CashDue = exact + rounding;
        var step = body.TryGetProperty("cashRounding", out var to) ? to.GetInt64() : 1;
        Require(
            exact >= 0 && Tendered >= CashDue && Math.Abs(rounding) * 2 <= step && (rounding == 0 || CashDue % step == 0) && Cards.Values.All(amount => amount > 0),
            Invariant.MoneyAddsUp, $"{Tendered} handed over for {CashDue}, {exact} before rounding to {step}");
        Require(
            rounding == 0 || Tendered > 0 || !IsCharged, Invariant.MoneyAddsUp, $"{exact} that cards and credit have left is rounded to {CashDue}, and no cash moves");
    }

    private void Charged()
    {
        foreach (var (tender, amount) in Cards)
        {
            var payment = book.PaymentOf(Id, tender);
            Require(
                payment is { IsCaptured: true, IsUndone: false } && payment.Kept == amount, Invariant.ConfirmedIsPaidAndCommitted,
                $"paid by card {tender}, of which {payment?.Kept.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing"} of {amount} is here");
        }

        if (Credit is { } credit)
        {
            Require(
                book.ReturnOf(credit.Return)?.Credit == (Id, credit.Amount), Invariant.ConfirmedIsPaidAndCommitted, $"paid by credit of {credit.Return}, which says otherwise");
        }
    }

    private void NothingKept()
    {
        foreach (var tender in Cards.Keys)
        {
            var payment = book.PaymentOf(Id, tender);
            Require(
                payment is null ? !WasReserved : payment is { Kept: 0, Debt: SagaSteps.None }, Invariant.NothingKeptOfCancelled,
                $"a cancelled order is settled, and card {tender} has {payment?.Kept.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "never heard of it"}");
        }

        Require(
            Credit is not { } credit || book.ReturnOf(credit.Return)?.Credit?.Order != Id, Invariant.NothingKeptOfCancelled,
            "a cancelled order is settled, and keeps its credit");
    }

    private void Settle(in RecordedEvent e)
    {
        Settled = true;
        if (State == OrderState.Cancelled)
        {
            NothingKept();
        }

        foreach (var (_, id, stock) in Goods)
        {
            var hold = book.HoldOf(stock, id);
            if (State == OrderState.Confirmed)
            {
                Require(hold is { State: HoldState.Committed }, Invariant.ConfirmedIsPaidAndCommitted, $"settled with hold {id} {hold?.State.ToString() ?? "missing"}");
            }
            else
            {
                // Nothing can be reserved any more once the time for it has passed.
                var mayBeMissing = hold is null && (e.RecordedAt > PlacedAt + Remembered || _neverHeld.Contains(id));
                Require(
                    hold is { State: HoldState.Released } || mayBeMissing, Invariant.HoldsEndOnce,
                    $"a cancelled order is settled with hold {id} {hold?.State.ToString() ?? "neither released nor buried"}");
            }
        }
    }

    private static TimeSpan Remembered { get; } = TimeSpan.FromMinutes(2);

    private void Legal(bool isLegal, in RecordedEvent e) =>
        Require(isLegal, Invariant.TransitionsAreLegal, $"{e.Type} in {State?.ToString() ?? "nothing"}{(Settled ? ", settled" : "")}");

    private void Require(bool holds, Invariant invariant, string what) => book.Require(holds, invariant, $"{Stream}@{Version}", what);
}

/// <summary>A line of an order or a return.</summary>
internal sealed record LineTrace(
    int Number, string Sku, string Kind, long Quantity, long UnitPrice, int TaxRate, long Net, long Tax, long Gross, string Disposition)
{
    public static LineTrace Read(JsonElement line) => new(
        line.GetProperty("line").GetInt32(), line.Text("sku"), line.Text("kind"), line.Long("quantity"), line.Long("unitPrice"),
        line.GetProperty("taxRate").GetInt32(), line.Long("net"), line.Long("tax"), line.Long("gross"),
        line.TryGetProperty("disposition", out var disposition) ? disposition.GetString()! : "");

    /// <summary>EVENTS.md's rule, half away from zero, in exact arithmetic.</summary>
    public bool IsPriced(bool inclusive)
    {
        var value = (decimal)UnitPrice * Quantity;
        var tax = decimal.Round(value * TaxRate / (inclusive ? 10_000 + TaxRate : 10_000), MidpointRounding.AwayFromZero);
        return Tax == tax && Net + Tax == Gross && (inclusive ? Gross : Net) == value;
    }
}
