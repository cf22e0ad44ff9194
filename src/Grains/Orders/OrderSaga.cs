using System.Collections.Immutable;
using System.Diagnostics;

namespace Pos.Grains;

/// <summary>What an order still owes to the world, by its durable state.</summary>
public enum OrderDebt
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>A pinned hold for every line of goods.</summary>
    Reserve,

    /// <summary>The goods leave the store.</summary>
    Commit,

    /// <summary>Whatever was held, or may yet come to be, is given back.</summary>
    Release,
}

/// <summary>What has happened to an order outside of it. A fact is never refused; one that came too late changes nothing.</summary>
public abstract record OrderFact
{
    private OrderFact()
    {
    }

    /// <summary>The stock items have answered for the lines of goods: all of them, or enough to know that it cannot be.</summary>
    /// <param name="Refusals">The lines that could not be had, with the reason; empty when all are held.</param>
    /// <param name="Now">The moment of the decision, UTC.</param>
    public sealed record StockAnswered(ImmutableArray<LineRefusal> Refusals, DateTimeOffset Now) : OrderFact;

    /// <summary>Every line of goods has left the store.</summary>
    public sealed record StockCommitted : OrderFact;

    /// <summary>Every line of goods is given back.</summary>
    public sealed record StockReleased : OrderFact;
}

/// <summary>A line that could not be had.</summary>
public sealed record LineRefusal(int Line, Rejection Rejection);

/// <summary>What an order does by itself: two pure functions. Nothing in flight is remembered anywhere but in the journal.</summary>
public static class OrderSaga
{
    /// <summary>How long stock remembers an ended hold: longer than any call of the saga may be on its way.</summary>
    public static readonly TimeSpan HoldsRemembered = TimeSpan.FromMinutes(10);

    private static readonly Decision<OrderEvent> Nothing = new([], null);

    /// <summary>What is owed. Computed from durable state only.</summary>
    public static OrderDebt Owed(OrderProgress state) => state switch
    {
        { State: null } or { Settled: true } => OrderDebt.Nothing,
        { State: OrderState.Created } => OrderDebt.Reserve,
        { State: OrderState.Confirmed } => OrderDebt.Commit,
        { State: OrderState.Cancelled } => OrderDebt.Release,
        _ => throw new UnreachableException($"No rule for {state.State}."),
    };

    /// <summary>Line numbers of the goods, which are what stock has to answer for.</summary>
    public static ImmutableArray<int> Goods(OrderEvent.Placed placed)
    {
        ArgumentNullException.ThrowIfNull(placed);
        var lines = ImmutableArray.CreateBuilder<int>(placed.Lines.Length);
        foreach (var line in placed.Lines)
        {
            if (line.Kind == ProductKind.Goods)
            {
                lines.Add(line.Line);
            }
        }

        return lines.ToImmutable();
    }

    /// <summary>Why a line is not held, or null. A repeated reserve is answered with the hold as it now is.</summary>
    internal static Rejection? Reserved(Outcome<HoldView> answer) => answer switch
    {
        { Rejection: { } refused } => refused,
        { Value.State: HoldState.Held or HoldState.Pinned or HoldState.Committed } => null,
        _ => new(RejectionCode.HoldEnded, "The hold has ended."),
    };

    /// <summary>
    /// Whether a refused commit or release means that the hold has ended before: a stock item forgets an ended hold in time, and a pinned
    /// one is ended by its order alone.
    /// </summary>
    internal static bool IsEnd(RejectionCode code) => code is RejectionCode.UnknownHold or RejectionCode.OperationTooLate;

    /// <summary>The fact that a step's answers amount to; null while too little is known.</summary>
    internal static OrderFact? Fact(OrderDebt debt, LineAnswers answers, DateTimeOffset now) => debt switch
    {
        OrderDebt.Reserve => answers.All || !answers.Refusals.IsEmpty ? new OrderFact.StockAnswered(answers.Refusals, now) : null,
        OrderDebt.Commit => answers.All ? new OrderFact.StockCommitted() : null,
        OrderDebt.Release => answers.All ? new OrderFact.StockReleased() : null,
        _ => throw new UnreachableException($"Nothing is owed for {debt}."),
    };

    /// <summary>What a fact comes to.</summary>
    public static Decision<OrderEvent> Decide(OrderProgress state, OrderFact fact) => fact switch
    {
        OrderFact.StockAnswered f when state.State == OrderState.Created => f.Refusals.IsEmpty ? Confirm(state.Placed!) : GiveUp(f),
        OrderFact.StockCommitted when state is { State: OrderState.Confirmed, Settled: false } => new OrderEvent.Settled(),
        OrderFact.StockReleased when state is { State: OrderState.Cancelled, Settled: false } => new OrderEvent.Settled(),
        OrderFact.StockAnswered or OrderFact.StockCommitted or OrderFact.StockReleased => Nothing,
        _ => throw new UnreachableException($"No rule for {fact.GetType().Name}."),
    };

    // The cash is in the drawer and every hold is pinned to this order: nothing can take the sale back.
    private static ImmutableArray<OrderEvent> Confirm(OrderEvent.Placed placed)
    {
        var holds = Goods(placed).Length;
        var reserved = new OrderEvent.StockReserved(holds);
        var taken = new OrderEvent.CashTaken(placed.Tendered, placed.Tendered - placed.Gross);
        return holds > 0 ? [reserved, taken] : [reserved, taken, new OrderEvent.Settled()];
    }

    private static OrderEvent.Cancelled GiveUp(OrderFact.StockAnswered fact)
    {
        var shortages = ImmutableArray.CreateBuilder<Shortage>();
        foreach (var (line, refused) in fact.Refusals)
        {
            if (!refused.Shortages.IsDefaultOrEmpty)
            {
                shortages.Add(refused.Shortages[0] with { Line = line });
            }
        }

        var (first, because) = fact.Refusals[0];
        var others = fact.Refusals.Length == 1 ? "" : $" ({fact.Refusals.Length - 1} more lines were refused.)";
        return new($"Line {first}: {because.Detail}{others}", shortages.ToImmutable(), fact.Now, because.Code);
    }
}
