using System.Collections.Immutable;

namespace Pos.Grains.Orders;

/// <summary>The refunds of a return: money goes back to the tenders that paid, also through exchanges, and never more than was paid.</summary>
public static partial class Order
{
    // The cards of the order come first, each up to what it paid and has not got back; then the cards whose money an exchange brought. The rest was paid in
    // cash and goes back in cash. Money of a card goes back in cash only with a manager's approval.
    private static ImmutableArray<TenderRefund> Refunds(OrderState state, OrderEvent.Placed placed, CreditTender? credit, long gross, bool inCash)
    {
        var refunds = ImmutableArray.CreateBuilder<TenderRefund>();
        foreach (var card in Cards(placed, credit))
        {
            var left = card.Amount;
            foreach (var earlier in state.Returns)
            {
                foreach (var refund in earlier.Refunds)
                {
                    left -= refund.Tender == card.Tender && refund.Order == card.Order ? refund.Amount : 0;
                }
            }

            var amount = Math.Min(left, gross);
            if (amount > 0)
            {
                refunds.Add(card with { Amount = amount, InCash = inCash ? true : null });
                gross -= amount;
            }
        }

        if (gross > 0)
        {
            refunds.Add(new(0, gross));
        }

        return refunds.ToImmutable();
    }

    // Every card whose money the order has, with what it paid.
    private static IEnumerable<TenderRefund> Cards(OrderEvent.Placed placed, CreditTender? credit)
    {
        foreach (var card in placed.Cards ?? [])
        {
            yield return new(card.Tender, card.Amount);
        }

        foreach (var card in credit?.Cards ?? [])
        {
            yield return card;
        }
    }

    /// <summary>
    /// The coins of a return. They are cumulative over the returns of the order, as prices are, so the coins of all returns come to what was paid, by however
    /// many returns and whatever the store rounds to by then. In an exchange a new order may take the exact price instead, as long as coins and credit
    /// together stay within what was paid or priced.
    /// </summary>
    /// <param name="state">With the returns before.</param>
    /// <param name="placed">The sale.</param>
    /// <param name="credit">The part that an exchange paid, or null.</param>
    /// <param name="refunds">The refunds of this return.</param>
    /// <param name="exchange">Whether a new order may take it.</param>
    /// <param name="step">To which coins are rounded.</param>
    private static (long? Coins, long? Credit) Coins(
        OrderState state, OrderEvent.Placed placed, CreditTender? credit, ImmutableArray<TenderRefund> refunds, bool exchange, int step)
    {
        var (cash, diverted) = Cash(refunds);
        if (cash + diverted == 0)
        {
            return (null, exchange ? 0 : null);
        }

        // The price of the part that coins were to pay, and the coins that did: these are rounded, and credit without coins behind it is not among them.
        var price = placed.Gross.Amount;
        foreach (var card in Cards(placed, credit))
        {
            price -= card.Amount;
        }

        var paid = placed.CashDue.Amount + (credit is null ? 0 : credit.Coins ?? credit.Amount);
        var (back, given, worth, all) = (cash + diverted, 0L, 0L, diverted);
        foreach (var earlier in state.Returns)
        {
            var (itsCash, itsDiverted) = Cash(earlier.Refunds);
            var itsCoins = earlier.Coins ?? Tenders.Rounded(itsCash, earlier.CashRounding ?? 1);
            back += itsCash + itsDiverted;
            all += itsDiverted;
            given += itsCoins;
            worth += earlier.Exchange == true ? Math.Max(earlier.CashCredit ?? itsCash, itsCoins) : itsCoins;
        }

        (price, paid) = (price + all, paid + all);
        var due = back >= price ? paid : Math.Min(Tenders.Rounded(back, step), paid);
        var coins = Math.Max(0, Math.Min(due - worth, paid - given));
        // Only the last coins of an order may be no multiple of the store's present step: the sale was rounded by an earlier one.
        coins -= back >= price && worth == given && all == 0 ? 0 : coins % step;
        return (coins, exchange ? Math.Max(0, Math.Min(cash, Math.Max(price, paid) - worth)) : null);
    }

    private static (long Cash, long Diverted) Cash(ImmutableArray<TenderRefund> refunds)
    {
        var (cash, diverted) = (0L, 0L);
        foreach (var refund in refunds)
        {
            cash += refund.Tender == 0 ? refund.Amount : 0;
            diverted += refund.InCash == true ? refund.Amount : 0;
        }

        return (cash, diverted);
    }
}
