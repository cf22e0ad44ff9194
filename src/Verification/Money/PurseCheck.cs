using System.Globalization;
using Pos.Journal;
using Pos.Verification.Orders;
using Pos.Verification.Returns;

namespace Pos.Verification.Money;

/// <summary>
/// Counts money, without the rules by which refunds are worked out. All returns of an order, and of the orders that its exchanges paid, give
/// back no more coins than were handed over. A card's money goes back to the card, or with a manager's approval into coins.
/// </summary>
internal sealed class PurseCheck(Tally tally, Streams streams)
{
    /// <summary>An order is paid. Its coins are counted, and an exchange brings the purse of the earlier sale.</summary>
    public void Confirmed(OrderTrace order, OrderPlaced placed, Amount tendered, Amount change)
    {
        order.Coins = tendered.Minor - change.Minor;
        order.MostBack = placed.Credit is null ? Math.Max(placed.Gross.Minor, placed.Gross.Minor + placed.Rounding) : null;
        if (placed.Credit is { } credit && streams.Return(credit.Return) is { Purse: { } purse })
        {
            purse.In += order.Coins;
            order.Purse = purse;
        }
    }

    /// <summary>An order takes lines back. A card's money may become coins when a manager approves.</summary>
    public void Accepted(in RecordedEvent at, OrderTrace order, OrderReturnAccepted accepted)
    {
        foreach (var refund in accepted.Refunds)
        {
            if (!refund.InCash)
            {
                continue;
            }

            var (of, tender) = (refund.Order ?? at.Stream.Key, refund.Tender);
            var payment = streams.Payment(of, tender);
            var all = (payment?.Diverted ?? 0) + (payment?.Refunds.Values.Sum(r => r.Amount) ?? 0) + refund.Amount;
            tally.Check(
                Invariant.RefundsPaid,
                accepted.ApprovedBy is { Length: > 0 } && payment is not null && all <= payment.Captured,
                at,
                $"{refund.Amount} of payment/{of}.{tender} goes back in cash by the word of {accepted.ApprovedBy ?? "nobody"}: {all} of {payment?.Captured ?? 0} it paid");
            PurseOf(order).In += refund.Amount;
            if (payment is not null)
            {
                payment.Diverted += refund.Amount;
            }
        }
    }

    /// <summary>A return begins with the purse of its order; without a receipt, with a purse that holds the return's price.</summary>
    public void Accepted(ReturnTrace back, ReturnAccepted accepted) => back.Purse =
        accepted.Order is null ? new Purse { In = accepted.Gross.Minor + (accepted.CashRounding / 2) }
        : streams.Order(accepted.Order) is { } order ? PurseOf(order)
        : null;

    /// <summary>A return has paid out.</summary>
    public void Completed(in RecordedEvent at, ReturnTrace back, ReturnAccepted accepted, ReturnCompleted completed)
    {
        if (back.Purse is not { } purse)
        {
            return;
        }

        var coins = completed.Refunds?.Where(r => r.Tender == 0).Sum(r => r.Amount) ?? completed.Refund.Minor;
        purse.Out += coins;
        tally.Check(Invariant.RefundsPaid, purse.Out <= purse.In, at, $"{purse.Out} are given back in cash, {purse.In} were paid in cash");
        if (accepted.Order is not null && streams.Order(accepted.Order) is { MostBack: { } most } order)
        {
            order.Back += completed.Refund.Minor + (completed.Credit?.Minor ?? 0);
            tally.Check(Invariant.RefundsPaid, order.Back <= most, at, $"{order.Back} of order {accepted.Order} are given back, {most} were paid");
        }
    }

    private static Purse PurseOf(OrderTrace order) => order.Purse ??= new Purse { In = order.Coins };
}
