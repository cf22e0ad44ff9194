using System.Runtime.CompilerServices;

namespace Pos.Tests.Simulated;

/// <summary>What must hold whatever goes wrong.</summary>
internal enum Invariant
{
    StockIsConserved,
    NothingIsOversold,
    HoldsEndOnce,
    TransitionsAreLegal,
    ConfirmedIsPaidAndCommitted,
    MoneyAddsUp,
    JournalIsWhole,
    AcknowledgedIsPresent,
    RefusedLeavesNothing,
    OneKeyOneVerdict,
    StateIsTheFold,
    NothingUndurableIsSaid,
    RepliesFollowTheJournal,
    WakeUpsAreArmed,
    EverySagaEnds,
    RepliesAreOutcomes,
    NothingEscapes,
    VerifierAgrees,
    ProviderAgrees,
    NothingKeptOfCancelled,
    ReturnedAtMostSold,
    GivenBackAtMostPaid,
    OneCartOneOrder,
    EffectsAreAuthorised,
    CostIsBounded,
    ReportIsTheFold,
    ReportsCatchUp,
}

/// <summary>One line about each.</summary>
internal static class Invariants
{
    public static string Meaning(Invariant invariant) => invariant switch
    {
        Invariant.StockIsConserved => "onHand = received + restocked + adjustments − committed, after every event and in every view",
        Invariant.NothingIsOversold => "no hold exceeds the available stock, unless the item allows backorder",
        Invariant.HoldsEndOnce => "a hold begins once and ends once: committed or released by its owner, or expired when unpinned and due",
        Invariant.TransitionsAreLegal => "carts, orders, payments and returns take only legal steps, in their order",
        Invariant.ConfirmedIsPaidAndCommitted => "an order takes cash only when every line has a pinned hold, and is settled only when every line is committed",
        Invariant.MoneyAddsUp => "lines, sums, change and refunds agree to the minor unit; a price that differs from the list has a reason",
        Invariant.JournalIsWhole => "positions and versions have no gap, chain hashes are right, and the head file is never ahead",
        Invariant.AcknowledgedIsPresent => "an accepted request is on disk when its reply comes, and after every recovery",
        Invariant.RefusedLeavesNothing => "a refused request journals nothing, at that time or later",
        Invariant.OneKeyOneVerdict => "one operation id has one effect and one verdict, however often it is sent",
        Invariant.StateIsTheFold => "a grain shows the fold of its journal: with snapshots, without them, after every restart",
        Invariant.NothingUndurableIsSaid => "no reply rests on a version that is not durable",
        Invariant.RepliesFollowTheJournal => "for each stream, replies agree with the journal's order in real time",
        Invariant.WakeUpsAreArmed => "a grain with a debt or an expiring hold has a wake-up in time",
        Invariant.EverySagaEnds => "after the faults stop, every order and return settles and every hold ends within a bound",
        Invariant.RepliesAreOutcomes => "a caller gets an outcome or a named failure",
        Invariant.NothingEscapes => "nothing runs on another thread or by another clock",
        Invariant.VerifierAgrees => "pos verify, which shares no code with the grains, finds nothing",
        Invariant.ProviderAgrees => "at rest the provider's ledger and the journal agree about the money of every order",
        Invariant.NothingKeptOfCancelled => "a cancelled order, once settled, keeps no money of any card and no credit",
        Invariant.ReturnedAtMostSold => "a line's pieces come back at most once each, at the price paid, and their money goes to the tenders that paid",
        Invariant.GivenBackAtMostPaid => "over all returns and exchanges no more coins come back than were paid; a card's money becomes coins only with a manager; the return of all pieces is the whole payment",
        Invariant.OneCartOneOrder => "one cart makes at most one order, with the cart's lines, at the prices shown",
        Invariant.EffectsAreAuthorised => "the caller's authority, or an approval for exactly this operation, covers every effect and every answer",
        Invariant.CostIsBounded => "each kind of request has a limit on events, bytes and activations",
        Invariant.ReportIsTheFold => "a report is the fold of its store's events up to its position, in the storage and in each answer, whatever the feed delivers",
        Invariant.ReportsCatchUp => "after the faults stop, every report reaches the end of its store's stream; a parked report stops only itself",
        _ => throw new ArgumentOutOfRangeException(nameof(invariant)),
    };

    /// <summary>Which of ours an invariant of <c>pos verify</c> belongs to, and for which type of event.</summary>
    public static Invariant Of(string verified, string type) => verified switch
    {
        "order-tenders" when type == "order.settled" => Invariant.NothingKeptOfCancelled,
        "positions-ascending" or "versions-contiguous" or "chain-hash" or "head" => Invariant.JournalIsWhole,
        "operation-once" => Invariant.OneKeyOneVerdict,
        "stock-balance" => Invariant.StockIsConserved,
        "stock-not-oversold" => Invariant.NothingIsOversold,
        "hold-ends-once" or "hold-transitions" or "hold-owner" => Invariant.HoldsEndOnce,
        "order-transitions" or "payment-transitions" or "cart-transitions" or "return-transitions" => Invariant.TransitionsAreLegal,
        "order-money" or "payment-money" or "return-money" => Invariant.MoneyAddsUp,
        "order-stock" or "order-tenders" => Invariant.ConfirmedIsPaidAndCommitted,
        "order-returned" or "return-stock" => Invariant.ReturnedAtMostSold,
        "refunds-paid" => Invariant.GivenBackAtMostPaid,
        "cart-order" => Invariant.OneCartOneOrder,
        "provider-ledger" => Invariant.ProviderAgrees,
        _ => Invariant.VerifierAgrees,
    };
}

/// <summary>An invariant that did not hold.</summary>
internal sealed record Violation(Invariant Invariant, string Where, string What, long Step, TimeSpan At)
{
    public override string ToString() => $"{Invariant} at {Where} (step {Step}, {At}): {What}";
}

/// <summary>Keeps the first violation; a run ends with it.</summary>
internal sealed class Violations(Machine machine)
{
    public Violation? First { get; private set; }

    public void Report(Invariant invariant, string where, string what) =>
        First ??= new Violation(invariant, where, what, machine.Steps, machine.Elapsed);

    public void Require(bool holds, Invariant invariant, [InterpolatedStringHandlerArgument(nameof(holds))] Words where, [InterpolatedStringHandlerArgument(nameof(holds))] Words what)
    {
        if (!holds)
        {
            Report(invariant, where.ToString(), what.ToString());
        }
    }
}
