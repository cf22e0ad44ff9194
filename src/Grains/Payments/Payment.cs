using System.Collections.Immutable;
using System.Diagnostics;

namespace Pos.Grains.Payments;

/// <summary>How far a payment has come.</summary>
/// <param name="Requested">The requested charge; null before the request, and for ever when the payment was undone first.</param>
/// <param name="State">The state; null while the payment is unknown.</param>
/// <param name="Store">The store; null while the payment is unknown.</param>
/// <param name="UndoneAt">Since when nothing is to be kept; null while the money is wanted.</param>
/// <param name="IsOwedBack">Money came in after an end that said it would not.</param>
/// <param name="Decline">Why the card was refused, or null.</param>
/// <param name="Reference">The provider's own name of the charge, or null.</param>
/// <param name="Captures">How often money came in: once, unless the provider breaks its word.</param>
/// <param name="Kept">Minor units that came in and did not go back.</param>
/// <param name="Refunds">Asked for, in order.</param>
/// <param name="Retried">The last operation that asked for a retry, or null.</param>
public sealed record PaymentState(
    PaymentEvent.Requested? Requested,
    PaymentStatus? State,
    StoreId? Store,
    DateTimeOffset? UndoneAt,
    bool IsOwedBack,
    string? Decline,
    string? Reference,
    int Captures,
    long Kept,
    ImmutableArray<PaymentRefund> Refunds,
    string? Retried = null)
{
    /// <summary>Whether nothing is to be kept.</summary>
    public bool IsUndone => UndoneAt is not null || IsOwedBack;

    /// <summary>Sum of the refunds that an operator has closed and that have not gone back, in minor units.</summary>
    public long Unpaid => Refunds.Where(static refund => refund is { Closed: not null, Reference: null }).Sum(static refund => refund.Amount.Amount);

    /// <summary>The kept money that no refund claims, in minor units.</summary>
    public long Left => Kept - Refunds.Where(static refund => refund.Reference is null).Sum(static refund => refund.Amount.Amount);

    /// <summary>A refund, or null.</summary>
    public PaymentRefund? Refund(string id) => Refunds.FirstOrDefault(refund => refund.Id == id);
}

/// <summary>A part that is given back.</summary>
/// <param name="Id">The return's, or <c>undo</c>.</param>
/// <param name="Amount">The amount.</param>
/// <param name="Reference">The provider's own name of it; null until it has gone back.</param>
/// <param name="Closed">Why it is owed no longer although it has not gone back; null otherwise.</param>
public sealed record PaymentRefund(string Id, Money Amount, string? Reference = null, PaymentEvent.RefundClosed? Closed = null)
{
    /// <summary>Whether it is owed.</summary>
    public bool IsOwed => Reference is null && Closed is null;
}

/// <summary>A command to a payment, with everything that the decision needs.</summary>
public abstract record PaymentCommand
{
    private PaymentCommand()
    {
    }

    /// <summary>Asks for the money.</summary>
    public sealed record Charge(PaymentId Id, ChargePayment Asked, DateTimeOffset Now) : PaymentCommand;

    /// <summary>Asks that nothing be kept.</summary>
    public sealed record Undo(PaymentId Id, UndoPayment Asked, DateTimeOffset Now) : PaymentCommand;

    /// <summary>Asks to give a part back.</summary>
    public sealed record Refund(RefundPayment Asked) : PaymentCommand;

    /// <summary>Asks to owe a refund no longer.</summary>
    /// <param name="Asked">The operator's request.</param>
    /// <param name="Provider">The provider's present answer when it rules the refund out; null otherwise.</param>
    /// <param name="Now">The time of the decision, UTC.</param>
    public sealed record Close(CloseRefund Asked, string? Provider, DateTimeOffset Now) : PaymentCommand;
}

/// <summary>The rules of a card payment.</summary>
public static class Payment
{
    private static readonly Decision<PaymentEvent> Nothing = new([], null);

    /// <summary>The payment before it is requested.</summary>
    public static PaymentState Initial { get; } = new(null, null, null, null, false, null, null, 0, 0, []);

