using Orleans;
using Orleans.Concurrency;

namespace Pos.Payments;

/// <summary>Asks for money.</summary>
/// <param name="Operation">The order that asks, with its trace. The payment's id makes the command repeatable.</param>
/// <param name="Order">The order that is paid: the one in the payment's id.</param>
/// <param name="Store">The store.</param>
/// <param name="Till">The till.</param>
/// <param name="Tender">Which of the order's cards; the one of the payment's id.</param>
/// <param name="Amount">Above zero.</param>
/// <param name="Token">Stands for the card, 1–255 printable characters; never a card number.</param>
/// <param name="WaitMax">How long the answer may wait for the outcome; zero answers as soon as the intent is durable.</param>
[GenerateSerializer, Immutable, Alias("pos.ChargePayment")]
public sealed record ChargePayment(
    Operation Operation,
    OrderId Order,
    StoreId Store,
    TillId Till,
    int Tender,
    Money Amount,
    string Token,
    TimeSpan WaitMax);

/// <summary>Asks that nothing be kept.</summary>
/// <param name="Operation">The order that asks, with its trace.</param>
/// <param name="Order">The order that was to be paid: the one in the payment's id.</param>
/// <param name="Store">The store.</param>
/// <param name="Till">The till.</param>
/// <param name="Reason">One sentence; kept up to 2,000 characters.</param>
/// <param name="WaitMax">How long the answer may wait until nothing is kept.</param>
[GenerateSerializer, Immutable, Alias("pos.UndoPayment")]
public sealed record UndoPayment(Operation Operation, OrderId Order, StoreId Store, TillId Till, string Reason, TimeSpan WaitMax);

/// <summary>Asks to owe a refund no longer.</summary>
/// <param name="Operation">The operator who asks.</param>
/// <param name="Reason">Where the money went, 1–2,000 characters.</param>
/// <param name="Refund">Which: a return's id or <c>undo</c>; null for the one that is owed next.</param>
[GenerateSerializer, Immutable, Alias("pos.CloseRefund")]
public sealed record CloseRefund(Operation Operation, string Reason, string? Refund = null);

/// <summary>Asks to give money back.</summary>
/// <param name="Operation">The order that asks, with its trace.</param>
/// <param name="Refund">The return that it belongs to: one refund for each.</param>
/// <param name="Amount">Above zero, in the payment's currency.</param>
/// <param name="WaitMax">How long the answer may wait until the money has gone back.</param>
[GenerateSerializer, Immutable, Alias("pos.RefundPayment")]
public sealed record RefundPayment(Operation Operation, ReturnId Refund, Money Amount, TimeSpan WaitMax);
