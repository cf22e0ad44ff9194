using Pos.Payments;
using Pos.Payments.Simulator;
using static Pos.Tests.CardDesk;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>Payments as orders see them, against the simulated provider.</summary>
public sealed class PaymentGrainTests
{
    private static readonly PaymentId One = Number(1);

    [Theory]
    [InlineData(TestTokens.Approve, PaymentStatus.Captured, null)]
    [InlineData(TestTokens.DeclineInsufficientFunds, PaymentStatus.Declined, "insufficient-funds")]
    [InlineData(TestTokens.DeclineLostCard, PaymentStatus.Declined, "lost-card")]
    [InlineData(TestTokens.DeclineDoNotHonour, PaymentStatus.Declined, "do-not-honour")]
    [InlineData(TestTokens.TimeoutBefore, PaymentStatus.Captured, null)]
    [InlineData(TestTokens.TimeoutAfter, PaymentStatus.Captured, null)]
    [InlineData(TestTokens.LoseReply, PaymentStatus.Captured, null)]
    [InlineData(TestTokens.AnswerTwice, PaymentStatus.Captured, null)]
    [InlineData(TestTokens.AnswerLate, PaymentStatus.Captured, null)]
    [InlineData(TestTokens.Down, PaymentStatus.Captured, null)]
    [InlineData("tok_of_nobody", PaymentStatus.Declined, "unknown-token")]
    public void Each_card_comes_to_its_end_and_both_books_agree(string token, PaymentStatus state, string? decline)
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            World.Run(seed, async world =>
            {
                var desk = new CardDesk(world.Silo.Grains, world.Time);
                Accepted(await desk.Charge(One, 1_330, token));
                await world.Pass(TimeSpan.FromMinutes(2));
                var view = (await desk.Payment(One).Get())!;
                Assert.Equal((state, true, decline), (view.State, view.Settled, view.Decline));
                Assert.Equal(state == PaymentStatus.Captured ? 1_330 : 0, (await Compare(world)).Kept.Values.Single());
            });
        }
    }

    [Theory]
    [InlineData(TestTokens.Approve)]
    [InlineData(TestTokens.DeclineLostCard)]
    [InlineData(TestTokens.TimeoutBefore)]
    [InlineData(TestTokens.TimeoutAfter)]
    [InlineData(TestTokens.LoseReply)]
    [InlineData(TestTokens.AnswerTwice)]
    [InlineData(TestTokens.AnswerLate)]
    [InlineData(TestTokens.Down)]
    public void Undone_at_any_instant_nothing_is_kept(string token)
    {
        foreach (var instant in new[] { 0, 1, 10, 1_000, 2_000, 4_000, 11_000, 60_000 })
        {
            World.Run(instant, async world =>
            {
                world.Cards.LatencyMax = TimeSpan.FromMilliseconds(20);
                var desk = new CardDesk(world.Silo.Grains, world.Time);
                var charged = desk.Charge(One, 1_330, token);
                await world.Pass(TimeSpan.FromMilliseconds(instant));
                var undone = await UndoAtLast(world, One);
                Assert.True(undone is { State: not (PaymentStatus.Requested or PaymentStatus.Captured), Settled: true }, undone.ToString());
                await charged;
                await world.Pass(TimeSpan.FromHours(1));
                Assert.Equal(0, (await Compare(world)).Kept.Values.SingleOrDefault());
            });
        }
    }

    [Fact]
    public void A_clock_that_is_set_forward_does_not_make_a_late_charge_impossible()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            World.Run(seed, async world =>
            {
                world.Cards.LateAfter = TimeSpan.FromMinutes(5);
                await new CardDesk(world.Silo.Grains, world.Time).Charge(One, 1_330, TestTokens.AnswerLate, TimeSpan.Zero);
                await world.Pass(TimeSpan.FromSeconds(1));
                world.Restart();
                await world.Persist(_ => new CardDesk(world.Silo.Grains, world.Time).Undo(One, TimeSpan.Zero));
                world.Machine.Skew = TimeSpan.FromHours(1);
                Assert.Equal(PaymentStatus.Voided, (await UndoAtLast(world, One)).State);
                Assert.Equal(0, (await Compare(world)).Kept.Values.SingleOrDefault());
            });
        }
    }

    [Fact]
    public void A_charge_that_comes_after_its_undo_is_refused() => World.Run(1, async world =>
    {
        var desk = new CardDesk(world.Silo.Grains, world.Time);
        var undone = Accepted(await desk.Undo(One));
        Assert.Equal((PaymentStatus.Abandoned, true, London, null), (undone.State, undone.KeepsNothing, undone.Store, undone.Amount));
        Assert.Equal(RejectionCode.PaymentUndone, (await desk.Charge(One, 1_330, TestTokens.Approve)).Rejection!.Code);
        Assert.Empty(world.Ledger.Lines);
    });

    [Fact]
    public void The_same_charge_joins_and_another_is_refused() => World.Run(1, async world =>
    {
        var desk = new CardDesk(world.Silo.Grains, world.Time);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => desk.Charge(One, 1_330, TestTokens.AnswerLate)));
        Assert.All(answers, answer => Assert.Equal(PaymentStatus.Captured, Accepted(answer).State));
        Assert.Equal(LedgerKind.Captured, Assert.Single(world.Ledger.Lines).Kind);
        Assert.Equal(RejectionCode.OperationReused, (await desk.Charge(One, 1_331, TestTokens.AnswerLate)).Rejection!.Code);
        Assert.Equal(RejectionCode.OperationReused, (await desk.Charge(One, 1_330, TestTokens.Approve)).Rejection!.Code);
    });

    [Fact]
    public void What_cannot_be_voided_any_more_is_refunded_once() => World.Run(1, async world =>
    {
        world.Cards.VoidWindow = TimeSpan.FromMinutes(1);
        var desk = new CardDesk(world.Silo.Grains, world.Time);
        Accepted(await desk.Charge(One, 1_330, TestTokens.Approve));
        await world.Pass(TimeSpan.FromMinutes(2));
        var undone = Accepted(await desk.Undo(One));
        Assert.Equal((PaymentStatus.Refunded, true, Gbp(1_330)), (undone.State, undone.KeepsNothing, undone.Refunded));
        Assert.Equal([LedgerKind.Captured, LedgerKind.Refunded], world.Ledger.Lines.Select(line => line.Kind));
    });

    [Fact]
    public void Returns_are_refunded_each_once_and_never_more_than_was_paid() => World.Run(1, async world =>
    {
        var desk = new CardDesk(world.Silo.Grains, world.Time);
        Accepted(await desk.Charge(One, 1_000, TestTokens.Approve));
        Assert.Equal(Gbp(300), Accepted(await desk.Refund(One, 1, 300)).Refunded);
        Assert.Equal(Gbp(300), Accepted(await desk.Refund(One, 1, 300)).Refunded);
        Assert.Equal(RejectionCode.OperationReused, (await desk.Refund(One, 1, 301)).Rejection!.Code);
        Assert.Equal(RejectionCode.NotRefundable, (await desk.Refund(One, 2, 701)).Rejection!.Code);
        var view = Accepted(await desk.Refund(One, 2, 700));
        Assert.Equal((PaymentStatus.Captured, true, Gbp(1_000)), (view.State, view.Settled, view.Refunded));
        Assert.Equal(RejectionCode.NotRefundable, (await desk.Refund(One, 3, 1)).Rejection!.Code);
        Assert.Equal(3, world.Ledger.Lines.Count);
        Assert.Equal(0, (await Compare(world)).Kept.Values.Single());
    });

    [Fact]
    public void Undone_after_a_refund_the_rest_goes_back() => World.Run(1, async world =>
    {
        var desk = new CardDesk(world.Silo.Grains, world.Time);
        Accepted(await desk.Charge(One, 1_000, TestTokens.Approve));
        Accepted(await desk.Refund(One, 1, 300));
        var view = Accepted(await desk.Undo(One));
        Assert.Equal((PaymentStatus.Refunded, true, Gbp(1_000)), (view.State, view.KeepsNothing, view.Refunded));
        Assert.Equal(["undo"], view.Refunds.Select(refund => refund.Refund).Skip(1));
        Assert.Equal(0, (await Compare(world)).Kept.Values.Single());
    });

    [Fact]
    public void What_may_still_come_is_not_given_up()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            World.Run(seed, async world =>
            {
                world.Cards.LateAfter = TimeSpan.FromMinutes(2);
                var desk = new CardDesk(world.Silo.Grains, world.Time);
                Accepted(await desk.Charge(One, 1_330, TestTokens.AnswerLate, TimeSpan.Zero));
                await world.Pass(TimeSpan.FromSeconds(1));
                Accepted(await desk.Undo(One, TimeSpan.Zero));
                await world.Pass(TimeSpan.FromSeconds(40));
                var open = (await desk.Payment(One).Get())!;
                Assert.Equal((PaymentStatus.Requested, false, false), (open.State, open.Settled, open.KeepsNothing));
                await world.Pass(TimeSpan.FromMinutes(4));
                Assert.Equal(PaymentStatus.Voided, (await desk.Payment(One).Get())!.State);
                Assert.Equal(0, (await Compare(world)).Kept.Values.Single());
            });
        }
    }

    [Fact]
    public void Money_that_comes_after_it_was_given_up_goes_back_by_itself()
    {
        var late = 0;
        for (var seed = 1; seed <= 20; seed++)
        {
            World.Run(seed, async world =>
            {
                // Later than the provider has promised.
                world.Cards.LateAfter = TimeSpan.FromHours(1);
                var desk = new CardDesk(world.Silo.Grains, world.Time);
                Accepted(await desk.Charge(One, 1_330, TestTokens.AnswerLate, TimeSpan.Zero));
                await world.Pass(TimeSpan.FromSeconds(1));
                await UndoAtLast(world, One);
                late += (await desk.Payment(One).Get())!.State == PaymentStatus.Abandoned ? 1 : 0;
                await world.Pass(TimeSpan.FromHours(3));
                Assert.Equal(PaymentStatus.Voided, (await desk.Payment(One).Get())!.State);
                Assert.Equal(0, (await Compare(world)).Kept.Values.Single());
            });
        }

        Assert.InRange(late, 1, 19);
    }

    [Fact]
    public void News_of_what_nobody_asked_for_changes_nothing() => World.Run(1, async world =>
    {
        var desk = new CardDesk(world.Silo.Grains, world.Time);
        await desk.Payment(One).Look();
        Assert.Null(await desk.Payment(One).Get());
        Accepted(await desk.Charge(One, 1_330, TestTokens.AnswerTwice));
        await world.Pass(TimeSpan.FromSeconds(1));
        await desk.Payment(One).Look();
        Assert.Equal(2, (await desk.Payment(One).Get())!.Version);
    });

    [Fact]
    public void A_provider_that_is_away_keeps_nobody_from_undoing_what_never_left() => World.Run(1, async world =>
    {
        world.Provider.IsDown = true;
        var desk = new CardDesk(world.Silo.Grains, world.Time);
        var asked = Accepted(await desk.Charge(One, 1_330, TestTokens.Approve, TimeSpan.FromSeconds(1)));
        Assert.Equal((PaymentStatus.Requested, false), (asked.State, asked.Settled));
        Assert.Equal(PaymentStatus.Abandoned, Accepted(await desk.Undo(One)).State);
    });
}
