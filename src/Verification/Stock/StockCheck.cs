using Pos.Journal;
using Pos.Verification.Orders;
using Pos.Verification.Returns;

namespace Pos.Verification.Stock;

/// <summary>Repeats the arithmetic of every stock item, and follows every hold from its beginning to its one end.</summary>
internal sealed class StockCheck(Tally tally, PayloadReader payloads, OrderCheck orders, ReturnCheck returns)
{
    /// <summary>Store and SKU of a stock stream.</summary>
    public static (string Store, string Sku) KeyOf(StreamName stream)
    {
        var key = stream.Key;
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (key, "") : (key[..slash], key[(slash + 1)..]);
    }

    public void Next(in RecordedEvent at, StockTrace item)
    {
        var store = KeyOf(at.Stream).Store;
        tally.Check(Invariant.Envelope, at.Context.Store == store, at, $"the envelope says store '{at.Context.Store}'");
        switch (at.Type)
        {
            case "stock.received" when payloads.Read(at, Payloads.Default.StockReceived) is { } received:
                CameIn(at, item, received.Operation, received.Quantity, received.Balance);
                break;
            case "stock.restocked" when payloads.Read(at, Payloads.Default.StockRestocked) is { } restocked:
                CameIn(at, item, restocked.Operation, restocked.Quantity, restocked.Balance);
                returns.Restocked(at, restocked);
                break;
            case "stock.adjusted" when payloads.Read(at, Payloads.Default.StockAdjusted) is { } adjusted:
                Moved(at, item, adjusted.Operation, adjusted.Delta, adjusted.Balance);
                break;
            case "stock.counted" when payloads.Read(at, Payloads.Default.StockCounted) is { } counted:
                Counted(at, item, counted);
                break;
            case "stock.policy-set" when payloads.Read(at, Payloads.Default.StockPolicySet) is { } set:
                PolicySet(at, item, set);
                break;
            default:
                NextOfHold(at, item);
                break;
        }
    }

    /// <summary>An operation moved <c>onHand</c> by <paramref name="delta"/>.</summary>
    private void Moved(in RecordedEvent at, StockTrace item, OperationRef operation, long delta, long balance)
    {
        tally.CheckOnce(at, item, operation);
        Balance(at, item, delta, balance);
    }

    /// <summary>Goods came in, from a supplier or a customer.</summary>
    private void CameIn(in RecordedEvent at, StockTrace item, OperationRef operation, long quantity, long balance)
    {
        tally.Check(Invariant.HoldQuantities, quantity > 0, at, $"{at.Type} of {quantity} pieces");
        Moved(at, item, operation, quantity, balance);
    }

    private void Counted(in RecordedEvent at, StockTrace item, StockCounted counted)
    {
        tally.CheckOnce(at, item, counted.Operation);
        tally.Check(
            Invariant.StockBalance,
            counted.Counted == counted.Balance,
            at,
            $"{counted.Counted} pieces were counted, and the balance says {counted.Balance}");
        Balance(at, item, counted.Delta, counted.Balance);
    }

    private void PolicySet(in RecordedEvent at, StockTrace item, StockPolicySet set)
    {
        tally.CheckOnce(at, item, set.Operation);
        item.Backorder = set.Policy == "backorder";
    }

    private void Reserved(in RecordedEvent at, StockTrace item, StockReserved reserved)
    {
        tally.Check(Invariant.HoldQuantities, reserved.Quantity > 0, at, $"hold {reserved.Hold} of {reserved.Quantity} pieces");
        if (!tally.Check(
            Invariant.HoldEndsOnce, !item.Holds.TryGetValue(reserved.Hold, out var before), at, $"hold {reserved.Hold} began before and is {before?.Standing}"))
        {
            return;
        }

        tally.Check(
            Invariant.StockOversold,
            item.Backorder || item.OnHand - item.Held >= reserved.Quantity,
            at,
            $"hold {reserved.Hold} of {reserved.Quantity}, and {item.OnHand - item.Held} available");
        tally.Check(
            Invariant.HoldTransitions,
            reserved.Pinned == (reserved.ExpiresAt is null),
            at,
            $"hold {reserved.Hold} is {(reserved.Pinned ? "pinned and expires" : "not pinned and never expires")}");
        var hold = new HoldTrace(reserved.Owner, reserved.Quantity, reserved.NotAfter)
        {
            Pinned = reserved.Pinned,
            ExpiresAt = reserved.ExpiresAt,
        };
        item.Forget(at.RecordedAt);
        item.Holds.Add(reserved.Hold, hold);
        item.Held += reserved.Quantity;
        orders.Reserved(at, item, reserved.Hold, hold);
    }