    /// <summary>The payment after an event.</summary>
    public static PaymentState Evolve(PaymentState state, PaymentEvent happened)
    {
        ArgumentNullException.ThrowIfNull(state);
        return happened switch
        {
            PaymentEvent.Requested e => state with { Requested = e, State = PaymentStatus.Requested, Store = e.Store },
            PaymentEvent.Captured e => state with
            {
                State = PaymentStatus.Captured,
                Reference = e.Reference,
                Captures = state.Captures + 1,
                Kept = state.Kept + state.Requested!.Amount.Amount,
                IsOwedBack = state.State != PaymentStatus.Requested,
            },
            PaymentEvent.Declined e => state with { State = PaymentStatus.Declined, Decline = e.Code },
            PaymentEvent.UndoAsked e => Ended(state with { UndoneAt = e.At, Store = state.Store ?? e.Store }),
            PaymentEvent.Abandoned => state with { State = PaymentStatus.Abandoned },
            // A void gives the whole charge back, refunds that an operator has closed included.
            PaymentEvent.Voided e => state with
            {
                State = PaymentStatus.Voided,
                Kept = state.Kept - state.Requested!.Amount.Amount,
                Refunds = [.. state.Refunds.Select(refund => refund is { Closed: not null, Reference: null } ? refund with { Reference = e.Reference } : refund)],
            },
            PaymentEvent.RetryAsked e => state with { Retried = e.Operation },
            PaymentEvent.RefundAsked e => state with { Refunds = state.Refunds.Add(new(e.Refund, e.Amount)) },
            PaymentEvent.Refunded e => Ended(state with
            {
                Kept = state.Kept - e.Amount.Amount,
                Refunds = state.Refunds.Replace(state.Refund(e.Refund)!, new(e.Refund, e.Amount, e.Reference)),
            }),
            PaymentEvent.RefundClosed e => Ended(state with
            {
                Refunds = state.Refund(e.Refund) is { } known
                    ? state.Refunds.Replace(known, known with { Closed = e })
                    : state.Refunds.Add(new(e.Refund, e.Amount, Closed: e)),
            }),
            _ => throw new UnreachableException($"No rule for {happened.GetType().Name}."),
        };
    }

    /// <summary>The decision on a command.</summary>
    public static Decision<PaymentEvent> Decide(PaymentState state, PaymentCommand command)
    {
        ArgumentNullException.ThrowIfNull(state);
        return command switch
        {
            PaymentCommand.Charge c => Charge(state, c),
            PaymentCommand.Undo c => Undo(state, c),
            PaymentCommand.Refund c => Refund(state, c.Asked),
            PaymentCommand.Close c => Close(state, c),
            _ => throw new UnreachableException($"No rule for {command.GetType().Name}."),
        };
    }

    // An undone payment ends when everything has gone back by refunds or was closed by an operator.
    private static PaymentState Ended(PaymentState state) =>
        state is { State: PaymentStatus.Captured or PaymentStatus.Closed, IsUndone: true } && state.Kept == state.Unpaid
            ? state with { State = state.Unpaid == 0 ? PaymentStatus.Refunded : PaymentStatus.Closed }
            : state;

    private static Decision<PaymentEvent> Charge(PaymentState state, PaymentCommand.Charge command)
    {
        var asked = command.Asked;
        if (Refuse(command.Id, asked) is { } malformed)
        {
            return malformed;
        }

        if (state.Requested is { } known && (known.Amount != asked.Amount || known.Token != asked.Token || known.Store != asked.Store))
        {
            return OperationMemory.Reused(command.Id.Value);
        }

        if (state.UndoneAt is { } undone)
        {
            return new Rejection(RejectionCode.PaymentUndone, $"The payment {command.Id} was undone at {undone:O}.");
        }

        return state.Requested is not null
            ? Nothing
            : new PaymentEvent.Requested(
                asked.Order, asked.Store, asked.Till, asked.Tender, asked.Amount, asked.Token, command.Id.Value, command.Now);
    }

    private static Rejection? Refuse(PaymentId id, ChargePayment asked) => asked switch
    {
        _ when PaymentId.Of(asked.Order, asked.Tender) != id =>
            new(RejectionCode.InvalidValue, $"The payment {id} is not card {asked.Tender} of the order {asked.Order}."),
        { Amount.Amount: <= 0 } => new(RejectionCode.InvalidValue, $"A charge is above zero, not {asked.Amount}."),
        { Amount.Amount: > Limits.AmountMax } => new(RejectionCode.AmountTooLarge, $"A card is charged with at most {Limits.AmountMax} minor units."),
        _ => RefuseToken(asked.Token),
    };

