using Orleans;
using Orleans.Concurrency;

namespace Pos.Orders;

/// <summary>
/// One sale, from the request to its end, run by a durable saga in the grain itself: verify and reserve every line, take the money,
/// confirm, commit the stock; or cancel and give back what was taken. Key: the order's id.
/// </summary>
/// <exception cref="NotDurableException">Any member, when the journal failed: repeat the same operation.</exception>
[Alias("pos.IOrderGrain")]
public interface IOrderGrain : ISagaGrain
{
    /// <summary>
    /// Places the order. Answers when it is CONFIRMED or CANCELLED, or with its present state when <see cref="PlaceOrder.WaitMax"/> has
    /// passed. The same command again joins the running saga or shows its end. A refusal leaves no trace.
    /// </summary>
    [Alias("Place")]
    [Refuses(
        RejectionCode.UnknownProduct, RejectionCode.UnknownTaxRate, RejectionCode.ProductInactive, RejectionCode.WrongCurrency,
        RejectionCode.AmountTooLarge, RejectionCode.UnknownStore, RejectionCode.UnknownTill, RejectionCode.TimeInFuture,
        RejectionCode.TenderTooSmall, RejectionCode.TenderMismatch, RejectionCode.CreditNotAvailable, RejectionCode.NoCardProvider,
        RejectionCode.PaymentDeclined, RejectionCode.PaymentTimedOut, RejectionCode.PaymentUndone, RejectionCode.InsufficientStock,
        RejectionCode.ApprovalRequired, RejectionCode.InvalidValue, RejectionCode.InvalidQuantity, RejectionCode.OperationReused,
        RejectionCode.OperationTooLate, RejectionCode.JournalFull, RejectionCode.TooManyPending)]
    Task<Outcome<OrderView>> Place(PlaceOrder command);

    /// <summary>
    /// Takes a sale that a cart has decided. Nothing is looked up or checked again, so the sale is not refused, and it may be told any number of times.
    /// Otherwise as <see cref="Place"/>.
    /// </summary>
    [Alias("Take")]
    Task<Outcome<OrderView>> Take(TakeOrder command);

    /// <summary>
    /// Cancels the order. Accepted until all the money was taken, also while a payment is in flight: money that has been or will be charged goes back.
    /// Refused for a CONFIRMED order, which a return undoes. Cancelling again changes nothing.
    /// </summary>
    [Alias("Cancel")]
    [Refuses(
        RejectionCode.UnknownOrder, RejectionCode.InvalidValue, RejectionCode.IllegalTransition, RejectionCode.OperationReused,
        RejectionCode.JournalFull)]
    Task<Outcome<OrderView>> Cancel(CancelOrder command);

    /// <summary>
    /// Takes lines of a CONFIRMED order back: never more than was sold, at the price paid, to the tenders that paid. The order decides, so that two
    /// returns cannot both have the last piece. The return carries it out, and its view is the answer.
    /// </summary>
    [Alias("Return")]
    [Refuses(
        RejectionCode.UnknownOrder, RejectionCode.UnknownTill, RejectionCode.UnknownLine, RejectionCode.ReturnedTooMuch,
        RejectionCode.InvalidValue, RejectionCode.InvalidQuantity, RejectionCode.TimeInFuture, RejectionCode.IllegalTransition,
        RejectionCode.ApprovalRequired, RejectionCode.OperationReused, RejectionCode.OperationTooLate, RejectionCode.JournalFull,
        RejectionCode.TooManyPending)]
    Task<Outcome<ReturnView>> Return(ReturnLines command);

    /// <summary>The durable state of the order, or null when there is none.</summary>
    [Alias("Get")]
    Task<OrderView?> Get();

    /// <summary>Every transition with its time and cause, or null when there is no such order.</summary>
    [Alias("History"), AlwaysInterleave]
    Task<OrderHistory?> History(CancellationToken cancellationToken);
}
