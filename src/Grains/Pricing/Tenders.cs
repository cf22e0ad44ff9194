using System.Collections.Immutable;

namespace Pos.Grains.Pricing;

/// <summary>The tenders of a sale, resolved. Amounts are minor units of its currency.</summary>
internal readonly record struct SaleTenders(Money Tendered, long? Rounding, ImmutableArray<CardTender>? Cards, CreditTender? Credit)
{
    /// <summary>The amount due in coins and notes.</summary>
    public static long CashDue(long gross, long? rounding, ImmutableArray<CardTender>? cards, CreditTender? credit)
    {
        var due = gross + (rounding ?? 0) - (credit?.Amount ?? 0);
        foreach (var card in cards ?? [])
        {
            due -= card.Amount;
        }

        return due;
    }
}

/// <summary>Shares a total out to credit, cards and cash, each refusal naming the value at fault.</summary>
internal static class Tenders
{
    /// <summary>Why tenders are refused for any total, or null.</summary>
    /// <param name="asked">The request.</param>
    /// <param name="takesCards">Whether the host has a payment provider.</param>
    public static Rejection? Refuse(TenderRequest asked, bool takesCards)
    {
        var refused = asked.Cash is { } cash ? Prices.Refuse(cash, "cash handed over") : null;
        var cards = asked.Cards.IsDefault ? [] : asked.Cards;
        if (cards.Length > Limits.CardsPerOrderMax)
        {
            return new(RejectionCode.InvalidValue, $"A sale has at most {Limits.CardsPerOrderMax} cards, not {cards.Length}.");
        }

        var open = 0;
        for (var i = 0; i < cards.Length && refused is null; i++)
        {
            open += cards[i].Amount is null ? 1 : 0;
            refused = RefuseCard(i + 1, cards[i]);
        }

        return refused
            ?? (open > 1 ? new Rejection(RejectionCode.TenderMismatch, "Only one card may take what the others leave.") : null)
            ?? (open == 1 && asked.Cash is { Amount: > 0 }
                ? new Rejection(RejectionCode.TenderMismatch, "A card without an amount takes all that is left, so there is nothing to pay in cash.")
                : null)
            ?? (asked.Exchange is { } back && !ReturnId.TryParse(back.Value, null, out _)
                ? new Rejection(RejectionCode.InvalidValue, "The exchange names no return.")
                : null)
            ?? (cards.Length > 0 && !takesCards
                ? new Rejection(RejectionCode.NoCardProvider, "This server has no payment provider, so it takes cash and exchanges, and no card. Nothing was held or charged.")
                : null);
    }

    /// <summary>Finds out what each tender pays.</summary>
    /// <param name="asked">The request.</param>
    /// <param name="store">The store.</param>
    /// <param name="gross">The total.</param>
    /// <param name="credit">Of the return that the exchange names; null when there is none.</param>
    /// <param name="tenders">The result.</param>
    public static Rejection? Resolve(TenderRequest asked, StoreView store, long gross, CreditView? credit, out SaleTenders tenders)
    {
        tenders = default;
        var cards = asked.Cards.IsDefault ? [] : asked.Cards;
        if (WrongCurrency(asked.Cash, store) is { } foreign)
        {
            return foreign;
        }

        CreditTender? spent = null;
        if (asked.Exchange is { } back)
        {
            if (RefuseCredit(back, credit, store) is { } unusable)
            {
                return unusable;
            }

            spent = gross == 0 || credit!.Total.Amount == 0 ? null : Spend(credit, Math.Min(credit.Free.Amount, gross));
        }

        var left = gross - (spent?.Amount ?? 0);
        if (Charge(cards, store, left, out var charged) is { } unshared)
        {
            return unshared;
        }

        var exact = SaleTenders.CashDue(gross, null, charged, spent);
        var tendered = asked.Cash ?? Money.Zero(store.Currency);
        // Coins are rounded, not totals: where cards and credit are to pay, nothing handed over rounds nothing.
        var isCash = tendered.Amount > 0 || (asked.Cash is not null && charged is null && spent is null);
        var due = Rounded(exact, isCash ? store.CashRounding ?? 1 : 1);
        if (tendered.Amount < due)
        {
            return new(RejectionCode.TenderTooSmall, $"{tendered} handed over, {new Money(due, store.Currency)} to pay.");
        }

        if (due == 0 && tendered.Amount > 0 && (charged is not null || spent is not null))
        {
            return new(RejectionCode.TenderMismatch, $"Cards and credit pay everything; there is no change of {tendered} from them.");
        }

        tenders = new(tendered, due == exact ? null : due - exact, charged, spent);
        return null;
    }

    /// <summary>To the nearest step, half away from zero.</summary>
    public static long Rounded(long amount, int step) => (amount + (step / 2)) / step * step;

    private static Rejection? RefuseCard(int number, CardRequest card) =>
        card.Token is { } text && CardNumbers.IsIn(text)
            ? new(RejectionCode.InvalidValue, $"Card {number}: this looks like the number of a card. Send the payment provider's token for it; a card number is never stored here.")
        : card.Token is not { Length: > 0 and <= Limits.TokenLengthMax } || card.Token.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? new(RejectionCode.InvalidValue, $"Card {number}: a token has 1 to {Limits.TokenLengthMax} printable characters.")
            : card.Amount is not { } amount ? null
            : Prices.Refuse(amount, $"amount of card {number}")
                ?? (amount.Amount == 0 ? new(RejectionCode.InvalidValue, $"Card {number}: nothing is to be charged.") : null);

    private static Rejection? RefuseCredit(ReturnId id, CreditView? credit, StoreView store) =>
        credit is null || credit.Store != store.Id ? new(RejectionCode.CreditNotAvailable, $"The return {id} has no credit to be spent here.")
        : credit.Free.Amount <= 0 && credit.Total.Amount > 0 ? new(RejectionCode.CreditNotAvailable, $"The credit of the return {id} is spent or paid out.")
        : null;

    // A silo of an earlier release does not say what stands behind it; the order asks again when something comes back.
    private static CreditTender Spend(CreditView credit, long amount) =>
        credit.Money is { } money ? Refunding.Spend(credit.Return, money, amount) : new(credit.Return, amount);

    private static Rejection? Charge(ImmutableArray<CardRequest> cards, StoreView store, long left, out ImmutableArray<CardTender>? charged)
    {
        charged = null;
        if (cards.IsEmpty)
        {
            return null;
        }

        var said = 0L;
        foreach (var card in cards)
        {
            if (WrongCurrency(card.Amount, store) is { } foreign)
            {
                return foreign;
            }

            said += card.Amount?.Amount ?? 0;
        }

        var builder = ImmutableArray.CreateBuilder<CardTender>(cards.Length);
        foreach (var card in cards)
        {
            builder.Add(new(builder.Count + 1, card.Amount?.Amount ?? left - said, card.Token));
        }

        // A card that is left nothing has no amount above zero.
        if (said > left || builder.Any(card => card.Amount <= 0))
        {
            return new(
                RejectionCode.TenderMismatch,
                $"The cards come to {new Money(said, store.Currency)}, and {new Money(left, store.Currency)} is left for them. Every card needs a part above zero, and no more than is left.");
        }

        charged = builder.MoveToImmutable();
        return null;
    }

    private static Rejection? WrongCurrency(Money? amount, StoreView store) => amount is { } given && given.Currency != store.Currency
        ? new(RejectionCode.WrongCurrency, $"The store takes {store.Currency}, not {given.Currency}.")
        : null;
}
