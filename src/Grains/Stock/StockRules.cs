using System.Collections.Immutable;
using System.Diagnostics;

namespace Pos.Grains.Stock;

/// <summary>
/// The arithmetic of one product in one store: <c>onHand = received + restocked + adjustments − committed</c>,
/// <c>available = onHand − held</c>, and a hold has exactly one end.
/// </summary>
public static partial class StockRules
{
    private static readonly Decision<StockEvent> Nothing = new([], null);

    /// <summary>Holds ended by one decision, so that one append stays small.</summary>
    public const int ExpiriesPerDecisionMax = 256;

    /// <summary>Nothing there, nothing held, nothing allowed beyond.</summary>
    public static StockState Initial { get; } = new(
        0, 0, StockPolicy.Deny, 0, ImmutableDictionary<HoldId, Hold>.Empty, [], Forgetting.Nothing<HoldId>(), OperationMemory.Empty);

    /// <summary>The item after an event.</summary>
    public static StockState Evolve(StockState state, StockEvent happened)
    {
        var next = Apply(state, happened);
        Debug.Assert(next.OnHand - state.OnHand == Delta(happened), "An event's balance is the one before it and its delta.");
        Debug.Assert(next.LiveHolds == next.Live.Count && next.Held >= 0, "The live holds are counted as they are listed.");
        return next;
    }

    private static StockState Apply(StockState state, StockEvent happened) => happened switch
    {
        StockEvent.Received e => state with { OnHand = e.Balance, Operations = state.Operations.Remember(e.Operation) },
        StockEvent.Restocked e => state with { OnHand = e.Balance, Operations = state.Operations.Remember(e.Operation) },
        StockEvent.Adjusted e => state with { OnHand = e.Balance, Operations = state.Operations.Remember(e.Operation) },
        StockEvent.Counted e => state with { OnHand = e.Balance, Operations = state.Operations.Remember(e.Operation) },
        StockEvent.PolicySet e => state with { Policy = e.Policy, Operations = state.Operations.Remember(e.Operation) },
        StockEvent.Reserved e => Begin(state, e),
        StockEvent.HoldPinned e => Pin(state, e.Hold),
        StockEvent.Committed e => End(state, e.Hold, HoldStatus.Committed, e.NotAfter) with { OnHand = e.Balance },
        StockEvent.Released { Quantity: 0 } e => Bury(state, e),
        StockEvent.Released e => End(state, e.Hold, HoldStatus.Released, e.NotAfter),
        StockEvent.Expired e => End(state, e.Hold, HoldStatus.Expired),
        _ => throw new UnreachableException($"No rule for {happened.GetType().Name}."),
    };

    /// <summary>The decision on a command. What has expired is expected to have been ended by <see cref="StockCommand.Expire"/> before.</summary>
    public static Decision<StockEvent> Decide(StockState state, StockCommand command) => command switch
    {
        StockCommand.Receive c => Receive(state, c.Asked, c.Now),
        StockCommand.Restock c => Restock(state, c.Asked, c.Now),
        StockCommand.Adjust c => Adjust(state, c.Asked, c.Now),
        StockCommand.Count c => Count(state, c.Asked, c.Now),
        StockCommand.SetPolicy c => SetPolicy(state, c.Asked, c.Now),
        StockCommand.Reserve c => Reserve(state, c.Asked, c.Sku, c.Now),
        StockCommand.Pin c => Pin(state, c.Asked, c.Now),
        StockCommand.Commit c => Commit(state, c.Asked, c.Now),
        StockCommand.Release c => Release(state, c.Asked, c.Now),
        StockCommand.Expire c => Expire(state, c.Now),
        _ => throw new UnreachableException($"No rule for {command.GetType().Name}."),
    };

    /// <summary>Whether a hold is overdue, so that <see cref="StockCommand.Expire"/> has something to do.</summary>
    public static bool HasExpired(StockState state, DateTimeOffset now) => state.NextExpiry is { } next && next <= now;

