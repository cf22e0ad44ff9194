using System.Globalization;
using Pos.Journal;
using Pos.Verification.Orders;
using Pos.Verification.Payments;
using Pos.Verification.Returns;

namespace Pos.Verification.Money;

/// <summary>
/// Counts money and knows no rule of how refunds are worked out: coins that were handed over, less change, are all that can come back in coins, over
/// all returns of an order and over all that its exchanges bought; and what a card paid goes back to it, or by a manager's word into coins.
/// </summary>
internal sealed class PurseCheck(Tally tally, Streams streams)
{
    /// <summary>An order is paid: its change is counted, and an exchange brings the purse of what was sold before.</summary>
    public void Confirmed(OrderTrace order, OrderPlaced placed, Amount tendered, Amount change)
    {
        order.Coins = tendered.Minor - change.Minor;
        order.MostBack = placed.Credit is null ? Math.Max(placed.Gross.Minor, placed.Gross.Minor + placed.Rounding) : null;
        if (placed.Credit is { } credit && streams.Find("return/" + credit.Return) is ReturnTrace { Purse: { } purse })
        {
            purse.In += order.Coins;
            order.Purse = purse;
        }
    }

    /// <summary>An order takes lines back: what a card paid may become coins when somebody answers for it.</summary>
    public void Accepted(in RecordedEvent at, OrderTrace order, OrderReturnAccepted accepted)
    {
        foreach (var refund in accepted.Refunds)
        {
            if (!refund.InCash)
            {
                continue;
            }

            var id = string.Create(CultureInfo.InvariantCulture, $"payment/{refund.Order ?? at.Stream.Key}.{refund.Tender}");
            var payment = streams.Find(id) as PaymentTrace;
            var all = (payment?.Diverted ?? 0) + (payment?.Refunds.Values.Sum(r => r.Amount) ?? 0) + refund.Amount;
            tally.Check(
                Invariant.RefundsPaid,
                accepted.ApprovedBy is { Length: > 0 } && payment is not null && all <= payment.Captured,
                at,
                $"{refund.Amount} of {id} goes back in cash by the word of {accepted.ApprovedBy ?? "nobody"}: {all} of {payment?.Captured ?? 0} it paid");
            PurseOf(order).In += refund.Amount;
            if (payment is not null)
            {
                payment.Diverted += refund.Amount;
            }
        }
    }

    /// <summary>A return begins: on the purse of its order, or, without receipt, on one that a manager filled with its price.</summary>
    public void Accepted(ReturnTrace back, ReturnAccepted accepted) => back.Purse =
        accepted.Order is null ? new Purse { In = accepted.Gross.Minor + (accepted.CashRounding / 2) }
        : streams.Find("order/" + accepted.Order) is OrderTrace order ? PurseOf(order)
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
        if (accepted.Order is not null && streams.Find("order/" + accepted.Order) is OrderTrace { MostBack: { } most } order)
        {
            order.Back += completed.Refund.Minor + (completed.Credit?.Minor ?? 0);
            tally.Check(Invariant.RefundsPaid, order.Back <= most, at, $"{order.Back} of order {accepted.Order} are given back, {most} were paid");
        }
    }

    private static Purse PurseOf(OrderTrace order) => order.Purse ??= new Purse { In = order.Coins };
}
