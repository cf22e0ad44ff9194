using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Returns;

/// <summary>A return of an order's lines with everything decided by the order.</summary>
/// <param name="Store">The store.</param>
/// <param name="Till">The till.</param>
/// <param name="Lines">The returned lines, at the price paid.</param>
/// <param name="TaxInclusive">Whether unit prices contain the tax.</param>
/// <param name="Net">Net sum of the lines.</param>
/// <param name="Tax">Tax sum of the lines.</param>
/// <param name="Gross">Sum of the lines: what is given back, but for the rounding of cash.</param>
/// <param name="Reason">The reason.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="Order">The order that sold the goods.</param>
/// <param name="Refunds">The tenders to which the money goes back; together <paramref name="Gross"/>.</param>
/// <param name="CashRounding">Step to which cash is rounded; null for none.</param>
/// <param name="Exchange">Whether the money is kept as credit for a new order.</param>
/// <param name="Coins">The part that is paid out in coins; null without cash.</param>
/// <param name="CashCredit">The credit that a new order may take instead of those coins; null without an exchange.</param>
/// <param name="ApprovedBy">The manager who approved cash for what a card paid; null when nothing needed approval.</param>
/// <param name="TakenBy">The key that took the goods back; null in returns from before it was recorded.</param>
/// <param name="Annotations">The client's own words, or null.</param>
[GenerateSerializer, Immutable, Alias("pos.PricedReturn")]
public sealed record PricedReturn(
    StoreId Store,
    TillId Till,
    ImmutableArray<ReturnLine> Lines,
    bool TaxInclusive,
    Money Net,
    Money Tax,
    Money Gross,
    string Reason,
    DateTimeOffset OccurredAt,
    OrderId Order,
    ImmutableArray<TenderRefund> Refunds,
    int? CashRounding,
    bool Exchange,
    long? Coins = null,
    long? CashCredit = null,
    string? ApprovedBy = null,
    string? TakenBy = null,
    Annotations? Annotations = null);

/// <summary>A priced line that came back, also as it is journaled. Amounts are minor units of the return's currency.</summary>
/// <param name="Line">Number of the line, from 1.</param>
/// <param name="Sku">The product.</param>
/// <param name="Name">The product's name at that time.</param>
/// <param name="Kind">Goods or service.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="UnitPrice">Price of one piece.</param>
/// <param name="TaxRate">Basis points.</param>
/// <param name="Disposition">Restock or write off.</param>
/// <param name="Net">Net amount of the line.</param>
/// <param name="Tax">Tax of the line.</param>
/// <param name="Gross">Gross amount of the line.</param>
/// <param name="OrderLine">The order's line that it was sold on; null without receipt.</param>
[GenerateSerializer, Immutable, Alias("pos.ReturnLine")]
public sealed record ReturnLine(
    int Line,
    Sku Sku,
    string Name,
    ProductKind Kind,
    int Quantity,
    long UnitPrice,
    int TaxRate,
    Disposition Disposition,
    long Net,
    long Tax,
    long Gross,
    int? OrderLine = null);

/// <summary>Money that goes back to a tender. Amounts are minor units.</summary>
/// <param name="Tender">The order's card from 1; 0 for cash.</param>
/// <param name="Amount">Above zero.</param>
/// <param name="Order">The order that the card paid, when an exchange brought its money; null for the order whose lines come back.</param>
/// <param name="InCash">True when a manager has it paid out in cash instead; null otherwise.</param>
[GenerateSerializer, Immutable, Alias("pos.TenderRefund")]
public sealed record TenderRefund(int Tender, long Amount, OrderId? Order = null, bool? InCash = null);

/// <summary>The money of a return. Amounts are minor units.</summary>
/// <param name="Cards">To which card how much, in the order of the tenders.</param>
/// <param name="Credit">The rest as credit for a new order: its exact price.</param>
/// <param name="Coins">The rest when it is paid out in coins: rounded.</param>
/// <param name="Step">To which coins are rounded; 1 for not at all.</param>
[GenerateSerializer, Immutable, Alias("pos.ReturnMoney")]
public sealed record ReturnMoney(ImmutableArray<TenderRefund> Cards, long Credit, long Coins, int Step);

/// <summary>Hands over what an order has accepted back.</summary>
/// <param name="Operation">The saga that asks.</param>
/// <param name="Return">The return.</param>
/// <param name="WaitMax">How long the answer may wait for the saga's end.</param>
[GenerateSerializer, Immutable, Alias("pos.TakeReturn")]
public sealed record TakeReturn(Operation Operation, PricedReturn Return, TimeSpan WaitMax);

/// <summary>Ends the wait for an exchange.</summary>
/// <param name="Operation">Makes the command repeatable.</param>
/// <param name="Reason">1–200 characters.</param>
/// <param name="WaitMax">How long the answer may wait for the saga's end.</param>
[GenerateSerializer, Immutable, Alias("pos.PayOutReturn")]
public sealed record PayOutReturn(Operation Operation, string Reason, TimeSpan WaitMax);

/// <summary>Asks an order to take some of its lines back.</summary>
/// <param name="Operation">Makes it repeatable; the return's id is made from the same idempotency key.</param>
/// <param name="Return">The id of the new return.</param>
/// <param name="Till">A till of the store.</param>
/// <param name="Lines">1–1,000, each of the order's lines at most once.</param>
/// <param name="Reason">1–2,000 characters.</param>
/// <param name="Exchange">Whether the money is kept as credit for a new order.</param>
/// <param name="OccurredAt">Business time when it is told later; null for now.</param>
/// <param name="WaitMax">How long the answer may wait for the return's end.</param>
/// <param name="InCash">Whether what cards paid is paid out in cash, which needs the operation's approval.</param>
/// <param name="Annotations">The client's own words, or null.</param>
[GenerateSerializer, Immutable, Alias("pos.ReturnLines")]
public sealed record ReturnLines(
    Operation Operation,
    ReturnId Return,
    TillId Till,
    ImmutableArray<ReturnedLine> Lines,
    string Reason,
    bool Exchange,
    DateTimeOffset? OccurredAt,
    TimeSpan WaitMax,
    bool InCash = false,
    Annotations? Annotations = null);

/// <summary>Pieces of an order's line that come back.</summary>
/// <param name="Line">The order's line.</param>
/// <param name="Quantity">Pieces, at most what was sold and has not come back.</param>
/// <param name="Disposition">Restock or write off; of no meaning for services.</param>
[GenerateSerializer, Immutable, Alias("pos.ReturnedLine")]
public sealed record ReturnedLine(int Line, int Quantity, Disposition Disposition);
