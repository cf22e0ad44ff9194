using Pos.Payments;
using Pos.Payments.Simulator;

namespace Pos.Tests;

/// <summary>What the simulated provider does with each token, and what a provider owes to whoever repeats.</summary>
public sealed class SimulatorTests
{
    private static readonly PaymentAnswer Captured = new PaymentAnswer.Captured("sim-00000001");

    [Theory]
    [InlineData(TestTokens.DeclineInsufficientFunds, "insufficient-funds")]
    [InlineData(TestTokens.DeclineLostCard, "lost-card")]
    [InlineData(TestTokens.DeclineDoNotHonour, "do-not-honour")]
    [InlineData("tok_unheard_of", "unknown-token")]
    public void A_card_that_is_declined_says_why_and_moves_nothing(string token, string code)
    {
        var till = new Till();
        Assert.Equal(new PaymentAnswer.Declined(code), till.Charge(token));
        Assert.Equal(new PaymentAnswer.Declined(code), till.Charge(token));
        Assert.Equal(new PaymentAnswer.Declined(code), till.Query());
        Assert.Equal((LedgerKind.Declined, code), (Assert.Single(till.Ledger.Lines).Kind, till.Ledger.Lines[0].Code));
    }

    [Fact]
    public void An_approved_card_is_charged_once_however_often_it_is_asked_for()
    {
        var till = new Till();
        Assert.Equal(Captured, till.Charge(TestTokens.Approve));
        Assert.Equal(Captured, till.Charge(TestTokens.Approve));
        Assert.Equal(Captured, till.Query());
        Assert.Equal(1_000, Assert.Single(till.Ledger.Lines).Amount);
        Assert.Empty(till.News);
    }

    [Fact]
    public void The_same_key_with_another_body_is_an_error_and_does_nothing()
    {
        var till = new Till();
        till.Charge(TestTokens.Approve);
        Assert.Throws<PaymentKeyReusedException>(() => till.Charge(TestTokens.Approve, 1_001));
        Assert.Throws<PaymentKeyReusedException>(() => till.Charge(TestTokens.LoseReply));
        till.Refund("r", 100);
        Assert.Throws<PaymentKeyReusedException>(() => till.Refund("r", 101));
        Assert.Throws<PaymentKeyReusedException>(() => till.Void("r"));
        Assert.Equal(2, till.Ledger.Lines.Count);
    }

    [Fact]
    public void A_late_charge_is_known_by_its_body_before_its_money_moves()
    {
        var till = new Till();
        till.Charge(TestTokens.AnswerLate);
        Assert.Throws<PaymentKeyReusedException>(() => till.Charge(TestTokens.AnswerLate, 1_001));
    }

