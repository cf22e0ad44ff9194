using System.Collections.Immutable;

namespace Pos.Grains.Stock;

public static partial class StockRules
{
    private static Decision<StockEvent> Receive(StockState state, ReceiveStock asked, DateTimeOffset now)
    {
        if (!IsNew(state, asked.Operation, now, out var rejection))
        {
            return Repeated(rejection);
        }

        return (RefuseQuantity(asked.Quantity) ?? Texts.Optional(asked.Note, Limits.TextLengthMax, "note")) is { } refused
            ? refused
            : new StockEvent.Received(OperationKey.Of(asked.Operation), asked.Quantity, state.OnHand + asked.Quantity, asked.Note);
    }

    private static Decision<StockEvent> Restock(StockState state, RestockReturned asked, DateTimeOffset now)
    {
        if (!IsNew(state, asked.Operation, now, out var rejection))
        {
            return Repeated(rejection);
        }

        return RefuseQuantity(asked.Quantity) is { } refused
            ? refused
            : new StockEvent.Restocked(
                OperationKey.Of(asked.Operation), asked.Quantity, asked.Return, state.OnHand + asked.Quantity, asked.TakenBy, asked.ApprovedBy);
    }

    private static Decision<StockEvent> Adjust(StockState state, AdjustStock asked, DateTimeOffset now)
    {
        if (!IsNew(state, asked.Operation, now, out var rejection))
        {
            return Repeated(rejection);
        }

        if (asked.Delta is 0 or > Limits.QuantityPerOperationMax or < -Limits.QuantityPerOperationMax)
        {
            return new Rejection(
                RejectionCode.InvalidQuantity, $"An adjustment is not 0 and at most {Limits.QuantityPerOperationMax} either way, not {asked.Delta}.");
        }

        if ((Texts.Required(asked.Reason, Limits.TextLengthMax, "reason") ?? Checkout.RefuseTime(asked.OccurredAt, now)
            ?? Approval.RefuseWithout(asked.Operation, "an adjustment")) is { } refused)
        {
            return refused;
        }

        return new StockEvent.Adjusted(OperationKey.Of(asked.Operation), asked.Delta, asked.Reason, state.OnHand + asked.Delta, Approval.Of(asked.Operation));
    }

    private static Decision<StockEvent> Count(StockState state, CountStock asked, DateTimeOffset now)
    {
        if (!IsNew(state, asked.Operation, now, out var rejection))
        {
            return Repeated(rejection);
        }

        if (asked.Counted is < 0 or > Limits.QuantityPerOperationMax)
        {
            return new Rejection(RejectionCode.InvalidQuantity, $"A count is from 0 to {Limits.QuantityPerOperationMax}, not {asked.Counted}.");
        }

        return (Texts.Optional(asked.Reason, Limits.TextLengthMax, "reason") ?? Approval.RefuseWithout(asked.Operation, "a count")) is { } refused
            ? refused
            : new StockEvent.Counted(
                OperationKey.Of(asked.Operation), asked.Counted, asked.Counted - state.OnHand, asked.Counted, asked.Reason, Approval.Of(asked.Operation));
    }

    private static Decision<StockEvent> SetPolicy(StockState state, SetStockPolicy asked, DateTimeOffset now)
    {
        if (!IsNew(state, asked.Operation, now, out var rejection))
        {
            return Repeated(rejection);
        }

        // Recorded also when the policy stays the same: a late repetition must not override a policy that was set after it.
        return asked.Policy is StockPolicy.Deny or StockPolicy.Backorder
            ? new StockEvent.PolicySet(OperationKey.Of(asked.Operation), asked.Policy)
            : new Rejection(RejectionCode.InvalidValue, $"There is no policy {asked.Policy}.");
    }

    private static Decision<StockEvent> Reserve(StockState state, ReserveStock asked, Sku sku, DateTimeOffset now)
    {
        var fingerprint = asked.Operation.Fingerprint.Length == 0 ? null : asked.Operation.Fingerprint;
        if (state.Holds.TryGetValue(asked.Hold, out var known))
        {
            return known.Quantity == 0 ? Ended(asked.Hold, known)
                : known.Owner != asked.Owner ? NotOwned(asked.Hold, known.Owner)
                : known.Quantity != asked.Quantity || known.Fingerprint != fingerprint ? OperationMemory.Reused(asked.Operation.Id)
                : Nothing;
        }

        if (IsTooLate(state, asked.Operation, now))
        {
            return OperationMemory.TooLate(asked.Operation);
        }

        var caller = HoldOwner.IsOrder(asked.Owner) || asked.Operation.Actor.Length == 0 ? null : asked.Operation.Actor;
        if ((RefuseQuantity(asked.Quantity) ?? RefuseOwner(asked.Owner) ?? RefuseMoreHolds(state) ?? RefuseShare(state, asked, caller) ?? RefuseMemory(state)) is { } refused)
        {
            return refused;
        }

        if (!asked.Pinned && asked.ExpiresAt <= now)
        {
            return new Rejection(RejectionCode.InvalidValue, $"The hold would end at {asked.ExpiresAt:O}, which has passed.");
        }

        return state.Available >= asked.Quantity || state.Policy == StockPolicy.Backorder
            ? new StockEvent.Reserved(
                asked.Hold,
                asked.Owner,
                asked.Quantity,
                asked.Pinned,
                asked.Operation.NotAfter.ToUniversalTime(),
                asked.Pinned ? null : asked.ExpiresAt.ToUniversalTime(),
                fingerprint,
                caller,
                caller is null ? null : now.ToUniversalTime())
            : new Rejection(
                RejectionCode.InsufficientStock,
                $"{asked.Quantity} of '{sku}' asked for, {state.Available} available.",
                [new Shortage(0, sku, asked.Quantity, state.Available)]);
    }

