namespace Pos.Grains.Returns;

/// <summary>The rules of exchange: what a return would refund can pay for one new order instead.</summary>
public static partial class Return
{
    private static Decision<ReturnEvent> TakeCredit(ReturnProgress state, TakeCredit asked)
    {
        if (state.Credit is { } taken && taken.Order == asked.Order)
        {
            return taken.Amount == asked.Amount ? Nothing : OperationMemory.Reused(asked.Operation.Id);
        }

        // A call that was overtaken by the order's end comes too late for ever.
        return !state.IsFree || state.GaveBack?.Contains(asked.Order) == true
            ? new Rejection(RejectionCode.CreditNotAvailable, "The credit is spent, paid out or was given back.")
            : asked.Amount.Currency != state.Accepted!.Gross.Currency || asked.Amount.Amount <= 0 || asked.Amount.Amount > Refunding.Credit(Refunding.Of(state.Accepted))
                ? new Rejection(RejectionCode.CreditNotAvailable, $"{asked.Amount} of {state.Accepted.Gross} is not to be had.")
                : new ReturnEvent.CreditTaken(asked.Order, asked.Amount);
    }

    private static Decision<ReturnEvent> GiveBackCredit(ReturnProgress state, EndCredit asked) =>
        state.Accepted is null ? new Rejection(RejectionCode.UnknownReturn, "There is no such return.")
        : state.HasEnded || state.GaveBack?.Contains(asked.Order) == true || (state.IsSpent && state.Credit?.Order == asked.Order) ? Nothing
        : new ReturnEvent.CreditGivenBack(asked.Order);

    private static Decision<ReturnEvent> KeepCredit(ReturnProgress state, EndCredit asked) =>
        state.Credit?.Order != asked.Order ? new Rejection(RejectionCode.CreditNotAvailable, "The order has no credit of this return.")
        : state.IsSpent ? Nothing
        : new ReturnEvent.CreditKept(asked.Order);

    private static Decision<ReturnEvent> PayOut(ReturnProgress state, PayOutReturn asked) =>
        state.Accepted is null ? new Rejection(RejectionCode.UnknownReturn, "There is no such return.")
        : state.PaidOutBy is { } known && known.Id == asked.Operation.Id
            ? known.Fingerprint == asked.Operation.Fingerprint ? Nothing : OperationMemory.Reused(asked.Operation.Id)
        : Texts.Required(asked.Reason, Limits.NameLengthMax, "reason") is { } refused ? refused
        : state.HasEnded || state.IsPaidOut ? Nothing
        : !state.IsExchange ? new Rejection(RejectionCode.IllegalTransition, "The return is no exchange; its refund is under way.")
        : state.Credit is { } taken ? new Rejection(RejectionCode.IllegalTransition, $"The order {taken.Order} has the credit.")
        : new ReturnEvent.PayOutAsked(asked.Reason, OperationKey.Of(asked.Operation));
}
