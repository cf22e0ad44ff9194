using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Returns;

/// <summary>
/// Goods that come back: restock or write off; refund to where the money came from, without receipt in cash; or keep it as credit for a
/// new order. A saga of its own. Key: the return's id.
/// </summary>
/// <exception cref="NotDurableException">Any member, when the journal failed: repeat the same operation.</exception>
[Alias("pos.IReturnGrain")]
public interface IReturnGrain : ISagaGrain
{
    /// <summary>
    /// Accepts the return and answers when it is COMPLETED, or as it stands when <see cref="PlaceReturn.WaitMax"/> has passed. The
    /// same command again joins. A refusal leaves no trace.
    /// </summary>
    [Alias("Place")]
    [Refuses(
        RejectionCode.UnknownStore, RejectionCode.UnknownTill, RejectionCode.UnknownProduct, RejectionCode.UnknownTaxRate,
        RejectionCode.InvalidValue, RejectionCode.InvalidQuantity, RejectionCode.AmountTooLarge, RejectionCode.WrongCurrency,
        RejectionCode.TimeInFuture, RejectionCode.OperationReused, RejectionCode.OperationTooLate, RejectionCode.JournalFull,
        RejectionCode.TooManyPending)]
    Task<Outcome<ReturnView>> Place(PlaceReturn command);

    /// <summary>
    /// Takes what an order has accepted back: never refused for what it says, and the same however often it is told. Otherwise as
    /// <see cref="Place"/>.
    /// </summary>
    [Alias("Take")]
    Task<Outcome<ReturnView>> Take(TakeReturn command);

    /// <summary>Nothing is exchanged: refunds all. Refused with <see cref="RejectionCode.IllegalTransition"/> while an order has the credit.</summary>
    [Alias("PayOut")]
    [Refuses(
        RejectionCode.UnknownReturn, RejectionCode.InvalidValue, RejectionCode.IllegalTransition, RejectionCode.OperationReused,
        RejectionCode.JournalFull)]
    Task<Outcome<ReturnView>> PayOut(PayOutReturn command);

    /// <summary>The durable state of the return, or null when there is none.</summary>
    [Alias("Get")]
    Task<ReturnView?> Get();
}

/// <summary>Whether returned goods can be sold again.</summary>
[GenerateSerializer, Alias("pos.Disposition")]
public enum Disposition
{
    /// <summary>Back on the shelf.</summary>
    [JsonStringEnumMemberName("restock")]
    Restock = 1,

    /// <summary>Not sold again; stock is not touched.</summary>
    [JsonStringEnumMemberName("write-off")]
    WriteOff = 2,
}

/// <summary>The state of a return.</summary>
[GenerateSerializer, Alias("pos.ReturnState")]
public enum ReturnStatus
{
    /// <summary>Durable; goods are on their way back to the shelf.</summary>
    [JsonStringEnumMemberName("ACCEPTED")]
    Accepted = 1,

    /// <summary>Restocked and refunded.</summary>
    [JsonStringEnumMemberName("COMPLETED")]
    Completed = 2,
}

/// <summary>Asks for a return without receipt.</summary>
/// <param name="Operation">Makes the command repeatable. The grain's key is made from the same idempotency key.</param>
/// <param name="Store">The store.</param>
/// <param name="Till">A till of the store.</param>
/// <param name="Lines">1–1,000.</param>
/// <param name="Reason">1–2,000 characters.</param>
/// <param name="OccurredAt">Business time when it is told later; null for now. Not in the future.</param>
/// <param name="WaitMax">How long the answer may wait for the saga's end.</param>
/// <param name="Exchange">Whether the money is kept as credit for a new order.</param>
/// <param name="Annotations">The client's own words, or null.</param>
[GenerateSerializer, Immutable, Alias("pos.PlaceReturn")]
public sealed record PlaceReturn(
    Operation Operation,
    StoreId Store,
    TillId Till,
    ImmutableArray<ReturnLineRequest> Lines,
    string Reason,
    DateTimeOffset? OccurredAt,
    TimeSpan WaitMax,
    bool Exchange = false,
    Annotations? Annotations = null);

