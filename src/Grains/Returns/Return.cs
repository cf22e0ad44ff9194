using System.Collections.Immutable;
using System.Diagnostics;

namespace Pos.Grains.Returns;

/// <summary>How far a return has come.</summary>
/// <param name="Accepted">The accepted goods; null before.</param>
/// <param name="State">The state; null before the return was accepted.</param>
/// <param name="IsRestocked">Whether the goods of an exchange are back on the shelf.</param>
/// <param name="Credit">The order that has credit, and how much; null when none has.</param>
/// <param name="IsSpent">Whether that order keeps it.</param>
/// <param name="IsPaidOut">Whether everything is to be refunded after all.</param>
/// <param name="GaveBack">Orders that get no credit any more; null for none.</param>
/// <param name="Completed">How it ended; null before.</param>
/// <param name="Retried">The last operation that asked for a retry, or null.</param>
/// <param name="PaidOutBy">The operation that asked for everything to be refunded after all, or null.</param>
public sealed record ReturnState(
    ReturnEvent.Accepted? Accepted,
    ReturnStatus? State,
    bool IsRestocked = false,
    ReturnEvent.CreditTaken? Credit = null,
    bool IsSpent = false,
    bool IsPaidOut = false,
    ImmutableHashSet<OrderId>? GaveBack = null,
    ReturnEvent.Completed? Completed = null,
    string? Retried = null,
    OperationKey? PaidOutBy = null)
{
    /// <summary>Whether the till can be told that it is done.</summary>
    public bool HasEnded => State == ReturnStatus.Completed;

    /// <summary>Whether its money is kept for a new order: there has to be some.</summary>
    public bool IsExchange => Accepted is { Exchange: true } accepted && Refunding.Credit(Refunding.Of(accepted)) > 0;

    /// <summary>Whether a new order may have credit of it now.</summary>
    public bool IsFree => IsExchange && !HasEnded && !IsPaidOut && Credit is null;
}

/// <summary>A command to a return, with everything that the decision needs.</summary>
public abstract record ReturnCommand
{
    private ReturnCommand()
    {
    }

    /// <summary>Asks for the return.</summary>
    /// <param name="Asked">The request.</param>
    /// <param name="Store">The store; null when there is none.</param>
    /// <param name="Products">The products that exist, of those the lines name.</param>
    /// <param name="Now">The time of the decision, UTC.</param>
    public sealed record Place(
        PlaceReturn Asked, StoreView? Store, IReadOnlyDictionary<Sku, ProductView> Products, DateTimeOffset Now) : ReturnCommand;

    /// <summary>Tells of what an order has accepted back.</summary>
    public sealed record Take(TakeReturn Asked, DateTimeOffset Now) : ReturnCommand;

    /// <inheritdoc cref="IReturnGrain.PayOut"/>
    public sealed record PayOut(PayOutReturn Asked) : ReturnCommand;

    /// <inheritdoc cref="ICreditGrain.TakeCredit"/>
    public sealed record TakeCredit(Pos.Returns.TakeCredit Asked) : ReturnCommand;

    /// <inheritdoc cref="ICreditGrain.GiveBackCredit"/>
    public sealed record GiveBackCredit(EndCredit Asked) : ReturnCommand;

    /// <inheritdoc cref="ICreditGrain.KeepCredit"/>
    public sealed record KeepCredit(EndCredit Asked) : ReturnCommand;
}

/// <summary>The rules of a return.</summary>
public static class Return
{
    private static readonly Decision<ReturnEvent> Nothing = new([], null);

    /// <summary>The return before it is accepted.</summary>
    public static ReturnState Initial { get; } = new(null, null);