    [Fact]
    public void Timed_out_before_the_money_moved_the_next_request_is_approved()
    {
        var till = new Till();
        Assert.IsType<PaymentAnswer.Unknown>(till.Charge(TestTokens.TimeoutBefore));
        Assert.Equal(till.Options.Silence, till.Time.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.IsType<PaymentAnswer.NotFound>(till.Query());
        Assert.Empty(till.Ledger.Lines);
        Assert.Equal(Captured, till.Charge(TestTokens.TimeoutBefore));
    }

    [Theory]
    [InlineData(TestTokens.TimeoutAfter)]
    [InlineData(TestTokens.LoseReply)]
    public void An_unknown_outcome_may_be_money_that_has_moved(string token)
    {
        var till = new Till();
        Assert.IsType<PaymentAnswer.Unknown>(till.Charge(token));
        Assert.Single(till.Ledger.Lines);
        Assert.Equal(Captured, till.Query());
        Assert.Equal(Captured, till.Charge(token));
        Assert.Single(till.Ledger.Lines);
    }

    [Fact]
    public void Answered_twice_is_charged_once()
    {
        var till = new Till();
        Assert.Equal(Captured, till.Charge(TestTokens.AnswerTwice));
        till.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([Till.Key], till.News);
        Assert.Single(till.Ledger.Lines);
    }

    [Fact]
    public void A_late_charge_is_pending_or_not_to_be_found_until_its_money_moves()
    {
        var seen = new HashSet<string>();
        var till = new Till();
        for (var number = 1; number <= 20; number++)
        {
            var key = $"{Till.Order}.{number}";
            Assert.True(till.Charge(TestTokens.AnswerLate, key: key) is PaymentAnswer.Pending or PaymentAnswer.Unknown);
            seen.Add(till.Query(key).Name);
            Assert.Equal(till.Query(key), till.Void(key + ".void", key));
            Assert.IsType<PaymentAnswer.Pending>(till.Charge(TestTokens.AnswerLate, key: key));
        }

        Assert.Equal([nameof(PaymentAnswer.NotFound), nameof(PaymentAnswer.Pending)], seen.Order());
        Assert.Empty(till.Ledger.Lines);
        till.Time.Advance(till.Options.LateAfter * 2);
        Assert.Equal((20, 20), (till.Ledger.Lines.Count, till.News.Count));
        Assert.All(till.News, key => Assert.IsType<PaymentAnswer.Captured>(till.Query(key)));
    }

    [Fact]
    public void A_provider_that_is_down_gets_nothing_and_comes_back()
    {
        var till = new Till();
        Assert.IsType<PaymentAnswer.NotSent>(till.Charge(TestTokens.Down));
        Assert.IsType<PaymentAnswer.NotSent>(till.Query());
        Assert.IsType<PaymentAnswer.Captured>(till.Charge(TestTokens.Approve, key: "another"));
        till.Time.Advance(till.Options.DownFor);
        Assert.IsType<PaymentAnswer.NotFound>(till.Query());
        Assert.IsType<PaymentAnswer.Captured>(till.Charge(TestTokens.Down));
        till.Provider.IsDown = true;
        Assert.IsType<PaymentAnswer.NotSent>(till.Query());
    }

    [Fact]
    public void A_charge_can_be_voided_once_and_only_within_its_window()
    {
        var till = new Till();
        Assert.IsType<PaymentAnswer.NotFound>(till.Void());
        till.Charge(TestTokens.Approve);
        var voided = till.Void();
        Assert.Equal(new PaymentAnswer.Voided("sim-00000002"), voided);
        Assert.Equal(voided, till.Void());
        Assert.Equal(voided, till.Void("another key"));
        Assert.Equal(voided, till.Query());
        Assert.Equal(new PaymentAnswer.Declined("not-refundable"), till.Refund("r", 1));
        Assert.Equal(2, till.Ledger.Lines.Count);

        till.Charge(TestTokens.Approve, key: "late");
        till.Time.Advance(till.Options.VoidWindow + TimeSpan.FromTicks(1));
        Assert.IsType<PaymentAnswer.TooLate>(till.Void("late.void", "late"));
        Assert.IsType<PaymentAnswer.Refunded>(till.Refund("late.refund", 1_000, "late"));
    }

    [Fact]
    public void Refunds_never_exceed_the_charge_and_end_the_right_to_void()
    {
        var till = new Till();
        Assert.IsType<PaymentAnswer.NotFound>(till.Refund("r1", 1));
        till.Charge(TestTokens.Approve);
        var first = till.Refund("r1", 600);
        Assert.Equal(first, till.Refund("r1", 600));
        Assert.Equal(first, till.Query("r1"));
        Assert.Equal(new PaymentAnswer.Declined("not-refundable"), till.Refund("r2", 401));
        Assert.Equal(new PaymentAnswer.Declined("not-refundable"), till.Refund("r2", 0));
        Assert.IsType<PaymentAnswer.TooLate>(till.Void());
        Assert.IsType<PaymentAnswer.Refunded>(till.Refund("r2", 400));
        Assert.Equal([1_000, 600, 400], till.Ledger.Lines.Select(line => line.Amount));
    }

    [Fact]
    public void A_mixture_does_what_its_shares_say()
    {
        var till = new Till(new SimulatorOptions { Chances = new() { LoseReply = 0.2, Late = 0.1, Twice = 0.1, Down = 0.1, TimeoutBefore = 0.1 } });
        var answers = new Dictionary<string, int>();
        for (var number = 0; number < 1_000; number++)
        {
            var name = till.Charge(TestTokens.Approve, key: $"{number}").Name;
            answers[name] = answers.GetValueOrDefault(name) + 1;
        }

        till.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.InRange(answers[nameof(PaymentAnswer.NotSent)], 60, 140);
        Assert.InRange(answers[nameof(PaymentAnswer.Unknown)], 270, 430);
        Assert.InRange(answers[nameof(PaymentAnswer.Pending)], 20, 80);
        Assert.InRange(till.News.Count, 140, 260);
        Assert.InRange(till.Ledger.Lines.Count, 740, 860);
    }

    [Fact]
    public async Task A_caller_that_gives_up_takes_nothing_back()
    {
        var till = new Till(new SimulatorOptions { LatencyMax = TimeSpan.FromSeconds(1) });
        using var impatient = new CancellationTokenSource();
        var asked = till.Provider.Charge(Till.Request(TestTokens.TimeoutAfter), impatient.Token);
        till.Time.Advance(TimeSpan.FromSeconds(2));
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.Single(till.Ledger.Lines);
    }
}
