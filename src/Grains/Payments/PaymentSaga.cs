using System.Diagnostics;

namespace Pos.Grains.Payments;

/// <summary>The debts of a payment, by its durable state.</summary>
public enum PaymentDebt
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>The card is charged, or the outcome of the charge is queried.</summary>
    Charge,

    /// <summary>The payment was undone while its charge was in flight: the outcome is queried, and nothing is charged.</summary>
    Resolve,

    /// <summary>The charge is taken back.</summary>
    Void,

    /// <summary>A part, or the rest of what cannot be voided, is given back.</summary>
    Refund,
}

/// <summary>The result of a step. A fact has happened, so it is never refused; one that is not new changes nothing.</summary>
public abstract record PaymentFact
{
    private PaymentFact()
    {
    }

    /// <summary>The money has come in.</summary>
    public sealed record Captured(string Reference, DateTimeOffset Now) : PaymentFact;

    /// <summary>The card was refused.</summary>
    public sealed record Declined(string Code, DateTimeOffset Now) : PaymentFact;

    /// <summary>The provider knows of no charge, and none that was sent can still be on its way.</summary>
    public sealed record NothingMoved(DateTimeOffset Now) : PaymentFact;

    /// <summary>The whole charge was taken back.</summary>
    public sealed record Voided(string Reference, DateTimeOffset Now) : PaymentFact;

    /// <summary>The charge can only be refunded.</summary>
    public sealed record TooLateToVoid : PaymentFact;

    /// <summary>The money of a refund has gone back.</summary>
    public sealed record Refunded(string Refund, string Reference, DateTimeOffset Now) : PaymentFact;
}

/// <summary>The saga of a payment as two pure functions: what is owed, and the decision on a fact. Everything in flight is in the journal.</summary>
public static class PaymentSaga
{
    private static readonly Decision<PaymentEvent> Nothing = new([], null);

    /// <summary>The rules, as the shell runs them.</summary>
    public static SagaRules<PaymentState, PaymentEvent, PaymentDebt, PaymentFact> Rules { get; } = new(
        PaymentJournal.Aggregate,
        Owed,
        Decide,
        IsOver: static state => state.State is not null && Owed(state) == PaymentDebt.Nothing,
        NameOf: static state => state.State!.Value.ToString(),
        OriginOf: static state => state.Store is { } store
            ? new(store, state.Requested?.Till ?? default, Correlation: state.Requested?.Order.Value)
            : null,
        LastRetry: static state => state.Retried,
        RetryAsked: static operation => new PaymentEvent.RetryAsked(operation));

    /// <summary>The debt of a state. Computed from durable state only.</summary>
    public static PaymentDebt Owed(PaymentState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.State switch
        {
            null or PaymentStatus.Declined or PaymentStatus.Abandoned or PaymentStatus.Voided or PaymentStatus.Refunded or PaymentStatus.Closed => PaymentDebt.Nothing,
            PaymentStatus.Requested => state.IsUndone ? PaymentDebt.Resolve : PaymentDebt.Charge,
            PaymentStatus.Captured when OpenRefund(state) is not null => PaymentDebt.Refund,
            PaymentStatus.Captured => state.IsUndone ? PaymentDebt.Void : PaymentDebt.Nothing,
            _ => throw new UnreachableException($"No rule for {state.State}."),
        };
    }

    /// <summary>The first refund that has not gone back yet, or null.</summary>
    public static PaymentRefund? OpenRefund(PaymentState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Refunds.FirstOrDefault(static refund => refund.IsOwed);
    }

    /// <summary>The refund that an operator can close: the named one, or the next one that is owed. A void counts as a refund of all that is left. Null for none.</summary>
    public static PaymentRefund? ToClose(PaymentState state, string? refund)
    {
        ArgumentNullException.ThrowIfNull(state);
        var owed = Owed(state) switch
        {
            PaymentDebt.Refund => refund is null ? OpenRefund(state) : state.Refund(refund),
            PaymentDebt.Void => new(UndoRefund(state), new Money(state.Left, state.Requested!.Amount.Currency)),
            _ => null,
        };
        return owed is { IsOwed: true } && (refund is null || refund == owed.Id) ? owed : null;
    }

    /// <summary>The decision on a fact.</summary>
    public static Decision<PaymentEvent> Decide(PaymentState state, PaymentFact fact)
    {
        ArgumentNullException.ThrowIfNull(state);
        return fact switch
        {
            PaymentFact.Captured f => IsNews(state, f.Reference) ? new PaymentEvent.Captured(f.Reference, f.Now) : Nothing,
            PaymentFact.Declined f => state.State == PaymentStatus.Requested ? new PaymentEvent.Declined(f.Code, f.Now) : Nothing,
            PaymentFact.NothingMoved f => Owed(state) == PaymentDebt.Resolve ? new PaymentEvent.Abandoned(f.Now) : Nothing,
            PaymentFact.Voided f when state.State == PaymentStatus.Requested =>
                // Another program has voided a charge that was never confirmed here. Both the charge and the void happened.
                new([new PaymentEvent.Captured(f.Reference, f.Now), new PaymentEvent.Voided(f.Reference, f.Now)], null),
            // The refunds that an operator closed have gone back after all.
            PaymentFact.Voided f => state.State == PaymentStatus.Captured && state.Left + state.Unpaid == state.Requested!.Amount.Amount
                ? new PaymentEvent.Voided(f.Reference, f.Now)
                : Nothing,
            PaymentFact.TooLateToVoid => Owed(state) == PaymentDebt.Void
                ? new PaymentEvent.RefundAsked(UndoRefund(state), new Money(state.Left, state.Requested!.Amount.Currency))
                : Nothing,
            PaymentFact.Refunded f => state.Refund(f.Refund) is { Reference: null } open
                ? new PaymentEvent.Refunded(f.Refund, open.Amount, f.Reference, f.Now)
                : Nothing,
            _ => throw new UnreachableException($"No rule for {fact.GetType().Name}."),
        };
    }

    /// <summary>Key of the void at the provider. A second charge that must not be there is another one to void.</summary>
    public static string VoidKey(PaymentState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return $"{state.Requested!.Key}.void{Repeated(state)}";
    }

    /// <summary>Key of a refund at the provider.</summary>
    public static string RefundKey(PaymentState state, PaymentRefund refund)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(refund);
        return $"{state.Requested!.Key}.refund.{refund.Id}";
    }

    // A provider that keeps refunds apart still names a charge that went back. The same reference again is no new money.
    private static bool IsNews(PaymentState state, string reference) => state.State switch
    {
        PaymentStatus.Requested or PaymentStatus.Declined => true,
        PaymentStatus.Abandoned => state.Requested is not null,
        PaymentStatus.Voided or PaymentStatus.Refunded or PaymentStatus.Closed => reference != state.Reference,
        null or PaymentStatus.Captured => false,
        _ => throw new UnreachableException($"No rule for {state.State}."),
    };

    private static string UndoRefund(PaymentState state) => $"undo{Repeated(state)}";

    private static string Repeated(PaymentState state) => state.Captures > 1 ? FormattableString.Invariant($"-{state.Captures}") : "";
}
