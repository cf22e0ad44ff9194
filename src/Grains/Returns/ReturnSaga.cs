using System.Collections.Immutable;
using System.Diagnostics;

namespace Pos.Grains;

/// <summary>What a return still owes to the world, by its durable state.</summary>
public enum ReturnDebt
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>Every line that can be sold again goes back on the shelf.</summary>
    Restock,
}

/// <summary>What has happened to a return outside of it. Never refused.</summary>
public abstract record ReturnFact
{
    private ReturnFact()
    {
    }

    /// <summary>Everything that can be sold again is on the shelf.</summary>
    public sealed record StockRestocked : ReturnFact;
}

/// <summary>What a return does by itself: two pure functions.</summary>
public static class ReturnSaga
{
    /// <summary>How long stock remembers that a line was put back: no return stays open for so long.</summary>
    public static readonly TimeSpan RestockRemembered = TimeSpan.FromDays(30);

    private static readonly Decision<ReturnEvent> Nothing = new([], null);

    /// <summary>What is owed. Computed from durable state only.</summary>
    public static ReturnDebt Owed(ReturnProgress state) => state.State switch
    {
        null or ReturnState.Completed => ReturnDebt.Nothing,
        ReturnState.Accepted => ReturnDebt.Restock,
        _ => throw new UnreachableException($"No rule for {state.State}."),
    };

    /// <summary>What a fact comes to.</summary>
    public static Decision<ReturnEvent> Decide(ReturnProgress state, ReturnFact fact) => fact switch
    {
        ReturnFact.StockRestocked when state is { State: ReturnState.Accepted, Accepted: { } accepted } => new ReturnEvent.Completed(accepted.Gross),
        ReturnFact.StockRestocked => Nothing,
        _ => throw new UnreachableException($"No rule for {fact.GetType().Name}."),
    };

    /// <summary>Line numbers of what goes back on the shelf.</summary>
    public static ImmutableArray<int> Restocked(ReturnEvent.Accepted accepted)
    {
        ArgumentNullException.ThrowIfNull(accepted);
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
}
