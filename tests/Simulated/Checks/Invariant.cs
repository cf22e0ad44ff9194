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
}

/// <summary>One line about each.</summary>
internal static class Invariants
{
    public static string Meaning(Invariant invariant) => invariant switch
    {
        Invariant.StockIsConserved => "onHand = received + restocked + adjustments − committed, after every event and in every view",
        Invariant.NothingIsOversold => "no hold beyond what is available, unless the item allows backorder",
        Invariant.HoldsEndOnce => "a hold begins once and ends once: committed or released by its owner, or expired when unpinned and due",
        Invariant.TransitionsAreLegal => "carts, orders, payments and returns only take the steps they may take, in their order",
        Invariant.ConfirmedIsPaidAndCommitted => "cash is taken only with every line held for good; settled after it only with every line committed",
        Invariant.MoneyAddsUp => "lines, sums, change and refund agree to the minor unit; another price than the list's has a reason",
        Invariant.JournalIsWhole => "positions and versions without gap, chain hashes intact, head file never ahead",
        Invariant.AcknowledgedIsPresent => "what was accepted is on the disk when the reply comes, and after every recovery",
        Invariant.RefusedLeavesNothing => "a refusal journals nothing, then or later",
        Invariant.OneKeyOneVerdict => "one operation id has one effect and one verdict, however often it is sent",
        Invariant.StateIsTheFold => "what a grain shows is the fold of its journal: from snapshots, without them, after every restart",
        Invariant.NothingUndurableIsSaid => "no reply rests on a version that is not durable",
        Invariant.RepliesFollowTheJournal => "per stream, replies agree with the journal's order in real time",
        Invariant.WakeUpsAreArmed => "whoever owes something, or holds something that expires, has a wake-up in time",
        Invariant.EverySagaEnds => "after the faults stop, every order and return is settled and every hold ended within a bound",
        Invariant.RepliesAreOutcomes => "callers get an outcome or one of the named failures",
        Invariant.NothingEscapes => "nothing runs on another thread or another clock",
        Invariant.VerifierAgrees => "pos verify, which shares no code with the grains, finds nothing",
        Invariant.ProviderAgrees => "at rest the provider's own ledger keeps of every order what ours does",
        Invariant.NothingKeptOfCancelled => "a cancelled order, once settled, keeps no money of any card and no credit",
        Invariant.ReturnedAtMostSold => "of no line more comes back than was sold, once, at the price paid, and to the tenders it came from",
        Invariant.GivenBackAtMostPaid => "no more coins come back than were paid, over all returns and exchanges, and no card's money becomes coins without a manager; all pieces back are all that was paid",
        Invariant.OneCartOneOrder => "one cart gives at most one order, of what was in it, at the prices shown",
        Invariant.EffectsAreAuthorised => "every effect, and every answer, is covered by the authority of whoever asked, or by an approval for exactly that",
        Invariant.CostIsBounded => "a request costs at most so many events, bytes and activations, by its kind",
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

    public void Require(bool holds, Invariant invariant, string where, string what)
    {
        if (!holds)
        {
            Report(invariant, where, what);
        }
    }
}
