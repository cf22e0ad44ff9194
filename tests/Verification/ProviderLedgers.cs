using Pos.Verification;
using static Pos.Tests.Shop;

namespace Pos.Tests;

/// <summary>The payment provider's ledger beside the journal: ledgers that agree with it, and one for every kind of difference.</summary>
public sealed class ProviderLedgers : IDisposable
{
    private const string Other = "000000000000000000000000000000bb";

    private readonly string _folder = Directory.CreateTempSubdirectory("pos-ledger-").FullName;

    private string Ledger => Path.Combine(_folder, "provider-ledger.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task books_that_say_the_same_are_well()
    {
        Write(Line("captured", 2000));

        Assert.Equal(1, (await Well(Opened().SellByCard())).Checked);
    }

    [Fact]
    public async Task a_journal_without_cards_and_an_empty_ledger_are_well()
    {
        Write();

        Assert.Equal(0, (await Well(Opened().Sell())).Checked);
    }

    [Fact]
    public async Task what_went_back_is_kept_by_neither()
    {
        Write(Line("captured", 2000), Line("refunded", 500), Line("refunded", 700));
        await Well(Opened().SellByCard().GiveBack("a", 500).GiveBack("b", 700));

        Write(Line("captured", 2000), Line("voided", 2000));
        await Well(Opened().PlaceWithCard().Hold2().Ask().Capture().Cancel().UndoAsked().Void().Release(6).Settle());
    }

    [Fact]
    public async Task a_declined_card_moves_nothing()
    {
        Write(Line("declined", 2000));

        await Well(Declined());
    }

    [Fact]
    public async Task money_that_the_ledger_does_not_have_is_a_violation()
    {
        Write();

        Assert.Equal([($"order/{OrderId}", "we keep 2000 GBP, the provider's ledger says 0")], await Violations(Opened().SellByCard()));
    }

    [Fact]
    public async Task a_refund_that_the_ledger_does_not_have_is_a_violation()
    {
        Write(Line("captured", 2000));

        Assert.Equal(
            [($"order/{OrderId}", "we keep 1500 GBP, the provider's ledger says 2000")], await Violations(Opened().SellByCard().GiveBack("a", 500)));
    }

    [Fact]
    public async Task money_that_nobody_here_asked_for_is_a_violation()
    {
        Write(Line("captured", 2000), Line("captured", 1, Other));

        Assert.Equal([($"order/{Other}", "the provider took 1 GBP, and no payment of ours asked for it")], await Violations(Opened().SellByCard()));
    }

    [Fact]
    public async Task money_taken_on_a_card_that_we_hold_for_declined_is_a_violation()
    {
        Write(Line("captured", 2000));

        Assert.Equal([($"order/{OrderId}", "we keep 0 GBP, the provider's ledger says 2000")], await Violations(Declined()));
    }

    [Theory]
    [InlineData(1999)]
    [InlineData(2001)]
    public async Task another_amount_is_a_violation(long amount)
    {
        Write(Line("captured", amount));

        Assert.Equal([($"order/{OrderId}", $"we keep 2000 GBP, the provider's ledger says {amount}")], await Violations(Opened().SellByCard()));
    }

    [Fact]
    public async Task a_charge_that_was_made_twice_is_a_violation()
    {
        Write(Line("captured", 2000), Line("captured", 2000));

        Assert.Equal([($"order/{OrderId}", "we keep 2000 GBP, the provider's ledger says 4000")], await Violations(Opened().SellByCard()));
    }

    [Fact]
    public async Task the_same_amount_of_another_currency_is_two_violations()
    {
        Write(Line("captured", 2000, currency: "EUR"));

        Assert.Equal(
            [
                ($"order/{OrderId}", "we keep 2000 GBP, the provider's ledger says 0"),
                ($"order/{OrderId}", "the provider took 2000 EUR, and no payment of ours asked for it"),
            ],
            await Violations(Opened().SellByCard()));
    }

    [Fact]
    public async Task an_outcome_that_is_not_known_yet_may_be_in_the_ledger_or_not()
    {
        var asked = Opened().PlaceWithCard().Hold2().Ask();
        Write();
        await Well(asked);
        Write(Line("captured", 2000));
        await Well(asked);

        var undone = Opened().PlaceWithCard().Hold2().Ask().Capture().Cancel().UndoAsked();
        await Well(undone);
        Write(Line("captured", 2000), Line("voided", 2000));
        await Well(undone);
    }

    [Fact]
    public async Task money_that_moves_while_the_journal_is_read_is_not_compared()
    {
        Write(Line("captured", 2000));
        var report = await Opened().SellByCard().VerifyWith(
            Ledger, () => File.AppendAllLines(Ledger, [Line("refunded", 500), Line("captured", 1, Other)]));

        Assert.True(report.Ok);
        Assert.Equal(2, (await Violations(Opened().SellByCard())).Length);
    }

    [Fact]
    public async Task a_torn_last_line_was_never_answered_and_is_not_there()
    {
        Write(Line("captured", 2000));
        await File.AppendAllTextAsync(Ledger, Line("captured", 7, Other)[..40]);
        await Well(Opened().SellByCard());

        await File.WriteAllTextAsync(Ledger, Line("captured", 2000));
        Assert.Equal([($"order/{OrderId}", "we keep 2000 GBP, the provider's ledger says 0")], await Violations(Opened().SellByCard()));
    }

    [Theory]
    [InlineData("{\"at\":\"2026-01-")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"kind\":\"captured\",\"order\":\"1\",\"currency\":\"GBP\"}")]
    [InlineData("{\"kind\":\"stolen\",\"order\":\"1\",\"amount\":1,\"currency\":\"GBP\"}")]
    public async Task a_line_before_the_last_that_cannot_be_read_is_a_violation_and_the_others_are_compared(string damage)
    {
        Write(Line("captured", 2000), damage, Line("declined", 1, Other));

        var violation = Assert.Single(await Violations(Opened().SellByCard()));
        Assert.Equal("provider's ledger", violation.Where);
        Assert.StartsWith("line 2 cannot be read: ", violation.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_charge_that_the_provider_lost_is_closed_and_said_and_no_violation()
    {
        var book = Opened().SellByCard().GiveBack("a", 500).AskBack("b", 700).CloseRefund("b", 700);
        Write();
        var report = await book.VerifyWith(Ledger);
        Assert.True(report.Ok, string.Join('\n', report.Invariants.SelectMany(i => i.First)));
        Assert.Equal((1, true, 1), (report.Cards!.Payments, report.Cards.IsCompared, report.Cards.Closed.Count));
        Assert.Equal(new ClosedSum("GBP", 700), Assert.Single(report.Cards.Closed.Sums));
        Assert.Equal(new ClosedRefund(Cards.Payment1, "b", 700, "GBP", "not-found", "paid in cash", "olga"), Assert.Single(report.Cards.Closed.First));
        Assert.Equal(0, report.Open.Payments);

        // The ledger may still have the charge when its amount is the one in the journal. Another amount is a violation.
        Write(Line("captured", 2000), Line("refunded", 500));
        await Well(book);
        Write(Line("captured", 2000));
        Assert.Single(await Violations(book));

        // A provider that declines the refund knows the charge, so the charge has to be in its ledger.
        var declined = Opened().SellByCard().AskBack("b", 700).CloseRefund("b", 700, "declined: closed-account");
        await Well(declined);
        Write();
        Assert.Single(await Violations(declined));
    }

    [Fact]
    public async Task what_a_cancelled_order_does_not_get_back_is_closed_or_a_violation()
    {
        Write();
        await Well(Opened().PlaceWithCard().Hold2().Ask().Capture().Cancel().UndoAsked().CloseRefund("undo", 2000).Release(6).Settle());
        await Opened().PlaceWithCard().Hold2().Ask().Capture().Cancel().UndoAsked().Release(6).Settle().Violates("order-tenders");
    }

    [Fact]
    public async Task a_refund_that_is_not_owed_cannot_be_closed_nor_by_somebody_else_than_the_envelope_says()
    {
        await Opened().SellByCard().CloseRefund("b", 700).Violates("payment-transitions");
        await Opened().SellByCard().GiveBack("a", 500).CloseRefund("a", 500).Violates("payment-transitions");
        await Opened().SellByCard().AskBack("a", 500).CloseRefund("a", 500).CloseRefund("a", 500).Violates("payment-transitions");
        await Opened().SellByCard().AskBack("a", 500).CloseRefund("a", 499).Violates("payment-money");
        await Opened().SellByCard().AskBack("a", 500).CloseRefund("a", 500, actor: "payment:1").Violates("payment-money");
        Assert.False((await Opened().SellByCard().Violates()).Cards!.IsCompared);
    }

    [Fact]
    public async Task without_a_ledger_nothing_is_compared()
    {
        var report = await Opened().SellByCard().Violates();

        Assert.Equal(0, report.Invariants.Single(i => i.Name == "provider-ledger").Checked);
        await Assert.ThrowsAsync<FileNotFoundException>(() => Opened().SellByCard().VerifyWith(Ledger));
    }

    private static Book Declined() => Opened().PlaceWithCard().Hold2().Ask()
        .Add(Cards.Payment1, "payment.declined", "{'code':'lost-card','at':'2026-01-01T09:00:00+00:00'}").Cancel().Release(6).Settle();

    private static string Line(string kind, long amount, string order = OrderId, string currency = "GBP") =>
        $$"""{"at":"2026-01-01T09:00:00+00:00","kind":"{{kind}}","key":"k","charge":"{{order}}.1","order":"{{order}}","amount":{{amount}},"currency":"{{currency}}","reference":"sim-1"}""";

    private void Write(params string[] lines) => File.WriteAllLines(Ledger, lines);

    private async Task<InvariantReport> Well(Book book)
    {
        var report = await book.VerifyWith(Ledger);
        Assert.True(report.Ok, string.Join('\n', report.Invariants.SelectMany(i => i.First)));
        return report.Invariants.Single(i => i.Name == "provider-ledger");
    }

    private async Task<(string Where, string What)[]> Violations(Book book)
    {
        var report = await book.VerifyWith(Ledger);
        var violated = Assert.Single(report.Invariants, i => i.Violations > 0);
        Assert.Equal("provider-ledger", violated.Name);
        return [.. violated.First.Select(v => (v.Where, v.What))];
    }
}
