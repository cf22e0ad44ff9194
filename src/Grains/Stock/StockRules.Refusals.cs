namespace Pos.Grains.Stock;

public static partial class StockRules
{
    private const int OwnerLengthMax = 100;

    /// <summary>Why there can be no such item, or null.</summary>
    public static Rejection? Verify(StockKey key, StoreView? store, ProductView? product) =>
        store is null ? new(RejectionCode.UnknownStore, $"There is no store '{key.Store}'.")
        : product is null ? new(RejectionCode.UnknownProduct, $"There is no product '{key.Sku}'.")
        : product.Kind != ProductKind.Goods ? new(RejectionCode.NotStocked, $"'{key.Sku}' is a service and has no stock.")
        : null;

    private static bool IsNew(StockState state, Operation operation, DateTimeOffset now, out Rejection? rejection)
    {
        if (!state.Operations.IsNew(operation, now, out rejection))
        {
            return false;
        }

        rejection = RefuseMemory(state);
        return rejection is null;
    }

    private static Decision<StockEvent> Repeated(Rejection? rejection) => rejection is null ? Nothing : rejection;

    private static bool IsTooLate(StockState state, Operation operation, DateTimeOffset now) =>
        state.EndedHolds.IsTooLate(operation.NotAfter, now);

    // The shell ends expired holds before a command. This check does not rely on it.
    private static bool IsOverdue(Hold hold, DateTimeOffset now) => hold.ExpiresAt <= now;

    private static Rejection? Find(StockState state, HoldCommand asked, DateTimeOffset now, out Hold hold)
    {
        if (!state.Holds.TryGetValue(asked.Hold, out var found))
        {
            hold = null!;
            return IsTooLate(state, asked.Operation, now)
                ? OperationMemory.TooLate(asked.Operation)
                : new(RejectionCode.UnknownHold, $"There is no hold '{asked.Hold}'.");
        }

        hold = found;
        return hold.Owner == asked.Owner ? null : NotOwned(asked.Hold, hold.Owner);
    }

    private static Rejection? RefuseQuantity(int quantity) => quantity is >= 1 and <= Limits.QuantityPerOperationMax
        ? null
        : new(RejectionCode.InvalidQuantity, $"A quantity is from 1 to {Limits.QuantityPerOperationMax}, not {quantity}.");

    private static Rejection? RefuseOwner(string owner) => owner.Length is 0 or > OwnerLengthMax
        ? new(RejectionCode.InvalidValue, $"An owner has 1 to {OwnerLengthMax} characters.")
        : null;

    private static Rejection? RefuseMoreHolds(StockState state) => state.LiveHolds >= Limits.LiveHoldsPerItemMax
        ? new(RejectionCode.TooManyPending, $"{state.LiveHolds} holds are live, and no more may be.")
        : null;

    // A hold made through the API is no sale. One caller must not make an item unsellable.
    private static Rejection? RefuseShare(StockState state, ReserveStock asked, string? caller)
    {
        if (HoldOwner.IsOrder(asked.Owner))
        {
            return null;
        }

        var held = caller is null ? default : state.Callers.GetValueOrDefault(caller);
        return held.Holds >= Limits.HoldsPerCallerMax
            ? new(RejectionCode.TooManyHolds, $"'{caller}' has {held.Holds} holds of this item, and one caller has at most {Limits.HoldsPerCallerMax}.")
            : held.Pieces + asked.Quantity > Limits.HeldPerCallerMax
                ? new(
                    RejectionCode.TooManyHolds,
                    $"'{caller}' holds {held.Pieces} pieces of this item: with {asked.Quantity} more they would be above the {Limits.HeldPerCallerMax} of one caller.")
                : null;
    }

    // An order's hold has no maker: the order ends it. Old holds do not record their maker.
    private static bool IsOf(Hold hold, HoldCommand asked) => hold.MadeBy is null || hold.MadeBy == asked.Operation.Actor;

    private static Rejection NotMade(HoldId id, Hold hold) =>
        new(RejectionCode.HoldNotOwned, $"'{hold.MadeBy}' has made the hold '{id}'; somebody else ends it with a reason and a manager's approval.");

    private static Rejection? RefuseUnsupervised(Hold hold, HoldCommand asked, string what) => HoldOwner.IsOrder(hold.Owner)
        ? null
        : Texts.Required(asked.Reason ?? "", Limits.TextLengthMax, "reason") ?? Approval.RefuseWithout(asked.Operation, what);

    private static Rejection? RefuseMemory(StockState state) => state.Remembered >= Limits.RememberedPerItemMax
        ? new(RejectionCode.TooManyPending, $"{state.Remembered} ended holds and operations are remembered, and no more may be.")
        : null;

    private static Rejection NotOwned(HoldId hold, string owner) => new(
        RejectionCode.HoldNotOwned,
        HoldOwner.IsOrder(owner) ? $"The hold '{hold}' belongs to {owner}, which ends it itself: cancel the order, or take its lines back." : $"The hold '{hold}' belongs to another owner.");

    private static Rejection Ended(HoldId id, Hold hold) => new(
        RejectionCode.HoldEnded,
        hold.State switch
        {
            HoldStatus.Committed => $"The hold '{id}' has been committed.",
            HoldStatus.Released => $"The hold '{id}' has been released.",
            _ => $"The hold '{id}' has expired.",
        });
}