    /// <summary>The return after an event.</summary>
    public static ReturnState Evolve(ReturnState state, ReturnEvent happened) => happened switch
    {
        ReturnEvent.Accepted e => state with { Accepted = e, State = ReturnStatus.Accepted },
        ReturnEvent.Restocked => state with { IsRestocked = true },
        ReturnEvent.CreditTaken e => state with { Credit = e },
        ReturnEvent.CreditGivenBack e => state with
        {
            Credit = state.Credit?.Order == e.Order ? null : state.Credit,
            GaveBack = (state.GaveBack ?? []).Add(e.Order),
        },
        ReturnEvent.CreditKept => state with { IsSpent = true },
        ReturnEvent.PayOutAsked e => state with { IsPaidOut = true, PaidOutBy = e.Operation },
        ReturnEvent.RetryAsked e => state with { Retried = e.Operation },
        ReturnEvent.Completed e => state with { State = ReturnStatus.Completed, Completed = e },
        _ => throw new UnreachableException($"No rule for {happened.GetType().Name}."),
    };

    /// <summary>The decision on a command.</summary>
    public static Decision<ReturnEvent> Decide(ReturnState state, ReturnCommand command) => command switch
    {
        ReturnCommand.Place c => Place(state, c),
        ReturnCommand.Take c => IsKnown(state, c.Asked.Operation, out var known) ? known : Accepted(c.Asked.Operation, c.Asked.Return, c.Now),
        ReturnCommand.PayOut c => PayOut(state, c.Asked),
        ReturnCommand.TakeCredit c => TakeCredit(state, c.Asked),
        ReturnCommand.GiveBackCredit c => GiveBackCredit(state, c.Asked),
        ReturnCommand.KeepCredit c => KeepCredit(state, c.Asked),
        _ => throw new UnreachableException($"No rule for {command.GetType().Name}."),
    };

    /// <summary>Why a request is refused for any store and products, or null. Checked before anything is looked up.</summary>
    public static Rejection? Refuse(PlaceReturn asked, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var count = asked.Lines.IsDefault ? 0 : asked.Lines.Length;
        var refused = Checkout.RefuseOperation(asked.Operation)
            ?? Checkout.RefuseCount(count)
            ?? Checkout.RefuseTime(asked.OccurredAt, now)
            ?? Texts.Required(asked.Reason, Limits.TextLengthMax, "reason")
            ?? AnnotationRules.Refuse(asked.Annotations)
            ?? Approval.RefuseWithout(asked.Operation, "a return without receipt");
        for (var i = 0; i < count && refused is null; i++)
        {
            var line = asked.Lines[i];
            refused = Checkout.RefuseLine(i + 1, line.Sku, line.Quantity)
                ?? (line.Disposition is Disposition.Restock or Disposition.WriteOff
                    ? null
                    : new(RejectionCode.InvalidValue, $"Line {i + 1}: goods are restocked or written off."));
        }

        return refused;
    }

    private static Decision<ReturnEvent> Place(ReturnState state, ReturnCommand.Place command)
    {
        var asked = command.Asked;
        if (IsKnown(state, asked.Operation, out var known))
        {
            return known;
        }

        if ((Refuse(asked, command.Now) ?? Checkout.RefusePlace(command.Store, asked.Store, asked.Till)) is { } refused)
        {
            return refused;
        }

        var store = command.Store!;
        var lines = ImmutableArray.CreateBuilder<ReturnLine>(asked.Lines.Length);
        var sum = default(LineTotal);
        foreach (var line in asked.Lines)
        {
            var number = lines.Count + 1;
            if (Checkout.Price(number, line.Sku, line.Quantity, line.UnitPrice, new(store, command.Products), out var priced) is { } unpriced)
            {
                return unpriced;
            }

            var total = priced.Total;
            lines.Add(new(
                number,
                line.Sku,
                priced.Product.Name,
                priced.Product.Kind,
                line.Quantity,
                priced.UnitPrice,
                priced.TaxRate,
                line.Disposition,
                total.Net,
                total.Tax,
                total.Gross));
            sum = new(sum.Net + total.Net, sum.Tax + total.Tax, sum.Gross + total.Gross);
        }

        return Checkout.RefuseTotal(sum) is { } tooLarge
            ? tooLarge
            : new ReturnEvent.Accepted(
                asked.Store,
                asked.Till,
                OperationKey.Of(asked.Operation),
                lines.MoveToImmutable(),
                store.TaxInclusive,
                new Money(sum.Net, store.Currency),
                new Money(sum.Tax, store.Currency),
                new Money(sum.Gross, store.Currency),
                asked.Reason,
                (asked.OccurredAt ?? command.Now).ToUniversalTime(),
                command.Now,
                CashRounding: store.CashRounding,
                Exchange: asked.Exchange ? true : null,
                ApprovedBy: Approval.Of(asked.Operation),
                TakenBy: asked.Operation.Actor is { Length: > 0 } actor ? actor : null,
                Annotations: asked.Annotations);
    }

