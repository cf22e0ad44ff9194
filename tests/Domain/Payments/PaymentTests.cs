using Pos.Grains;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>The rules of a payment and its saga, as events.</summary>
public sealed class PaymentTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly PaymentId Id = PaymentId.Of(OrderNumber(1), 2);
    private static readonly Operation Operation = new("o", "", Now.AddDays(1), "order:1", "till-1");

    private static readonly PaymentEvent Requested = new PaymentEvent.Requested(OrderNumber(1), London, Till, 2, Gbp(1_000), "tok_approve", Id.Value, Now);
    private static readonly PaymentEvent Captured = new PaymentEvent.Captured("c1", Now);
    private static readonly PaymentEvent Declined = new PaymentEvent.Declined("lost-card", Now);
    private static readonly PaymentEvent UndoAsked = new PaymentEvent.UndoAsked("why", Now);
    private static readonly PaymentEvent Abandoned = new PaymentEvent.Abandoned(Now);
    private static readonly PaymentEvent Voided = new PaymentEvent.Voided("v1", Now);
    private static readonly PaymentEvent UndoRefund = new PaymentEvent.RefundAsked("undo", Gbp(1_000));
    private static readonly PaymentEvent UndoRefunded = new PaymentEvent.Refunded("undo", Gbp(1_000), "r1", Now);
    private static readonly PaymentEvent Tombstone = new PaymentEvent.UndoAsked("why", Now, London);
    private static readonly PaymentEvent RefundAsked = new PaymentEvent.RefundAsked(ReturnNumber(7).Value, Gbp(300));
    private static readonly PaymentEvent Refunded = new PaymentEvent.Refunded(ReturnNumber(7).Value, Gbp(300), "r7", Now);

    private static readonly PaymentEvent.RefundClosed RefundClosed = new(
        new OperationKey("close", "f", Now.AddDays(1)), ReturnNumber(7).Value, Gbp(300), "not-found", "paid in cash", "olga", Now);

    [Fact]
    public void The_intent_is_recorded_before_the_provider_hears_of_it() =>
        Owes(PaymentDebt.Charge, Given().When(Charge()).Then(Requested));

    [Fact]
    public void Captured_it_owes_nothing() => Owes(PaymentDebt.Nothing, Given(Requested).When(Hear(new PaymentFact.Captured("c1", Now))).Then(Captured));

    [Fact]
    public void Declined_it_owes_nothing() => Owes(PaymentDebt.Nothing, Given(Requested).When(Hear(new PaymentFact.Declined("lost-card", Now))).Then(Declined));

    [Fact]
    public void Undone_before_it_was_charged_it_leaves_a_tombstone()
    {
        Owes(PaymentDebt.Nothing, Given().When(Undo()).Then(Tombstone, Abandoned));
        Given(Tombstone, Abandoned).When(Charge()).Refused(RejectionCode.PaymentUndone);
    }

    [Fact]
    public void An_undo_is_not_held_up_by_a_long_story() =>
        Given(Requested).When(state => Payment.Decide(state, new PaymentCommand.Undo(
            Id, new(Operation, OrderNumber(1), London, Till, new string('x', 5_000), TimeSpan.Zero), Now)))
            .Then(new PaymentEvent.UndoAsked(new string('x', Limits.TextLengthMax), Now));

    [Fact]
    public void Undone_in_flight_it_asks_before_it_gives_up()
    {
        Owes(PaymentDebt.Resolve, Given(Requested).When(Undo()).Then(UndoAsked));
        Owes(PaymentDebt.Nothing, Given(Requested, UndoAsked).When(Hear(new PaymentFact.NothingMoved(Now))).Then(Abandoned));
        Owes(PaymentDebt.Nothing, Given(Requested, UndoAsked).When(Hear(new PaymentFact.Declined("lost-card", Now))).Then(Declined));
        Given(Requested, UndoAsked).When(Charge()).Refused(RejectionCode.PaymentUndone);
    }

    [Fact]
    public void Money_that_comes_after_the_undo_is_voided()
    {
        Owes(PaymentDebt.Void, Given(Requested, UndoAsked).When(Hear(new PaymentFact.Captured("c1", Now))).Then(Captured));
        Owes(PaymentDebt.Void, Given(Requested, Captured).When(Undo()).Then(UndoAsked));
        Owes(PaymentDebt.Nothing, Given(Requested, Captured, UndoAsked).When(Hear(new PaymentFact.Voided("v1", Now))).Then(Voided));
    }

    [Fact]
    public void What_is_too_late_to_void_is_refunded_and_never_voided()
    {
        Owes(PaymentDebt.Refund, Given(Requested, Captured, UndoAsked).When(Hear(new PaymentFact.TooLateToVoid())).Then(UndoRefund));
        Given(Requested, Captured, UndoAsked, UndoRefund).When(Hear(new PaymentFact.Voided("v1", Now))).ThenNothing();
        var after = Given(Requested, Captured, UndoAsked, UndoRefund).When(Hear(new PaymentFact.Refunded("undo", "r1", Now))).Then(UndoRefunded);
        Owes(PaymentDebt.Nothing, after);
        Assert.Equal(PaymentStatus.Refunded, after.State.State);
    }

    [Fact]
    public void Money_that_comes_after_an_end_is_recorded_and_owed_back()
    {
        var late = Hear(new PaymentFact.Captured("c2", Now));
        var again = new PaymentEvent.Captured("c2", Now);
        Owes(PaymentDebt.Void, Given(Requested, Declined).When(late).Then(again));
        Owes(PaymentDebt.Void, Given(Requested, UndoAsked, Abandoned).When(late).Then(again));
        var voided = Given(Requested, Captured, UndoAsked, Voided).When(late).Then(again);
        Owes(PaymentDebt.Void, voided);
        Assert.Equal((1_000, $"{Id}.void-2"), (voided.State.Kept, PaymentSaga.VoidKey(voided.State)));
        var refunded = Given(Requested, Captured, UndoAsked, UndoRefund, UndoRefunded).When(late).Then(again);
        Owes(PaymentDebt.Void, refunded);
        Owes(PaymentDebt.Refund, refunded.When(Hear(new PaymentFact.TooLateToVoid())).Then(new PaymentEvent.RefundAsked("undo-2", Gbp(1_000))));
        Owes(PaymentDebt.Nothing, refunded.When(Hear(new PaymentFact.Voided("v2", Now))).Then(new PaymentEvent.Voided("v2", Now)));
        var back = Given(Requested, Declined, again).When(Hear(new PaymentFact.Voided("v1", Now))).Then(Voided);
        Owes(PaymentDebt.Nothing, back);
        back.When(Charge()).ThenNothing();
    }

    [Fact]
    public void The_same_money_told_again_is_no_money()
    {
        var told = Hear(new PaymentFact.Captured("c1", Now));
        Given().When(told).ThenNothing();
        Given(Tombstone, Abandoned).When(told).ThenNothing();
        Given(Requested, Captured).When(told).ThenNothing();
        Given(Requested, Captured, UndoAsked).When(told).ThenNothing();
        Given(Requested, Captured, UndoAsked, Voided).When(told).ThenNothing();
        Given(Requested, Captured, UndoAsked, UndoRefund).When(told).ThenNothing();
        Given(Requested, Captured, UndoAsked, UndoRefund, UndoRefunded).When(told).ThenNothing();
    }

    [Fact]
    public void A_charge_that_somebody_else_voided_was_money_that_came_and_went() =>
        Owes(
            PaymentDebt.Nothing,
            Given(Requested).When(Hear(new PaymentFact.Voided("v1", Now))).Then(new PaymentEvent.Captured("v1", Now), Voided));

    [Fact]
    public void A_refund_is_asked_for_once_and_never_beyond_what_is_left()
    {
        Owes(PaymentDebt.Refund, Given(Requested, Captured).When(Refund(7, 300)).Then(RefundAsked));
        Owes(PaymentDebt.Nothing, Given(Requested, Captured, RefundAsked).When(Hear(new PaymentFact.Refunded(ReturnNumber(7).Value, "r7", Now))).Then(Refunded));
        Given(Requested, Captured, RefundAsked).When(Refund(7, 301)).Refused(RejectionCode.OperationReused);
        Given(Requested, Captured, RefundAsked).When(Refund(8, 701)).Refused(RejectionCode.NotRefundable);
        Given(Requested, Captured, RefundAsked, Refunded).When(Refund(8, 701)).Refused(RejectionCode.NotRefundable);
        Given(Requested, Captured, RefundAsked, Refunded).When(Refund(7, 300)).ThenNothing();
        Given(Requested, Captured).When(state => Payment.Decide(state, new PaymentCommand.Refund(
            new(Operation, ReturnNumber(7), new Money(300, new Currency("EUR")), TimeSpan.Zero)))).Refused(RejectionCode.WrongCurrency);
        Given(Requested, Captured).When(Refund(7, 0)).Refused(RejectionCode.InvalidValue);
        Given(Requested, Captured).When(Refund(7, -300)).Refused(RejectionCode.InvalidValue);
    }

    [Fact]
    public void Undone_beside_a_refund_the_refund_ends_and_the_rest_follows()
    {
        var undone = Given(Requested, Captured, RefundAsked).When(Undo()).Then(UndoAsked);
        Owes(PaymentDebt.Refund, undone);
        var rest = undone.When(Hear(new PaymentFact.Refunded(ReturnNumber(7).Value, "r7", Now))).Then(Refunded);
        Owes(PaymentDebt.Void, rest);
        Owes(PaymentDebt.Refund, rest.When(Hear(new PaymentFact.TooLateToVoid())).Then(new PaymentEvent.RefundAsked("undo", Gbp(700))));
        var whole = new PaymentEvent.RefundAsked(ReturnNumber(7).Value, Gbp(1_000));
        var gone = new PaymentEvent.Refunded(ReturnNumber(7).Value, Gbp(1_000), "r7", Now);
        var kept = Given(Requested, Captured, whole, gone).When(Undo()).Then(UndoAsked);
        Assert.Equal((PaymentStatus.Refunded, PaymentDebt.Nothing), (kept.State.State!.Value, PaymentSaga.Owed(kept.State)));
    }

    [Fact]
    public void A_refund_that_the_provider_rules_out_is_closed_with_a_reason_and_its_money_stays_unpaid()
    {
        var closed = Given(Requested, Captured, RefundAsked).When(Close("not-found")).Then(RefundClosed);
        Owes(PaymentDebt.Nothing, closed);
        Assert.Equal((PaymentStatus.Captured, 1_000, 300, 700), (closed.State.State!.Value, closed.State.Kept, closed.State.Unpaid, closed.State.Left));
        closed.When(Close("not-found")).ThenNothing();
        closed.When(Close(null)).ThenNothing();
        closed.When(Close("not-found", fingerprint: "other")).Refused(RejectionCode.OperationReused);
        closed.When(Close("not-found", operation: "again")).Refused(RejectionCode.IllegalTransition);
        closed.When(Refund(7, 300)).ThenNothing();
        closed.When(Refund(8, 701)).Refused(RejectionCode.NotRefundable);
        // It has gone back after all: a fact is never refused.
        var after = closed.When(Hear(new PaymentFact.Refunded(ReturnNumber(7).Value, "r7", Now))).Then(Refunded);
        Assert.Equal((700, 0, 700), (after.State.Kept, after.State.Unpaid, after.State.Left));
    }

    [Fact]
    public void What_can_still_succeed_is_not_closed()
    {
        Given(Requested, Captured, RefundAsked).When(Close(null)).Refused(RejectionCode.IllegalTransition);
        Given(Requested, Captured, RefundAsked).When(Close("not-found", refund: ReturnNumber(8).Value)).Refused(RejectionCode.IllegalTransition);
        Given(Requested, Captured, RefundAsked).When(Close("not-found", refund: "undo")).Refused(RejectionCode.IllegalTransition);
        Given(Requested, Captured, RefundAsked).When(Close("not-found", reason: " ")).Refused(RejectionCode.InvalidValue);
        Given().When(Close("not-found")).Refused(RejectionCode.UnknownPayment);
        foreach (var story in (PaymentEvent[][])[
            [Requested], [Requested, UndoAsked], [Requested, Captured], [Requested, Declined], [Requested, Captured, UndoAsked, Voided],
            [Requested, Captured, RefundAsked, Refunded], [Tombstone, Abandoned]])
        {
            Given(story).When(Close("not-found")).Refused(RejectionCode.IllegalTransition);
        }
    }

    [Fact]
    public void An_undo_that_the_provider_rules_out_ends_the_payment_as_closed()
    {
        var all = RefundClosed with { Refund = "undo", Amount = Gbp(1_000) };
        var closed = Given(Requested, Captured, UndoAsked).When(Close("not-found")).Then(all);
        Owes(PaymentDebt.Nothing, closed);
        Assert.Equal((PaymentStatus.Closed, 1_000, 0), (closed.State.State!.Value, closed.State.Unpaid, closed.State.Left));
        closed.When(Undo()).ThenNothing();
        closed.When(Charge()).Refused(RejectionCode.PaymentUndone);
        closed.When(Hear(new PaymentFact.Captured("c1", Now))).ThenNothing();
        Owes(PaymentDebt.Void, closed.When(Hear(new PaymentFact.Captured("c2", Now))).Then(new PaymentEvent.Captured("c2", Now)));

        var asked = Given(Requested, Captured, UndoAsked, UndoRefund).When(Close("declined: closed-account")).Then(all with { Provider = "declined: closed-account" });
        Assert.Equal(PaymentStatus.Closed, asked.State.State);
        Assert.Equal(PaymentStatus.Refunded, asked.When(Hear(new PaymentFact.Refunded("undo", "r1", Now))).Then(UndoRefunded).State.State);

        // A part was closed before: the rest is still owed, and a void gives back the part as well.
        var part = Given(Requested, Captured, RefundAsked, RefundClosed).When(Undo()).Then(UndoAsked);
        Owes(PaymentDebt.Void, part);
        Assert.Equal(700, part.When(Close("not-found", operation: "rest")).Events.OfType<PaymentEvent.RefundClosed>().Single().Amount.Amount);
        var voided = part.When(Hear(new PaymentFact.Voided("v1", Now))).Then(Voided);
        Assert.Equal((PaymentStatus.Voided, 0, 0, 0), (voided.State.State!.Value, voided.State.Kept, voided.State.Unpaid, voided.State.Left));
    }

    [Fact]
    public void Another_charge_under_the_same_id_is_refused()
    {
        Given(Requested).When(Charge(amount: 1_001)).Refused(RejectionCode.OperationReused);
        Given(Requested).When(Charge(token: "tok_other")).Refused(RejectionCode.OperationReused);
        Given(Requested, Captured).When(Charge(amount: 1_001)).Refused(RejectionCode.OperationReused);
        Given().When(Charge(tender: 1)).Refused(RejectionCode.InvalidValue);
    }

    [Theory]
    [InlineData(0, "tok", RejectionCode.InvalidValue)]
    [InlineData(-1, "tok", RejectionCode.InvalidValue)]
    [InlineData(Limits.AmountMax + 1, "tok", RejectionCode.AmountTooLarge)]
    [InlineData(1, "", RejectionCode.InvalidValue)]
    [InlineData(1, "a b", RejectionCode.InvalidValue)]
    [InlineData(1, "tok\n", RejectionCode.InvalidValue)]
    [InlineData(1, "tök", RejectionCode.InvalidValue)]
    public void What_no_card_can_be_charged_with_is_refused(long amount, string token, RejectionCode code) =>
        Given().When(Charge(amount, token)).Refused(code);

    [Fact]
    public void In_every_state_every_command_and_every_fact_has_an_answer_that_repeats()
    {
        PaymentEvent[][] stories =
        [
            [], [Requested], [Requested, UndoAsked], [Requested, Captured], [Requested, Declined], [Requested, UndoAsked, Abandoned], [Tombstone, Abandoned],
            [Requested, Captured, UndoAsked], [Requested, Captured, UndoAsked, Voided], [Requested, Captured, UndoAsked, UndoRefund],
            [Requested, Captured, UndoAsked, UndoRefund, UndoRefunded], [Requested, Captured, RefundAsked], [Requested, Captured, RefundAsked, Refunded],
            [Requested, Declined, Captured], [Requested, Captured, RefundAsked, RefundClosed], [Requested, Captured, RefundAsked, RefundClosed, UndoAsked],
            [Requested, Captured, UndoAsked, RefundClosed with { Refund = "undo", Amount = Gbp(1_000) }],
        ];
        Func<PaymentState, Decision<PaymentEvent>>[] asked =
        [
            Charge(), Undo(), Refund(8, 100), Hear(new PaymentFact.Captured("c9", Now)), Hear(new PaymentFact.Declined("lost-card", Now)),
            Hear(new PaymentFact.NothingMoved(Now)), Hear(new PaymentFact.Voided("v1", Now)), Hear(new PaymentFact.TooLateToVoid()),
            Close("not-found"), Close("declined: x", operation: "other"), Close(null), Hear(new PaymentFact.Refunded("undo", "r1", Now)), Hear(new PaymentFact.Refunded(ReturnNumber(7).Value, "r7", Now)),
        ];
        foreach (var story in stories)
        {
            foreach (var ask in asked)
            {
                var verdict = Given(story).When(ask);
                if (verdict.Rejection is null)
                {
                    var after = verdict.Then(verdict.Events.AsSpan()).State;
                    Assert.InRange(after.Kept - after.Unpaid, 0, 1_000);
                    Assert.True(after.Left >= 0);
                    _ = PaymentSaga.Owed(after);
                }
            }
        }
    }

    private static Scenario<PaymentState, PaymentEvent> Given(params PaymentEvent[] events) => new(PaymentJournal.Aggregate, events);

    private static Func<PaymentState, Decision<PaymentEvent>> Charge(long amount = 1_000, string token = "tok_approve", int tender = 2) => state => Payment.Decide(
        state, new PaymentCommand.Charge(Id, new(Operation, OrderNumber(1), London, Till, tender, Gbp(amount), token, TimeSpan.Zero), Now));

    private static Func<PaymentState, Decision<PaymentEvent>> Undo() => state => Payment.Decide(
        state, new PaymentCommand.Undo(Id, new(Operation, OrderNumber(1), London, Till, "why", TimeSpan.Zero), Now));

    private static Func<PaymentState, Decision<PaymentEvent>> Refund(int refund, long amount) => state => Payment.Decide(
        state, new PaymentCommand.Refund(new(Operation, ReturnNumber(refund), Gbp(amount), TimeSpan.Zero)));

    private static Func<PaymentState, Decision<PaymentEvent>> Close(
        string? provider, string operation = "close", string fingerprint = "f", string reason = "paid in cash", string? refund = null) => state => Payment.Decide(
        state, new PaymentCommand.Close(new(new(operation, fingerprint, Now.AddDays(1), "olga"), reason, refund), provider, Now));

    private static Func<PaymentState, Decision<PaymentEvent>> Hear(PaymentFact fact) => state => PaymentSaga.Decide(state, fact);

    private static void Owes(PaymentDebt debt, Scenario<PaymentState, PaymentEvent> after) => Assert.Equal(debt, PaymentSaga.Owed(after.State));
}
