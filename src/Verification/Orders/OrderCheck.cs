using System.Globalization;
using Pos.Journal;
using Pos.Verification.Money;
using Pos.Verification.Stock;

namespace Pos.Verification.Orders;

/// <summary>Follows every order through its transitions, its money and its holds.</summary>
internal sealed class OrderCheck(Tally tally, Streams streams, OrderTenderCheck tenders, PurseCheck purses)
{
    private const string OwnerPrefix = "order:";

    public static bool IsOrder(string owner) => owner.StartsWith(OwnerPrefix, StringComparison.Ordinal);

    public void Placed(in RecordedEvent at, OrderTrace order, OrderPlaced placed)
    {
        if (!Follows(at, order, order.Standing == OrderStanding.Unknown))
        {
            return;
        }

        order.Standing = OrderStanding.Created;
        order.Details = new OrderDetails(placed);
        tally.Check(Invariant.Envelope, at.Context.Store == placed.Store, at, $"the envelope says store '{at.Context.Store}', the order '{placed.Store}'");
        var fault = LineFault(placed.Lines, placed.TaxInclusive)
            ?? MoneyRules.Fault(placed.Lines, placed.Net, placed.Tax, placed.Gross)
            ?? OrderTenderCheck.Fault(placed);
        tally.Check(Invariant.OrderMoney, fault is null, at, $"{fault}");
    }

    public void StockReserved(in RecordedEvent at, OrderTrace order, OrderStockReserved reserved)
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

    public void CashTaken(in RecordedEvent at, OrderTrace order, OrderCashTaken taken)
    {
        if (Follows(at, order, order.Standing == OrderStanding.Reserved && order.Details is not { Placed.IsCharged: true }))
        {
            Confirmed(at, order, taken.Tendered, taken.Change);
        }
    }

    public void Paid(in RecordedEvent at, OrderTrace order, OrderPaid paid)
    {
        if (Follows(at, order, order.Standing == OrderStanding.Reserved && order.Details is { Placed.IsCharged: true }))
        {
            tenders.Paid(at, order.Details!.Placed);
            Confirmed(at, order, paid.Tendered, paid.Change);
        }
    }

    // What is only cash is confirmed with the reservation; what is charged may be given up until it is paid.
    public void Cancelled(in RecordedEvent at, OrderTrace order)
    {
        if (Follows(
            at,
            order,
            order.Standing == OrderStanding.Created || (order.Standing == OrderStanding.Reserved && order.Details is { Placed.IsCharged: true })))
        {
            order.Standing = OrderStanding.Cancelled;
        }
    }

    public void Settled(in RecordedEvent at, OrderTrace order)
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

    private OrderTrace? Owner(string owner) => streams.Find("order/" + owner[OwnerPrefix.Length..]) as OrderTrace;

    private static int? LineOf(string owner, string hold)
    {
        var id = owner.AsSpan(OwnerPrefix.Length);
        return hold.Length > id.Length + 1 && hold.AsSpan().StartsWith(id, StringComparison.Ordinal) && hold[id.Length] == '.'
            && int.TryParse(hold.AsSpan(id.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var line)
            ? line
            : null;
    }
}
