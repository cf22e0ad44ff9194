using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos;

/// <summary>The answer of a grain to a command: a result or a refusal. Everything that the answer was decided on is durable.</summary>
/// <typeparam name="T">The view that an accepted command (or its repetition) shows.</typeparam>
[GenerateSerializer, Immutable, Alias("pos.Outcome`1")]
public sealed record Outcome<T>(T? Value, Rejection? Rejection) where T : class
{
    /// <summary>Accepted, now or by an earlier command with the same operation id.</summary>
    public static implicit operator Outcome<T>(T value) => new(value, null);

    /// <summary>Refused; nothing was journaled.</summary>
    public static implicit operator Outcome<T>(Rejection rejection) => new(null, rejection);
}

/// <summary>Why a command was refused.</summary>
/// <param name="Code">Stable; the API maps each to one problem type.</param>
/// <param name="Detail">One sentence for people, with the values at fault.</param>
/// <param name="Shortages">For <see cref="RejectionCode.InsufficientStock"/>: every line that could not be had.</param>
[GenerateSerializer, Immutable, Alias("pos.Rejection")]
public sealed record Rejection(RejectionCode Code, string Detail, ImmutableArray<Shortage> Shortages = default);

/// <summary>A line that could not be had. Quantities are pieces.</summary>
/// <param name="Line">Line number from 1; 0 outside orders, where it is left out of what is written.</param>
/// <param name="Sku">The product.</param>
/// <param name="Requested">How much of it.</param>
/// <param name="Available">How much there was at that moment; may be negative after a count.</param>
[GenerateSerializer, Immutable, Alias("pos.Shortage")]
public sealed record Shortage(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Line, Sku Sku, int Requested, long Available);

/// <summary>Every reason for a refusal.</summary>
[GenerateSerializer, Alias("pos.RejectionCode")]
public enum RejectionCode
{
    /// <summary>A value is missing, malformed or beyond its limit.</summary>
    InvalidValue = 1,

    /// <summary>No product has this SKU.</summary>
    UnknownProduct = 2,

    /// <summary>No store has this id.</summary>
    UnknownStore = 3,

    /// <summary>The store has no such till.</summary>
    UnknownTill = 4,

    /// <summary>There is no such order.</summary>
    UnknownOrder = 5,

    /// <summary>There is no such hold, or it ended so long ago that it is forgotten.</summary>
    UnknownHold = 6,

    /// <summary>The quantity is zero, negative or beyond its limit.</summary>
    InvalidQuantity = 7,

    /// <summary>A sum of money is beyond its limit.</summary>
    AmountTooLarge = 8,

    /// <summary>The currency is not the store's.</summary>
    WrongCurrency = 9,

    /// <summary>The business time lies in the future.</summary>
    TimeInFuture = 10,

    /// <summary>The cash handed over does not cover the total.</summary>
    TenderTooSmall = 11,

    /// <summary>Not enough is available; <see cref="Rejection.Shortages"/> says of what.</summary>
    InsufficientStock = 12,

    /// <summary>The command does not fit the state, for example cancelling a confirmed order.</summary>
    IllegalTransition = 13,

    /// <summary>The hold has been committed, released or has expired.</summary>
    HoldEnded = 14,

    /// <summary>The hold belongs to another owner.</summary>
    HoldNotOwned = 15,

    /// <summary>The operation id was used for another command.</summary>
    OperationReused = 16,

    /// <summary>The command came after its <see cref="Operation.NotAfter"/>.</summary>
    OperationTooLate = 17,

    /// <summary>The product is not sold at present.</summary>
    ProductInactive = 18,

    /// <summary>A service has no stock.</summary>
    NotStocked = 19,

    /// <summary>A store's currency never changes.</summary>
    CurrencyFixed = 20,

    /// <summary>The journal's queue is full: nothing was decided, try again.</summary>
    JournalFull = 21,

    /// <summary>A bound on remembered operations or live holds is reached: nothing was decided, try again later.</summary>
    TooManyPending = 22,

    /// <summary>The store has no tax rate for the product's tax class.</summary>
    UnknownTaxRate = 23,

    /// <summary>There is no such return.</summary>
    UnknownReturn = 24,

    /// <summary>The stream does not stand at <see cref="Operation.IfVersion"/>.</summary>
    VersionMismatch = 25,

    /// <summary>It needs a manager's approval.</summary>
    ApprovalRequired = 26,

    /// <summary>There is no such cart.</summary>
    UnknownCart = 27,

    /// <summary>There is nothing in the cart.</summary>
    CartEmpty = 28,

    /// <summary>The cart does not come to what was shown.</summary>
    PriceChanged = 29,

    /// <summary>The barcode belongs to another product.</summary>
    BarcodeTaken = 30,

    /// <summary>The barcode belongs to no product.</summary>
    UnknownBarcode = 31,

    /// <summary>The barcode is malformed, or carries nothing that can be sold.</summary>
    InvalidBarcode = 32,

    /// <summary>Cards, credit and cash do not make the total as they may.</summary>
    TenderMismatch = 33,

    /// <summary>A card was declined.</summary>
    PaymentDeclined = 34,

    /// <summary>The outcome of a charge did not become known in time. Any money it took is given back.</summary>
    PaymentTimedOut = 35,

    /// <summary>There is no such payment.</summary>
    UnknownPayment = 36,

    /// <summary>The payment was undone: it is not charged any more.</summary>
    PaymentUndone = 37,

    /// <summary>So much cannot be given back: it is not here, has been given back, or is being given back.</summary>
    NotRefundable = 38,

    /// <summary>More would come back than was sold.</summary>
    ReturnedTooMuch = 39,

    /// <summary>The return has no such credit to spend.</summary>
    CreditNotAvailable = 40,

    /// <summary>There is no such line.</summary>
    UnknownLine = 41,

    /// <summary>The caller holds as many pieces of the item, or in as many holds, as one caller may.</summary>
    TooManyHolds = 50,

    /// <summary>There is nobody to charge a card: the server has no payment provider.</summary>
    NoCardProvider = 51,
}

/// <summary>
/// A decision could not be made durable: the journal failed or another activation has taken over. Whoever gets this knows nothing
/// of the outcome and repeats the same operation.
/// </summary>
[GenerateSerializer, Alias("pos.NotDurableException")]
public sealed class NotDurableException : Exception
{
    /// <summary>Names the stream and what happened to the append.</summary>
    public NotDurableException(string message) : base(message)
    {
    }
}