/// <summary>A line that comes back.</summary>
/// <param name="Sku">The product.</param>
/// <param name="Quantity">Pieces, 1–100,000.</param>
/// <param name="UnitPrice">Refund for one piece, or null for the list price.</param>
/// <param name="Disposition">Restock or write off; of no meaning for services.</param>
[GenerateSerializer, Immutable, Alias("pos.ReturnLineRequest")]
public sealed record ReturnLineRequest(Sku Sku, int Quantity, Money? UnitPrice, Disposition Disposition);

/// <summary>The durable state of a return.</summary>
/// <param name="Id">The id.</param>
/// <param name="Store">The store.</param>
/// <param name="Till">The till.</param>
/// <param name="State">The state.</param>
/// <param name="Lines">The returned lines with their prices.</param>
/// <param name="Refund">Sums of the lines; the gross is paid out in cash.</param>
/// <param name="Reason">The reason.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="PlacedAt">The time of the recording, UTC.</param>
/// <param name="Order">The order that sold the goods; null without a receipt.</param>
/// <param name="Refunds">The tenders to which money goes back: planned, or, once completed, as it went.</param>
/// <param name="Credit">Credit for a new order; null without exchange.</param>
/// <param name="ApprovedBy">The manager who approved a return without receipt, or cash for what a card paid; or null.</param>
/// <param name="Actions">Possible next actions: <c>exchange</c>, <c>pay-out</c>.</param>
/// <param name="Version">Version of its stream.</param>
/// <param name="Rounding">The amount that the rounding of cash adds: refunds and spent credit make the gross and this. It may be below zero.</param>
/// <param name="TakenBy">The key that took the goods back; null in returns from before it was recorded.</param>
/// <param name="Unpaid">The refunds that never went back, because an operator closed them at the payments; null for none.</param>
/// <param name="Reference">The client's own reference, or null.</param>
/// <param name="Note">A note for people, or null.</param>
/// <param name="Customer">The customer in the client's own system, or null.</param>
/// <param name="Metadata">Pairs of the client's own, or null.</param>
[GenerateSerializer, Immutable, Alias("pos.ReturnView")]
public sealed record ReturnView(
    ReturnId Id,
    StoreId Store,
    TillId Till,
    ReturnStatus State,
    ImmutableArray<ReturnLineView> Lines,
    Totals Refund,
    string Reason,
    DateTimeOffset OccurredAt,
    DateTimeOffset PlacedAt,
    OrderId? Order,
    ImmutableArray<RefundView> Refunds,
    CreditView? Credit,
    string? ApprovedBy,
    ImmutableArray<string> Actions,
    long Version,
    Money Rounding = default,
    string? TakenBy = null,
    Money? Unpaid = null,
    string? Reference = null,
    string? Note = null,
    string? Customer = null,
    Metadata? Metadata = null) : IVersioned;

/// <summary>Money that goes back.</summary>
/// <param name="Type">Cash or card.</param>
/// <param name="Amount">Of it; cash after rounding.</param>
/// <param name="Payment">For a card: the payment that gives it back.</param>
[GenerateSerializer, Immutable, Alias("pos.RefundView")]
public sealed record RefundView(TenderKind Type, Money Amount, PaymentId? Payment = null);

/// <summary>A priced line that came back.</summary>
/// <param name="Line">Number of the line, from 1.</param>
/// <param name="Sku">The product.</param>
/// <param name="Name">The product's name at that time.</param>
/// <param name="Kind">Goods or service.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="UnitPrice">Refunded for one piece.</param>
/// <param name="TaxRateBasisPoints">2000 = 20 %.</param>
/// <param name="Disposition">Restock or write off.</param>
/// <param name="Total">Amounts of the line.</param>
/// <param name="OrderLine">The order's line that it was sold on; null without receipt.</param>
[GenerateSerializer, Immutable, Alias("pos.ReturnLineView")]
public sealed record ReturnLineView(
    int Line,
    Sku Sku,
    string Name,
    ProductKind Kind,
    int Quantity,
    Money UnitPrice,
    int TaxRateBasisPoints,
    Disposition Disposition,
    Totals Total,
    int? OrderLine = null);
