using System.Globalization;
using Pos.Journal;
using Pos.Verification.Carts;
using Pos.Verification.Money;
using Pos.Verification.Stock;

namespace Pos.Verification.Orders;

/// <summary>Follows every order through its transitions, its money and its holds.</summary>
internal sealed class OrderCheck(
    Tally tally, PayloadReader payloads, Streams streams, OrderTenderCheck tenders, OrderReturnCheck returns, PurseCheck purses, CartCheck carts)
{
    private const string OwnerPrefix = "order:";

    public void Next(in RecordedEvent at, OrderTrace order)
    {
        switch (at.Type)
        {
            case "order.placed" when payloads.Read(at, Payloads.Default.OrderPlaced) is { } placed:
                Placed(at, order, placed);
                carts.Ordered(at, placed);
                break;
            case "order.stock-reserved" when payloads.Read(at, Payloads.Default.OrderStockReserved) is { } reserved:
                StockReserved(at, order, reserved);
                break;
            case "order.cash-taken" when payloads.Read(at, Payloads.Default.OrderCashTaken) is { } taken:
                CashTaken(at, order, taken);
                break;
            case "order.paid" when payloads.Read(at, Payloads.Default.OrderPaid) is { } paid:
                Paid(at, order, paid);
                break;
            case "order.cancelled" when payloads.Read(at, Payloads.Default.OrderCancelled) is not null:
                Cancelled(at, order);
                break;
            case "order.settled" when payloads.Read(at, Payloads.Default.Nothing) is not null:
                Settled(at, order);
                break;
            case "order.return-accepted" when payloads.Read(at, Payloads.Default.OrderReturnAccepted) is { } accepted:
                returns.Accepted(at, order, accepted);
                break;
            case "order.return-handed-over" when payloads.Read(at, Payloads.Default.OrderReturnHandedOver) is { } handed:
                returns.HandedOver(at, order, handed);
                break;
            case "order.retry-asked" when payloads.Read(at, Payloads.Default.Nothing) is not null:
                break;
            default:
                payloads.NotTaken(at);
                break;
        }
    }

    public static bool IsOrder(string owner) => owner.StartsWith(OwnerPrefix, StringComparison.Ordinal);

    private void Placed(in RecordedEvent at, OrderTrace order, OrderPlaced placed)
    {
        if (!Follows(at, order, order.Standing == OrderStanding.Unknown))
        {
            return;
        }

        order.Standing = OrderStanding.Created;
        order.Details = new OrderDetails(placed);
        tally.CheckStore(at, placed.Store, "order");
        var fault = LineFault(placed.Lines, placed.TaxInclusive)
            ?? MoneyRules.Fault(placed.Lines, placed.Net, placed.Tax, placed.Gross)
            ?? OrderTenderCheck.Fault(placed);
        tally.Check(Invariant.OrderMoney, fault is null, at, $"{fault}");
    }

    private void StockReserved(in RecordedEvent at, OrderTrace order, OrderStockReserved reserved)
    {
        if (!Follows(at, order, order.Standing == OrderStanding.Created))
        {
            return;
        }

        order.Standing = OrderStanding.Reserved;
        if (order.Details is not { } details)
        {
            return;
        }

        var live = details.Holds.Values.Count(h => h.Hold is { Standing: HoldStanding.Live, Pinned: true });
        details.StockFaulty |= !tally.Check(
            Invariant.OrderStock,
            live == details.Goods.Count && reserved.Holds == live,
            at,
            $"{details.Goods.Count} holds are due, {live} pinned holds live, and the event says {reserved.Holds}");
    }

    private void CashTaken(in RecordedEvent at, OrderTrace order, OrderCashTaken taken)
    {
        if (Follows(at, order, order.Standing == OrderStanding.Reserved && order.Details is not { Placed.IsCharged: true }))
        {
            Confirmed(at, order, taken.Tendered, taken.Change);
        }
    }

    private void Paid(in RecordedEvent at, OrderTrace order, OrderPaid paid)
    {
        if (Follows(at, order, order.Standing == OrderStanding.Reserved && order.Details is { Placed.IsCharged: true }))
        {
            tenders.Paid(at, order.Details!.Placed);
            Confirmed(at, order, paid.Tendered, paid.Change);
        }
    }

    // A sale for cash alone is confirmed with the reservation. A sale that is charged may be cancelled until it is paid.
    private void Cancelled(in RecordedEvent at, OrderTrace order)
    {
        if (Follows(
            at,
            order,
            order.Standing == OrderStanding.Created || (order.Standing == OrderStanding.Reserved && order.Details is { Placed.IsCharged: true })))
        {
            order.Standing = OrderStanding.Cancelled;
        }
    }

    private void Settled(in RecordedEvent at, OrderTrace order)
    {
        if (!Follows(at, order, order.Standing is OrderStanding.Confirmed or OrderStanding.Cancelled))
        {
            return;
        }

        var confirmed = order.Standing == OrderStanding.Confirmed;
        order.Standing = OrderStanding.Settled;
        if (order.Details is not { } details)
        {
            return;
        }

        if (!confirmed)
        {
            tenders.NothingKept(at, details.Placed);
        }

        var live = details.Holds.Where(h => h.Value.Hold.Standing == HoldStanding.Live).Select(h => h.Key).FirstOrDefault();
        tally.Check(Invariant.HoldOwner, live is null, at, $"the order is settled, and its hold {live} is still live");
        if (!details.StockFaulty && live is null)
        {
            var committed = details.Holds.Values.Count(h => h.Hold.Standing == HoldStanding.Committed);
            var due = confirmed ? details.Goods.Count : 0;
            tally.Check(Invariant.OrderStock, committed == due, at, $"{committed} holds are committed, and {due} should be");
        }

        foreach (var (id, (item, hold)) in details.Holds)
        {
            if (hold.Standing != HoldStanding.Live)
            {
                item.Holds.Remove(id);
            }
        }

        order.Details = null;
    }

    /// <summary>A hold was taken, or tombstoned, in the name of an order.</summary>
    public void Reserved(in RecordedEvent at, StockTrace item, string id, HoldTrace hold)
    {
        if (!IsOrder(hold.Owner))
        {
            return;
        }

        var order = Owner(hold.Owner);
        if (!tally.Check(Invariant.HoldOwner, order is { Standing: not OrderStanding.Unknown }, at, $"hold {id} belongs to {hold.Owner}, which does not exist")
            || !tally.Check(Invariant.HoldOwner, order!.Standing != OrderStanding.Settled, at, $"hold {id} was taken for {hold.Owner}, which is settled")
            || order.Details is not { } details)
        {
            return;
        }

        details.Holds[id] = (item, hold);
        var (store, sku) = StockCheck.KeyOf(at.Stream);
        var right = LineOf(hold.Owner, id) is { } number && details.Goods.TryGetValue(number, out var goods) && goods.Sku == sku
            && details.Placed.Store == store && (hold.Standing == HoldStanding.Tombstone || goods.Quantity == hold.Quantity);
        details.StockFaulty |= !tally.Check(
            Invariant.HoldOwner, right, at, $"hold {id} of {hold.Quantity} {sku} in {store} is not due to {hold.Owner}");
    }

    /// <summary>A hold's owner ended it.</summary>
    public void Ended(in RecordedEvent at, string id, HoldTrace hold)
    {
        if (!IsOrder(hold.Owner) || Owner(hold.Owner) is not { } order)
        {
            return;
        }

        var due = hold.Standing == HoldStanding.Committed ? OrderStanding.Confirmed : OrderStanding.Cancelled;
        var right = tally.Check(
            Invariant.OrderStock, order.Standing == due, at, $"hold {id} is {hold.Standing} while {hold.Owner} is {order.Standing}");
        if (order.Details is { } details)
        {
            details.StockFaulty |= !right;
        }
    }

    public static string? LineFault(IReadOnlyList<Line> lines, bool taxInclusive)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            var fault = lines[i].Number != i + 1 ? FormattableString.Invariant($"line {i + 1} calls itself {lines[i].Number}")
                : lines[i].Quantity < 1 ? FormattableString.Invariant($"line {i + 1} has quantity {lines[i].Quantity}")
                : MoneyRules.Fault(lines[i], taxInclusive);
            if (fault is not null)
            {
                return fault;
            }
        }

        return lines.Count > 0 ? null : "there are no lines";
    }

    private void Confirmed(in RecordedEvent at, OrderTrace order, Amount tendered, Amount change)
    {
        order.Standing = OrderStanding.Confirmed;
        if (order.Details is not { Placed: var placed })
        {
            return;
        }

        tally.Check(
            Invariant.OrderMoney,
            tendered == placed.Tendered && change == placed.Gross with { Minor = tendered.Minor - placed.CashDue } && change.Minor >= 0,
            at,
            $"tendered {tendered.Minor} (placed with {placed.Tendered.Minor}) − cash due {placed.CashDue} ≠ change {change.Minor}");
        order.Sold = [.. placed.Lines.Select(l => new SoldLine(l.Quantity, l.Net, l.Tax, l.Gross, 0, 0, 0, 0))];
        order.CardsLeft = [.. (placed.Cards ?? []).Select(c => c.Amount)];
        order.CashLeft = placed.Gross.Minor - order.CardsLeft.Sum() - (placed.Credit?.Cards?.Sum(c => c.Amount) ?? 0);
        if (placed.Credit?.Cards is { Count: > 0 } others)
        {
            order.OthersLeft = others.GroupBy(c => (c.Order ?? "", c.Tender)).ToDictionary(c => c.Key, c => c.Sum(one => one.Amount));
        }

        purses.Confirmed(order, placed, tendered, change);
    }

    private bool Follows(in RecordedEvent at, OrderTrace order, bool legal) =>
        tally.Check(Invariant.OrderTransitions, legal, at, $"{at.Type} while the order is {order.Standing}");

    private OrderTrace? Owner(string owner) => streams.Order(owner[OwnerPrefix.Length..]);

    private static int? LineOf(string owner, string hold)
    {
        var id = owner.AsSpan(OwnerPrefix.Length);
        return hold.Length > id.Length + 1 && hold.AsSpan().StartsWith(id, StringComparison.Ordinal) && hold[id.Length] == '.'
            && int.TryParse(hold.AsSpan(id.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var line)
            ? line
            : null;
    }
}
