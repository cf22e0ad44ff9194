using System.Collections.Immutable;

namespace Pos.Grains.Returns;

/// <summary>
/// The money of a return. A new order may take some of it as credit: that comes out of the coins first, and then out of the last card, so that
/// what is left goes back to the first one.
/// </summary>
internal static class Refunding
{
    /// <summary>The plan of a return for its money.</summary>
    public static ReturnMoney Of(ReturnEvent.Accepted accepted)
    {
        var cards = ImmutableArray.CreateBuilder<TenderRefund>();
        var cash = accepted.Refunds is null ? accepted.Gross.Amount : 0;
        foreach (var refund in accepted.Refunds ?? [])
        {
            if (refund.Tender == 0)
            {
                cash = refund.Amount;
            }
            else if (refund.InCash != true)
            {
                cards.Add(refund);
            }
        }

        // An order that accepted its return before coins were journaled rounded each return by itself.
        var step = accepted.CashRounding ?? 1;
        return new(cards.ToImmutable(), accepted.CashCredit ?? cash, accepted.Coins ?? Tenders.Rounded(cash, step), step);
    }

    /// <summary>The credit for a new order when it takes all.</summary>
    public static long Credit(ReturnMoney money)
    {
        var credit = money.Credit;
        foreach (var card in money.Cards)
        {
            credit += card.Amount;
        }

        return credit;
    }

    /// <summary>The refunds that are left when a new order has taken a part.</summary>
    public static (ImmutableArray<TenderRefund> Cards, long Coins) Left(ReturnMoney money, long spent)
    {
        var fromCash = Math.Min(money.Credit, spent);
        spent -= fromCash;
        var cards = new List<TenderRefund>(money.Cards.Length);
        for (var i = money.Cards.Length - 1; i >= 0; i--)
        {
            var card = money.Cards[i];
            var fromCard = Math.Min(card.Amount, spent);
            spent -= fromCard;
            if (card.Amount > fromCard)
            {
                cards.Insert(0, card with { Amount = card.Amount - fromCard });
            }
        }

        // Rounded down: coins and goods together are never more than was to go back.
        var left = Math.Max(money.Credit, money.Coins) - fromCash;
        return ([.. cards], fromCash == 0 ? money.Coins : Math.Min(money.Coins, left - (left % money.Step)));
    }

    /// <summary>The credit that pays for a new order, and the money behind it.</summary>
    /// <param name="back">The return.</param>
    /// <param name="money">Its money; each card with its order.</param>
    /// <param name="spent">The part that the order takes.</param>
    public static CreditTender Spend(ReturnId back, ReturnMoney money, long spent)
    {
        var (left, coins) = Left(money, spent);
        var behind = ImmutableArray.CreateBuilder<TenderRefund>();
        foreach (var card in money.Cards)
        {
            var amount = card.Amount;
            foreach (var kept in left)
            {
                amount -= kept.Tender == card.Tender && kept.Order == card.Order ? kept.Amount : 0;
            }

            if (amount > 0)
            {
                behind.Add(card with { Amount = amount });
            }
        }

        return new(back, spent, behind.ToImmutable(), money.Coins - coins);
    }
}