    private static bool IsKnown(ReturnState state, Operation asked, out Decision<ReturnEvent> decision)
    {
        decision = state.Accepted is not { } known || (known.Operation.Fingerprint == asked.Fingerprint && known.Operation.Id == asked.Id)
            ? Nothing
            : OperationMemory.Reused(asked.Id);
        return state.Accepted is not null;
    }

    private static ReturnEvent.Accepted Accepted(Operation operation, PricedReturn back, DateTimeOffset now) => new(
        back.Store,
        back.Till,
        OperationKey.Of(operation),
        back.Lines,
        back.TaxInclusive,
        back.Net,
        back.Tax,
        back.Gross,
        back.Reason,
        back.OccurredAt,
        now,
        back.Order,
        back.Refunds,
        back.CashRounding,
        back.Exchange ? true : null,
        back.ApprovedBy,
        back.Coins,
        back.CashCredit,
        back.TakenBy,
        back.Annotations);

    private static Decision<ReturnEvent> TakeCredit(ReturnState state, TakeCredit asked)
    {
        if (state.Credit is { } taken && taken.Order == asked.Order)
        {
            return taken.Amount == asked.Amount ? Nothing : OperationMemory.Reused(asked.Operation.Id);
        }

        // The order has ended and given the credit back. A call of it that arrives later stays refused.
        return !state.IsFree || state.GaveBack?.Contains(asked.Order) == true
            ? new Rejection(RejectionCode.CreditNotAvailable, "The credit is spent, paid out or was given back.")
            : asked.Amount.Currency != state.Accepted!.Gross.Currency || asked.Amount.Amount <= 0 || asked.Amount.Amount > Refunding.Credit(Refunding.Of(state.Accepted))
                ? new Rejection(RejectionCode.CreditNotAvailable, $"{asked.Amount} of {state.Accepted.Gross} cannot be taken as credit.")
                : new ReturnEvent.CreditTaken(asked.Order, asked.Amount);
    }

    private static Decision<ReturnEvent> GiveBackCredit(ReturnState state, EndCredit asked) =>
        state.Accepted is null ? new Rejection(RejectionCode.UnknownReturn, "There is no such return.")
        : state.HasEnded || state.GaveBack?.Contains(asked.Order) == true || (state.IsSpent && state.Credit?.Order == asked.Order) ? Nothing
        : new ReturnEvent.CreditGivenBack(asked.Order);

    private static Decision<ReturnEvent> KeepCredit(ReturnState state, EndCredit asked) =>
        state.Credit?.Order != asked.Order ? new Rejection(RejectionCode.CreditNotAvailable, "The order has no credit of this return.")
        : state.IsSpent ? Nothing
        : new ReturnEvent.CreditKept(asked.Order);

    private static Decision<ReturnEvent> PayOut(ReturnState state, PayOutReturn asked) =>
        state.Accepted is null ? new Rejection(RejectionCode.UnknownReturn, "There is no such return.")
        : state.PaidOutBy is { } known && known.Id == asked.Operation.Id
            ? known.Fingerprint == asked.Operation.Fingerprint ? Nothing : OperationMemory.Reused(asked.Operation.Id)
        : Texts.Required(asked.Reason, Limits.NameLengthMax, "reason") is { } refused ? refused
        : state.HasEnded || state.IsPaidOut ? Nothing
        : !state.IsExchange ? new Rejection(RejectionCode.IllegalTransition, "The return is no exchange; its refund is under way.")
        : state.Credit is { } taken ? new Rejection(RejectionCode.IllegalTransition, $"The order {taken.Order} has the credit.")
        : new ReturnEvent.PayOutAsked(asked.Reason, OperationKey.Of(asked.Operation));
}