    private static Decision<StockEvent> Pin(StockState state, HoldCommand asked, DateTimeOffset now)
    {
        if (Find(state, asked, now, out var hold) is { } refused)
        {
            return refused;
        }

        return hold switch
        {
            { IsLive: true } when !IsOf(hold, asked) => NotMade(asked.Hold, hold),
            { State: HoldStatus.Pinned } => Nothing,
            { State: HoldStatus.Held } when !IsOverdue(hold, now) => new StockEvent.HoldPinned(asked.Hold),
            _ => Ended(asked.Hold, hold),
        };
    }

    private static Decision<StockEvent> Commit(StockState state, HoldCommand asked, DateTimeOffset now)
    {
        if (Find(state, asked, now, out var hold) is { } refused)
        {
            return refused;
        }

        return hold switch
        {
            { State: HoldStatus.Committed } => Nothing,
            { IsLive: true } when !IsOverdue(hold, now) && RefuseUnsupervised(hold, asked, "pieces that leave without a sale") is { } unsupervised => unsupervised,
            { IsLive: true } when !IsOverdue(hold, now) => new StockEvent.Committed(
                asked.Hold,
                hold.Quantity,
                state.OnHand - hold.Quantity,
                Remembered(hold, asked) is var until && until > hold.NotAfter ? until : null,
                HoldOwner.IsOrder(hold.Owner) ? null : asked.Reason,
                HoldOwner.IsOrder(hold.Owner) ? asked.ApprovedBy : Approval.Of(asked.Operation),
                HoldOwner.IsOrder(hold.Owner) ? asked.SoldBy : null),
            _ => Ended(asked.Hold, hold),
        };
    }

    private static Decision<StockEvent> Release(StockState state, HoldCommand asked, DateTimeOffset now)
    {
        if (!state.Holds.ContainsKey(asked.Hold))
        {
            return Bury(state, asked, now);
        }

        if (Find(state, asked, now, out var hold) is { } refused)
        {
            return refused;
        }

        return hold switch
        {
            { IsLive: true } when asked.Reason is null && !IsOf(hold, asked) => NotMade(asked.Hold, hold),
            { IsLive: true } when asked.Reason is not null && RefuseUnsupervised(hold, asked, "the end of somebody's hold") is { } unsupervised => unsupervised,
            { IsLive: true } => new StockEvent.Released(
                asked.Hold,
                hold.Owner,
                hold.Quantity,
                Remembered(hold, asked),
                asked.Reason,
                asked.Reason is null ? null : Approval.Of(asked.Operation)),
            { State: HoldStatus.Released or HoldStatus.Expired } => Nothing,
            _ => Ended(asked.Hold, hold),
        };
    }

    // Both the reserve and the end may be repeated, so the later bound counts.
    private static DateTimeOffset Remembered(Hold hold, HoldCommand asked) =>
        asked.Operation.NotAfter > hold.NotAfter ? asked.Operation.NotAfter.ToUniversalTime() : hold.NotAfter;

    // The reserve may still be on its way: a tombstone keeps it from taking stock for nobody.
    private static Decision<StockEvent> Bury(StockState state, HoldCommand asked, DateTimeOffset now)
    {
        if (IsTooLate(state, asked.Operation, now))
        {
            return OperationMemory.TooLate(asked.Operation);
        }

        return (RefuseOwner(asked.Owner) ?? RefuseMemory(state)) is { } refused
            ? refused
            : new StockEvent.Released(asked.Hold, asked.Owner, 0, asked.Operation.NotAfter.ToUniversalTime());
    }

    private static Decision<StockEvent> Expire(StockState state, DateTimeOffset now)
    {
        var expired = ImmutableArray.CreateBuilder<StockEvent>();
        foreach (var expiry in state.Expiries)
        {
            if (expiry.At > now || expired.Count == ExpiriesPerDecisionMax)
            {
                break;
            }

            expired.Add(new StockEvent.Expired(expiry.Hold, state.Holds[expiry.Hold].Quantity));
        }

        return expired.ToImmutable();
    }
}
