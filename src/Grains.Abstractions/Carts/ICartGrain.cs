using Orleans;

namespace Pos.Carts;

/// <summary>
/// A cart: lines with the prices shown, which are checked again at the checkout. A cart that is not changed for a day is cancelled. Key: the cart's
/// id.
/// </summary>
/// <exception cref="NotDurableException">Any member, when the journal failed: repeat the same operation.</exception>
[Alias("pos.ICartGrain")]
public interface ICartGrain : ISagaGrain
{
    /// <summary>Opens the cart.</summary>
    [Alias("Open")]
    [Refuses(
        RejectionCode.UnknownCart, RejectionCode.IllegalTransition, RejectionCode.InvalidValue, RejectionCode.UnknownStore,
        RejectionCode.UnknownTill, RejectionCode.UnknownProduct, RejectionCode.UnknownTaxRate, RejectionCode.ProductInactive,
        RejectionCode.WrongCurrency, RejectionCode.AmountTooLarge, RejectionCode.ApprovalRequired, RejectionCode.OperationReused,
        RejectionCode.JournalFull)]
    Task<Outcome<CartView>> Open(OpenCart command);

    /// <summary>Adds a line at the present price. Lines change only while the cart is OPEN.</summary>
    [Alias("Add")]
    [Refuses(
        RejectionCode.UnknownCart, RejectionCode.IllegalTransition, RejectionCode.InvalidValue, RejectionCode.OperationReused,
        RejectionCode.OperationTooLate, RejectionCode.VersionMismatch, RejectionCode.JournalFull, RejectionCode.TooManyPending,
        RejectionCode.UnknownBarcode, RejectionCode.InvalidBarcode, RejectionCode.UnknownProduct, RejectionCode.UnknownTaxRate,
        RejectionCode.ProductInactive, RejectionCode.WrongCurrency, RejectionCode.AmountTooLarge, RejectionCode.InvalidQuantity,
        RejectionCode.ApprovalRequired)]
    Task<Outcome<CartView>> Add(AddCartLine command);

    /// <summary>Changes a line's quantity.</summary>
    [Alias("Change")]
    [Refuses(
        RejectionCode.UnknownCart, RejectionCode.IllegalTransition, RejectionCode.InvalidValue, RejectionCode.OperationReused,
        RejectionCode.OperationTooLate, RejectionCode.VersionMismatch, RejectionCode.JournalFull, RejectionCode.TooManyPending,
        RejectionCode.UnknownLine, RejectionCode.InvalidQuantity, RejectionCode.AmountTooLarge, RejectionCode.ApprovalRequired)]
    Task<Outcome<CartView>> Change(ChangeCartLine command);

    /// <summary>Removes a line.</summary>
    [Alias("Remove")]
    [Refuses(
        RejectionCode.UnknownCart, RejectionCode.IllegalTransition, RejectionCode.InvalidValue, RejectionCode.OperationReused,
        RejectionCode.OperationTooLate, RejectionCode.VersionMismatch, RejectionCode.JournalFull, RejectionCode.TooManyPending,
        RejectionCode.UnknownLine)]
    Task<Outcome<CartView>> Remove(RemoveCartLine command);

    /// <summary>Shows the present prices and taxes.</summary>
    [Alias("Refresh")]
    [Refuses(
        RejectionCode.UnknownCart, RejectionCode.IllegalTransition, RejectionCode.InvalidValue, RejectionCode.OperationReused,
        RejectionCode.OperationTooLate, RejectionCode.VersionMismatch, RejectionCode.JournalFull, RejectionCode.TooManyPending,
        RejectionCode.UnknownProduct, RejectionCode.UnknownTaxRate, RejectionCode.ProductInactive, RejectionCode.WrongCurrency,
        RejectionCode.AmountTooLarge)]
    Task<Outcome<CartView>> Refresh(RefreshCart command);

    /// <summary>Replaces the client's own words on an OPEN or PARKED cart. Its order takes them over.</summary>
    [Alias("Annotate")]
    [Refuses(
        RejectionCode.UnknownCart, RejectionCode.IllegalTransition, RejectionCode.InvalidValue, RejectionCode.OperationReused,
        RejectionCode.OperationTooLate, RejectionCode.VersionMismatch, RejectionCode.JournalFull, RejectionCode.TooManyPending)]
    Task<Outcome<CartView>> Annotate(AnnotateCart command);

    /// <summary>OPEN → PARKED.</summary>
    [Alias("Park")]
    [Refuses(
        RejectionCode.UnknownCart, RejectionCode.IllegalTransition, RejectionCode.InvalidValue, RejectionCode.OperationReused,
        RejectionCode.OperationTooLate, RejectionCode.VersionMismatch, RejectionCode.JournalFull, RejectionCode.TooManyPending)]
    Task<Outcome<CartView>> Park(ParkCart command);

    /// <summary>PARKED → OPEN, at any till of the store.</summary>
    [Alias("Resume")]
    [Refuses(
        RejectionCode.UnknownCart, RejectionCode.IllegalTransition, RejectionCode.InvalidValue, RejectionCode.OperationReused,
        RejectionCode.OperationTooLate, RejectionCode.VersionMismatch, RejectionCode.JournalFull, RejectionCode.TooManyPending,
        RejectionCode.UnknownStore, RejectionCode.UnknownTill)]
    Task<Outcome<CartView>> Resume(ResumeCart command);

    /// <summary>OPEN or PARKED → CANCELLED. Cancelling again changes nothing.</summary>
    [Alias("Cancel")]
    [Refuses(
        RejectionCode.UnknownCart, RejectionCode.IllegalTransition, RejectionCode.InvalidValue, RejectionCode.OperationReused,
        RejectionCode.OperationTooLate, RejectionCode.VersionMismatch, RejectionCode.JournalFull, RejectionCode.TooManyPending)]
    Task<Outcome<CartView>> Cancel(CancelCart command);

    /// <summary>
    /// OPEN → CHECKED_OUT, once: the same request under any operation id shows the one order. The cart checks prices and tenders here; the order asks stock
    /// and payments. Answers with the order at its end, or with its present state when <see cref="CheckOutCart.WaitMax"/> has passed.
    /// </summary>
    [Alias("CheckOut")]
    [Refuses(
        RejectionCode.UnknownCart, RejectionCode.IllegalTransition, RejectionCode.InvalidValue, RejectionCode.OperationReused,
        RejectionCode.OperationTooLate, RejectionCode.VersionMismatch, RejectionCode.JournalFull, RejectionCode.TooManyPending,
        RejectionCode.CartEmpty, RejectionCode.PriceChanged, RejectionCode.UnknownProduct, RejectionCode.UnknownTaxRate,
        RejectionCode.ProductInactive, RejectionCode.WrongCurrency, RejectionCode.AmountTooLarge, RejectionCode.UnknownStore,
        RejectionCode.UnknownTill, RejectionCode.TimeInFuture, RejectionCode.TenderTooSmall, RejectionCode.TenderMismatch,
        RejectionCode.CreditNotAvailable, RejectionCode.NoCardProvider, RejectionCode.PaymentDeclined, RejectionCode.PaymentTimedOut,
        RejectionCode.PaymentUndone, RejectionCode.InsufficientStock, RejectionCode.ApprovalRequired)]
    Task<Outcome<OrderView>> CheckOut(CheckOutCart command);

    /// <summary>The durable state of the cart, or null when there is none.</summary>
    [Alias("Get")]
    Task<CartView?> Get();
}
