using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Returns;

/// <summary>
/// A return as the holder of exchange credit: what it refunds can pay for one new order instead. Key: the return's id. Every call names the
/// order and may be repeated.
/// </summary>
/// <exception cref="NotDurableException">Any member, when the journal failed: repeat the same call.</exception>
[Alias("pos.ICreditGrain")]
public interface ICreditGrain : IGrainWithStringKey
{
    /// <summary>The durable state of the credit; null when there is no such return, or when it gives none.</summary>
    [Alias("Credit")]
    Task<CreditView?> Credit();

    /// <summary>
    /// Takes credit for an order. Refused with <see cref="RejectionCode.CreditNotAvailable"/> when another order has it, when so much is not
    /// there, when it is being paid out, or after <see cref="GiveBackCredit"/> for the same order.
    /// </summary>
    [Alias("TakeCredit")]
    Task<Outcome<CreditView>> TakeCredit(TakeCredit command);

    /// <summary>Ends the credit of a cancelled order, which gets none any more. Accepted in any state.</summary>
    [Alias("GiveBackCredit")]
    Task<Outcome<CreditView>> GiveBackCredit(EndCredit command);

    /// <summary>The order is confirmed: its credit is spent, and what is left is refunded.</summary>
    [Alias("KeepCredit")]
    Task<Outcome<CreditView>> KeepCredit(EndCredit command);
}

/// <summary>Takes credit.</summary>
/// <param name="Operation">The order that asks, with its trace.</param>
/// <param name="Order">The order that is paid.</param>
/// <param name="Amount">Above zero.</param>
[GenerateSerializer, Immutable, Alias("pos.TakeCredit")]
public sealed record TakeCredit(Operation Operation, OrderId Order, Money Amount);

/// <summary>Ends an order's claim on credit, one way or the other.</summary>
/// <param name="Operation">The order that asks, with its trace.</param>
/// <param name="Order">The order.</param>
[GenerateSerializer, Immutable, Alias("pos.EndCredit")]
public sealed record EndCredit(Operation Operation, OrderId Order);

/// <summary>Credit of a return.</summary>
/// <param name="Return">The return.</param>
/// <param name="Store">The store in which it can be spent.</param>
/// <param name="Total">The credit when nothing of it is taken; zero when nothing was paid.</param>
/// <param name="Free">The credit that an order could take now; zero when another order has it, or when it is paid out.</param>
/// <param name="Order">The order that has it, or null.</param>
/// <param name="Money">The money behind it, each card with its order; null from a silo of an earlier release.</param>
[GenerateSerializer, Immutable, Alias("pos.CreditView")]
public sealed record CreditView(
    ReturnId Return, StoreId Store, Money Total, Money Free, OrderId? Order, [property: JsonIgnore] ReturnMoney? Money = null);