    /// <summary>Forgets up to <paramref name="max"/> ended holds and operations whose time has passed. Changes no answer.</summary>
    public static StockState Tidy(StockState state, DateTimeOffset now, int max)
    {
        var (holds, ended, operations) = (state.Holds, state.EndedHolds, state.Operations);
        var forgotten = 0;
        while (forgotten < max && ended.TryTake(now, out var hold, out ended))
        {
            holds = holds.Remove(hold);
            forgotten++;
        }

        while (forgotten < max && operations.TryForget(now, out operations))
        {
            forgotten++;
        }

        return forgotten == 0 ? state : state with { Holds = holds, EndedHolds = ended, Operations = operations };
    }

    private static long Delta(StockEvent happened) => happened switch
    {
        StockEvent.Received e => e.Quantity,
        StockEvent.Restocked e => e.Quantity,
        StockEvent.Adjusted e => e.Delta,
        StockEvent.Counted e => e.Delta,
        StockEvent.Committed e => -e.Quantity,
        _ => 0,
    };

    private static StockState Begin(StockState state, StockEvent.Reserved e)
    {
        var number = state.Begun + 1;
        var hold = new Hold(e.Owner, e.Quantity, e.Pinned ? HoldStatus.Pinned : HoldStatus.Held, e.NotAfter, e.ExpiresAt, e.Fingerprint)
        {
            Number = number,
            MadeBy = e.MadeBy,
            MadeAt = e.MadeAt,
        };
        return state with
        {
            Begun = number,
            Live = state.Live.Add(new(number, e.Hold)),
            Callers = CountHold(state.Callers, hold, 1),
            Held = state.Held + e.Quantity,
            LiveHolds = state.LiveHolds + 1,
            Holds = state.Holds.SetItem(e.Hold, hold),
            Expiries = e.ExpiresAt is { } at ? state.Expiries.Add(new Expiry(at, e.Hold)) : state.Expiries,
        };
    }

    private static StockState Pin(StockState state, HoldId id)
    {
        var hold = state.Holds[id];
        return state with
        {
            Holds = state.Holds.SetItem(id, hold with { State = HoldStatus.Pinned, ExpiresAt = null }),
            Expiries = hold.ExpiresAt is { } at ? state.Expiries.Remove(new Expiry(at, id)) : state.Expiries,
        };
    }

    private static StockState End(StockState state, HoldId id, HoldStatus end, DateTimeOffset? notAfter = null)
    {
        var held = state.Holds[id];
        var hold = notAfter is { } later ? held with { NotAfter = later } : held;
        return state with
        {
            Live = state.Live.Remove(new(hold.Number, id)),
            Callers = CountHold(state.Callers, hold, -1),
            Held = state.Held - hold.Quantity,
            LiveHolds = state.LiveHolds - 1,
            Holds = state.Holds.SetItem(id, hold with { State = end, ExpiresAt = null, Number = 0 }),
            Expiries = hold.ExpiresAt is { } at ? state.Expiries.Remove(new Expiry(at, id)) : state.Expiries,
            EndedHolds = state.EndedHolds.Add(hold.NotAfter, id),
        };
    }

    internal static ImmutableDictionary<string, HeldByCaller> CountHold(ImmutableDictionary<string, HeldByCaller> callers, Hold hold, int one)
    {
        if (hold.MadeBy is not { } caller)
        {
            return callers;
        }

        var before = callers.GetValueOrDefault(caller);
        var after = new HeldByCaller(before.Holds + one, before.Pieces + (one * (long)hold.Quantity));
        return after.Holds == 0 ? callers.Remove(caller) : callers.SetItem(caller, after);
    }

    private static StockState Bury(StockState state, StockEvent.Released e) => state with
    {
        Holds = state.Holds.SetItem(e.Hold, new Hold(e.Owner, 0, HoldStatus.Released, e.NotAfter)),
        EndedHolds = state.EndedHolds.Add(e.NotAfter, e.Hold),
    };
}