    private void Pinned(in RecordedEvent at, StockTrace item, StockPinned pinned)
    {
        var hold = item.Holds.GetValueOrDefault(pinned.Hold);
        if (tally.Check(
            Invariant.HoldTransitions, hold is { Standing: HoldStanding.Live, Pinned: false }, at, $"hold {pinned.Hold} was pinned while {Describe(hold)}"))
        {
            hold!.Pinned = true;
        }
    }

    private void Committed(in RecordedEvent at, StockTrace item, StockCommitted committed)
    {
        // The balance is checked first: it is right or wrong whatever is wrong with the hold.
        Balance(at, item, -committed.Quantity, committed.Balance);
        if (End(at, item, committed.Hold, committed.Quantity, HoldStanding.Committed) is { } hold)
        {
            orders.Ended(at, committed.Hold, hold);
        }
    }

    private void Released(in RecordedEvent at, StockTrace item, StockReleased released)
    {
        if (released.Quantity == 0)
        {
            Tombstoned(at, item, released);
        }
        else if (End(at, item, released.Hold, released.Quantity, HoldStanding.Released) is { } hold)
        {
            tally.Check(
                Invariant.HoldOwner, hold.Owner == released.Owner, at, $"{released.Owner} released hold {released.Hold} of {hold.Owner}");
            orders.Ended(at, released.Hold, hold);
        }
    }

    private void Expired(in RecordedEvent at, StockTrace item, StockExpired expired)
    {
        if (End(at, item, expired.Hold, expired.Quantity, HoldStanding.Expired) is { } hold)
        {
            tally.Check(
                Invariant.HoldTransitions,
                !hold.Pinned && hold.ExpiresAt <= at.RecordedAt,
                at,
                $"hold {expired.Hold} expired at {at.RecordedAt:O} and {(hold.Pinned ? "is pinned" : $"lasts until {hold.ExpiresAt:O}")}");
        }
    }

    private void NextOfHold(in RecordedEvent at, StockTrace item)
    {
        switch (at.Type)
        {
            case "stock.reserved" when payloads.Read(at, Payloads.Default.StockReserved) is { } reserved:
                Reserved(at, item, reserved);
                break;
            case "stock.pinned" when payloads.Read(at, Payloads.Default.StockPinned) is { } pinned:
                Pinned(at, item, pinned);
                break;
            case "stock.committed" when payloads.Read(at, Payloads.Default.StockCommitted) is { } committed:
                Committed(at, item, committed);
                break;
            case "stock.released" when payloads.Read(at, Payloads.Default.StockReleased) is { } released:
                Released(at, item, released);
                break;
            case "stock.expired" when payloads.Read(at, Payloads.Default.StockExpired) is { } expired:
                Expired(at, item, expired);
                break;
            default:
                payloads.NotTaken(at);
                break;
        }
    }

    private void Tombstoned(in RecordedEvent at, StockTrace item, StockReleased released)
    {
        if (tally.Check(
            Invariant.HoldEndsOnce,
            !item.Holds.TryGetValue(released.Hold, out var before),
            at,
            $"hold {released.Hold} is {before?.Standing} and was released as if it had never begun"))
        {
            var tombstone = new HoldTrace(released.Owner, 0, released.NotAfter) { Standing = HoldStanding.Tombstone };
            item.Forget(at.RecordedAt);
            item.Holds.Add(released.Hold, tombstone);
            orders.Reserved(at, item, released.Hold, tombstone);
            orders.Ended(at, released.Hold, tombstone);
        }
    }

    private HoldTrace? End(in RecordedEvent at, StockTrace item, string id, long quantity, HoldStanding end)
    {
        var hold = item.Holds.GetValueOrDefault(id);
        if (!tally.Check(
            Invariant.HoldEndsOnce, hold is { Standing: HoldStanding.Live }, at, $"hold {id} ends as {end} and {Describe(hold)}"))
        {
            return null;
        }

        hold!.Standing = end;
        item.Held -= hold.Quantity;
        tally.Check(
            Invariant.HoldQuantities,
            hold.Quantity == quantity && item.Held >= 0,
            at,
            $"hold {id} began with {hold.Quantity} and ends with {quantity}; {item.Held} pieces stay held");
        return hold;
    }

    private void Balance(in RecordedEvent at, StockTrace item, long delta, long balance)
    {
        tally.Check(
            Invariant.StockBalance, item.OnHand + delta == balance, at, $"{item.OnHand} on hand and {delta:+0;-0;0} make {item.OnHand + delta}, not {balance}");
        // One wrong balance is one violation: the next event is measured from the balance that this one says.
        item.OnHand = balance;
    }

    private static string Describe(HoldTrace? hold) =>
        hold is null ? "it never began" : hold.Standing == HoldStanding.Live && hold.Pinned ? "it is pinned" : $"it is {hold.Standing}";
}