    /// <summary>Why a token cannot stand for a card, or null.</summary>
    internal static Rejection? RefuseToken(string? token) =>
        token is { Length: > 0 and <= Limits.TokenLengthMax } && !token.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? null
            : new(RejectionCode.InvalidValue, $"A card's token has 1 to {Limits.TokenLengthMax} printable ASCII characters without a space.");

    private static Decision<PaymentEvent> Undo(PaymentState state, PaymentCommand.Undo command)
    {
        var asked = command.Asked;
        if (asked.Order != command.Id.Order)
        {
            return new Rejection(RejectionCode.InvalidValue, $"The payment {command.Id} does not belong to the order {asked.Order}.");
        }

        // A text that is too long is cut: it must not keep money from going back.
        var reason = asked.Reason.Length > Limits.TextLengthMax ? asked.Reason[..Limits.TextLengthMax] : asked.Reason;
        switch (state.State)
        {
            case null:
                // A tombstone: a charge that comes later is refused.
                return ImmutableArray.Create<PaymentEvent>(
                    new PaymentEvent.UndoAsked(reason, command.Now, asked.Store), new PaymentEvent.Abandoned(command.Now));
            case PaymentStatus.Requested or PaymentStatus.Captured:
                return state.UndoneAt is null ? new PaymentEvent.UndoAsked(reason, command.Now) : Nothing;
            case PaymentStatus.Declined or PaymentStatus.Abandoned or PaymentStatus.Voided or PaymentStatus.Refunded or PaymentStatus.Closed:
                return Nothing;
            default:
                throw new UnreachableException($"No rule for {state.State}.");
        }
    }

    private static Decision<PaymentEvent> Refund(PaymentState state, RefundPayment asked)
    {
        if (state.State is null)
        {
            return new Rejection(RejectionCode.UnknownPayment, "There is no such payment.");
        }

        if (state.Refund(asked.Refund.Value) is { } known)
        {
            return known.Amount == asked.Amount ? Nothing : OperationMemory.Reused(asked.Refund.Value);
        }

        if (state.State != PaymentStatus.Captured || state.IsUndone)
        {
            return new Rejection(RejectionCode.NotRefundable, $"The payment is {state.State}{(state.IsUndone ? ", and is being undone" : "")}.");
        }

        var currency = state.Requested!.Amount.Currency;
        return asked.Amount.Currency != currency
            ? new Rejection(RejectionCode.WrongCurrency, $"The payment is in {currency}, not in {asked.Amount.Currency}.")
            : asked.Amount.Amount <= 0
                ? new Rejection(RejectionCode.InvalidValue, $"A refund is above zero, not {asked.Amount}.")
                : asked.Amount.Amount > state.Left || state.Refunds.Length >= Limits.RefundsPerPaymentMax
                    ? new Rejection(
                        RejectionCode.NotRefundable,
                        $"{asked.Amount} is asked for, and {new Money(state.Left, currency)} is left after {state.Refunds.Length} refunds.")
                    : new PaymentEvent.RefundAsked(asked.Refund.Value, asked.Amount);
    }

    private static Decision<PaymentEvent> Close(PaymentState state, PaymentCommand.Close command)
    {
        var asked = command.Asked;
        if (state.State is null)
        {
            return new Rejection(RejectionCode.UnknownPayment, "There is no such payment.");
        }

        if (state.Refunds.FirstOrDefault(refund => refund.Closed?.Operation.Id == asked.Operation.Id)?.Closed is { } known)
        {
            return known.Operation.Fingerprint == asked.Operation.Fingerprint ? Nothing : OperationMemory.Reused(asked.Operation.Id);
        }

        if (Texts.Required(asked.Reason, Limits.TextLengthMax, "reason") is { } refused)
        {
            return refused;
        }

        return PaymentSaga.ToClose(state, asked.Refund) is not { } owed
                ? new Rejection(RejectionCode.IllegalTransition, asked.Refund is { } named ? $"The refund '{named}' is not owed." : "Nothing is owed back.")
            : command.Provider is not { } said
                ? new Rejection(
                    RejectionCode.IllegalTransition,
                    "The refund can still succeed: the payment provider has neither said that it does not know the charge, nor that it declines the refund.")
            : new PaymentEvent.RefundClosed(OperationKey.Of(asked.Operation), owed.Id, owed.Amount, said, asked.Reason, asked.Operation.Actor, command.Now);
    }
}
