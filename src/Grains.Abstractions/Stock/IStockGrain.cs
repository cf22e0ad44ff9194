using Orleans;
using Orleans.Concurrency;

namespace Pos.Stock;

/// <summary>
/// One product in one store: what is on hand, what is held for whom, and how it came about. Key: <see cref="StockKey"/>.
/// </summary>
/// <remarks>
/// <c>onHand = received + restocked + adjustments − committed</c>; <c>available = onHand − held</c>. Every command may be repeated
/// with its operation id. Answers wait until what they rest on is durable; thousands of callers share one disk write.
/// </remarks>
/// <exception cref="NotDurableException">Any member, when the journal failed: repeat the same operation.</exception>
[Alias("pos.IStockGrain")]
public interface IStockGrain : IWakeable
{
    /// <summary>Goods came in. Refused for services, unknown stores and unknown products.</summary>
    [Alias("Receive")]
    [Refuses(
        RejectionCode.UnknownStore, RejectionCode.UnknownProduct, RejectionCode.NotStocked, RejectionCode.InvalidValue,
        RejectionCode.OperationReused, RejectionCode.OperationTooLate, RejectionCode.JournalFull, RejectionCode.TooManyPending,
        RejectionCode.InvalidQuantity)]
    Task<Outcome<StockView>> Receive(ReceiveStock command);

    /// <summary>Goods came back from a customer and can be sold again. A fact: never refused for its quantity.</summary>
    [Alias("Restock")]
    Task<Outcome<StockView>> Restock(RestockReturned command);

    /// <summary>More or less is there than thought. A fact: live holds are honoured and <c>available</c> may turn negative.</summary>
    [Alias("Adjust")]
    [Refuses(
        RejectionCode.UnknownStore, RejectionCode.UnknownProduct, RejectionCode.NotStocked, RejectionCode.InvalidValue,
        RejectionCode.OperationReused, RejectionCode.OperationTooLate, RejectionCode.JournalFull, RejectionCode.TooManyPending,
        RejectionCode.InvalidQuantity, RejectionCode.TimeInFuture)]
    Task<Outcome<StockView>> Adjust(AdjustStock command);

    /// <summary>The shelf was counted: the difference to what was on hand is journaled. A fact, as <see cref="Adjust"/>.</summary>
    [Alias("Count")]
    [Refuses(
        RejectionCode.UnknownStore, RejectionCode.UnknownProduct, RejectionCode.NotStocked, RejectionCode.InvalidValue,
        RejectionCode.OperationReused, RejectionCode.OperationTooLate, RejectionCode.JournalFull, RejectionCode.TooManyPending,
        RejectionCode.InvalidQuantity)]
    Task<Outcome<StockView>> Count(CountStock command);

    /// <summary>Denies or allows holds beyond what is available.</summary>
    [Alias("SetPolicy")]
    [Refuses(RejectionCode.UnknownStore, RejectionCode.UnknownProduct, RejectionCode.NotStocked, RejectionCode.JournalFull)]
    Task<Outcome<StockView>> SetPolicy(SetStockPolicy command);

    /// <summary>Holds pieces for an owner until an instant, or, pinned, until the owner commits or releases.</summary>
    [Alias("Reserve")]
    [Refuses(
        RejectionCode.UnknownStore, RejectionCode.UnknownProduct, RejectionCode.NotStocked, RejectionCode.InvalidValue,
        RejectionCode.OperationReused, RejectionCode.OperationTooLate, RejectionCode.JournalFull, RejectionCode.TooManyPending,
        RejectionCode.InvalidQuantity, RejectionCode.InsufficientStock, RejectionCode.HoldEnded, RejectionCode.TooManyHolds)]
    Task<Outcome<HoldView>> Reserve(ReserveStock command);

    /// <summary>From now on the hold does not expire. Refused when it has ended.</summary>
    [Alias("Pin")]
    [Refuses(
        RejectionCode.UnknownHold, RejectionCode.HoldEnded, RejectionCode.HoldNotOwned, RejectionCode.OperationReused,
        RejectionCode.OperationTooLate, RejectionCode.JournalFull, RejectionCode.TooManyPending)]
    Task<Outcome<HoldView>> Pin(HoldCommand command);

    /// <summary>
    /// The held pieces leave the store. What is no order's leaves without sale: it takes a reason and the operation's approval, as an adjustment does.
    /// </summary>
    [Alias("Commit")]
    [Refuses(
        RejectionCode.InvalidValue, RejectionCode.UnknownHold, RejectionCode.HoldEnded, RejectionCode.HoldNotOwned,
        RejectionCode.OperationReused, RejectionCode.OperationTooLate, RejectionCode.JournalFull, RejectionCode.TooManyPending)]
    Task<Outcome<HoldView>> Commit(HoldCommand command);

    /// <summary>
    /// The held pieces are free again. A release that comes before its reserve is remembered, and the reserve then refused
    /// with <see cref="RejectionCode.HoldEnded"/>. Accepted for a hold that is already released or expired. A hold that somebody else has made
    /// is released with a reason and the operation's approval.
    /// </summary>
    [Alias("Release")]
    [Refuses(
        RejectionCode.UnknownHold, RejectionCode.HoldEnded, RejectionCode.HoldNotOwned, RejectionCode.OperationReused,
        RejectionCode.OperationTooLate, RejectionCode.JournalFull, RejectionCode.TooManyPending)]
    Task<Outcome<HoldView>> Release(HoldCommand command);

    /// <summary>The item, or null when nothing ever happened to it.</summary>
    [Alias("Get")]
    Task<StockView?> Get();

    /// <summary>A hold, live or ended, or null when it is unknown or forgotten.</summary>
    [Alias("GetHold")]
    Task<HoldView?> GetHold(HoldId hold);

    /// <summary>The live holds of all owners, in the order in which they began.</summary>
    /// <param name="after">The beginning of the page: <see cref="HoldPage.Next"/> of the page before, or 0.</param>
    /// <param name="limit">Holds at most, 1–100.</param>
    [Alias("Holds")]
    Task<HoldPage> Holds(long after, int limit);

    /// <summary>Everything that moved <c>onHand</c>, in order, with the balance after it.</summary>
    /// <param name="after">Version after which to begin, or 0.</param>
    /// <param name="limit">Entries at most, 1–100.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    [Alias("Ledger"), AlwaysInterleave]
    Task<LedgerPage> Ledger(long after, int limit, CancellationToken cancellationToken);
}
