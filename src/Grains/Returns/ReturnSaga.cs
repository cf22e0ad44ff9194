using System.Collections.Immutable;
using System.Diagnostics;

namespace Pos.Grains.Returns;

/// <summary>The debts of a return, by its durable state.</summary>
public enum ReturnDebt
{
    /// <summary>Nothing, or nothing until a new order or a pay-out.</summary>
    Nothing,

    /// <summary>Every line that can be sold again goes back on the shelf; without exchange the money goes back as well.</summary>
    Restock,

    /// <summary>The rest of an exchange goes back.</summary>
    Refund,
}

/// <summary>The result of a step. A fact has happened, so it is never refused.</summary>
public abstract record ReturnFact
{
    private ReturnFact()
    {
    }

    /// <summary>The refunds that did not go back, because an operator closed them at the payments.</summary>
    public ImmutableArray<TenderRefund> Unpaid { get; init; } = [];

    /// <summary>Everything that can be sold again is on the shelf, and without exchange every card has its money back.</summary>
    public sealed record StockRestocked : ReturnFact;

    /// <summary>Every card has its money back.</summary>
    public sealed record MoneyRefunded : ReturnFact;

    /// <summary>Time has passed.</summary>
    /// <param name="Now">The time of the decision, UTC.</param>
    public sealed record TimePassed(DateTimeOffset Now) : ReturnFact;
}

/// <summary>The saga of a return: pure functions.</summary>
public static class ReturnSaga
{
    /// <summary>How long stock remembers that a line was put back. No return stays open so long.</summary>
    public static readonly TimeSpan RestockRemembered = TimeSpan.FromDays(30);

    /// <summary>How long the money waits for a new order.</summary>
    public static readonly TimeSpan ExchangeWithin = TimeSpan.FromHours(24);

    private static readonly Decision<ReturnEvent> Nothing = new([], null);

    /// <summary>The rules, as the shell runs them.</summary>
    public static SagaRules<ReturnState, ReturnEvent, ReturnDebt, ReturnFact> Rules { get; } = new(
        ReturnJournal.Aggregate,
        Owed,
        Decide,
        IsOver: static state => state.HasEnded,
        NameOf: static state => state.State!.Value.ToString(),
        OriginOf: static state => state.Accepted is { } accepted ? new(accepted.Store, accepted.Till, accepted.OccurredAt) : null,
        LastRetry: static state => state.Retried,
        RetryAsked: static operation => new ReturnEvent.RetryAsked(operation))
    {
        OwedSince = static state => state.Accepted!.PlacedAt,
        Deadline = new(
            static (state, _) => IsWaiting(state) ? ExchangeEnds(state) : null,
            static (_, now) => new ReturnFact.TimePassed(now),
            nameof(ReturnEvent.PayOutAsked)),
    };

    /// <summary>The debt of a state. Computed from durable state only.</summary>
    public static ReturnDebt Owed(ReturnState state) => state switch
    {
        { State: null or ReturnStatus.Completed } => ReturnDebt.Nothing,
        { State: not ReturnStatus.Accepted } => throw new UnreachableException($"No rule for {state.State}."),
        { IsRestocked: false } => ReturnDebt.Restock,
        { IsSpent: true } or { IsPaidOut: true } or { IsExchange: false } => ReturnDebt.Refund,
        _ => ReturnDebt.Nothing,
    };

    /// <summary>Whether the money waits for a new order. When none comes, the money is paid out.</summary>
    public static bool IsWaiting(ReturnState state) => state is { HasEnded: false, IsExchange: true, IsSpent: false, IsPaidOut: false };

    /// <summary>The decision on a fact.</summary>
    public static Decision<ReturnEvent> Decide(ReturnState state, ReturnFact fact) => fact switch
    {
        ReturnFact.StockRestocked when state is { State: ReturnStatus.Accepted, IsRestocked: false } =>
            state.IsExchange ? new ReturnEvent.Restocked() : Complete(state, fact.Unpaid),
        ReturnFact.MoneyRefunded when Owed(state) == ReturnDebt.Refund => Complete(state, fact.Unpaid),
        // While an order has the credit, the end of that order decides.
        ReturnFact.TimePassed f when IsWaiting(state) && state.IsFree && f.Now >= ExchangeEnds(state) => new ReturnEvent.PayOutAsked("No new order came."),
        ReturnFact.StockRestocked or ReturnFact.MoneyRefunded or ReturnFact.TimePassed => Nothing,
        _ => throw new UnreachableException($"No rule for {fact.GetType().Name}."),
    };

    /// <summary>Line numbers of what goes back on the shelf at a step.</summary>
    public static ImmutableArray<int> ListRestocked(ReturnEvent.Accepted accepted, ReturnDebt debt = ReturnDebt.Restock)
    {
        ArgumentNullException.ThrowIfNull(accepted);
        if (debt != ReturnDebt.Restock)
        {
            return [];
        }

        var lines = ImmutableArray.CreateBuilder<int>(accepted.Lines.Length);
        foreach (var line in accepted.Lines)
        {
            if (line is { Kind: ProductKind.Goods, Disposition: Disposition.Restock })
            {
                lines.Add(line.Line);
            }
        }

        return lines.ToImmutable();
    }

    /// <summary>The amounts that go back to each tender: the planned ones without the part that a new order has taken.</summary>
    public static ImmutableArray<TenderRefund> ListRefunds(ReturnState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var (cards, coins) = Refunding.Left(Refunding.Of(state.Accepted!), state.IsSpent ? state.Credit!.Amount.Amount : 0);
        return coins > 0 ? [.. cards, new(0, coins)] : cards;
    }

    private static DateTimeOffset ExchangeEnds(ReturnState state) => state.Accepted!.PlacedAt + ExchangeWithin;

    private static ReturnEvent.Completed Complete(ReturnState state, ImmutableArray<TenderRefund> unpaid)
    {
        var accepted = state.Accepted!;
        var refunds = ListRefunds(state);
        var refund = 0L;
        foreach (var part in refunds)
        {
            refund += part.Amount;
        }

        var credit = state.IsSpent ? state.Credit!.Amount : (Money?)null;
        var rounding = refund + (credit?.Amount ?? 0) - accepted.Gross.Amount;
        return new(
            new Money(refund, accepted.Gross.Currency), accepted.Refunds is null ? null : refunds, credit, rounding == 0 ? null : rounding,
            unpaid.IsEmpty ? null : unpaid);
    }
}
