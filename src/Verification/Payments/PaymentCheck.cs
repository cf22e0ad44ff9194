using System.Globalization;
using Pos.Journal;
using Pos.Verification.Orders;

namespace Pos.Verification.Payments;

/// <summary>Follows every card payment from its intent to the money that is kept.</summary>
internal sealed class PaymentCheck(Tally tally, Streams streams)
{
    private const int ClosedMax = 20;

    private readonly List<ClosedRefund> closed = [];

    /// <summary>Card payments that were asked for.</summary>
    public int Count => streams.All<PaymentTrace>().Count(payment => payment.Amount is not null);

    public void Requested(in RecordedEvent at, PaymentTrace payment, PaymentRequested requested)
    {
        if (!Follows(at, payment, payment.Standing == PaymentStanding.Unknown && !payment.Undone))
        {
            return;
        }

        payment.Standing = PaymentStanding.Requested;
        payment.Amount = requested.Amount;
        payment.Order = requested.Order;
        payment.Key = requested.Key;
        var placed = (streams.Find("order/" + requested.Order) as OrderTrace)?.Details?.Placed;
        var card = placed?.Cards?.FirstOrDefault(c => c.Tender == requested.Tender);
        tally.Check(
            Invariant.PaymentMoney,
            card is not null && requested.Amount == placed!.Gross with { Minor = card.Amount }
                && at.Stream.Key == string.Create(CultureInfo.InvariantCulture, $"{requested.Order}.{requested.Tender}"),
            at,
            $"asks for {requested.Amount.Minor} {requested.Amount.Currency}, which is not card {requested.Tender} of an open order {requested.Order}");
        tally.Check(
            Invariant.Envelope, placed is null || at.Context.Store == placed.Store, at, $"the envelope says store '{at.Context.Store}', the order '{placed?.Store}'");
    }

    // Money that arrives after it was thought declined, given up or gone back is a fact, and owed back.
    public void Captured(in RecordedEvent at, PaymentTrace payment)
    {
        if (Follows(at, payment, payment.Amount is not null && payment.Standing != PaymentStanding.Unknown && payment.Captured == payment.GivenBack + payment.Unpaid))
        {
            payment.Standing = PaymentStanding.Captured;
            payment.Captured += payment.Amount!.Minor;
        }
    }

    public void Declined(in RecordedEvent at, PaymentTrace payment)
    {
        if (Follows(at, payment, payment.Standing == PaymentStanding.Requested))
        {
            payment.Standing = PaymentStanding.Declined;
        }
    }

    public void UndoAsked(in RecordedEvent at, PaymentTrace payment)
    {
        if (Follows(at, payment, !payment.Undone))
        {
            payment.Undone = true;
        }
    }

    public void Abandoned(in RecordedEvent at, PaymentTrace payment)
    {
        if (Follows(at, payment, payment is { Undone: true, Standing: PaymentStanding.Requested or PaymentStanding.Unknown }))
        {
            payment.Standing = PaymentStanding.Abandoned;
        }
    }

    public void Voided(in RecordedEvent at, PaymentTrace payment)
    {
        if (Follows(at, payment, payment.Standing == PaymentStanding.Captured && payment.Captured - payment.GivenBack == payment.Amount!.Minor))
        {
            payment.Standing = PaymentStanding.Voided;
            payment.GivenBack += payment.Amount!.Minor;
            foreach (var (refund, amount) in payment.Closed ?? [])
            {
                payment.Refunds[refund] = (amount, true);
            }

            payment.Closed = null;
        }
    }

    public void RefundAsked(in RecordedEvent at, PaymentTrace payment, PaymentRefundAsked asked)
    {
        if (!Follows(at, payment, payment.Standing == PaymentStanding.Captured && !payment.Refunds.ContainsKey(asked.Refund)))
        {
            return;
        }

        payment.Refunds.Add(asked.Refund, (asked.Amount.Minor, false));
        var all = payment.Refunds.Values.Sum(r => r.Amount) + payment.Diverted;
        tally.Check(
            Invariant.PaymentMoney,
            asked.Amount.Minor > 0 && all <= payment.Captured && asked.Amount.Currency == payment.Amount!.Currency,
            at,
            $"{all} is to be given back of {payment.Captured} captured");
    }

    public void Refunded(in RecordedEvent at, PaymentTrace payment, PaymentRefunded refunded)
    {
        var asked = payment.Refunds.GetValueOrDefault(refunded.Refund);
        if (!Follows(at, payment, payment.Standing == PaymentStanding.Captured && asked is { Amount: > 0, Done: false }))
        {
            return;
        }

        payment.Refunds[refunded.Refund] = (asked.Amount, true);
        // It has gone back after all.
        payment.Closed?.Remove(refunded.Refund);
        payment.GivenBack += refunded.Amount.Minor;
        tally.Check(
            Invariant.PaymentMoney,
            refunded.Amount.Minor == asked.Amount && refunded.Amount.Currency == payment.Amount!.Currency,
            at,
            $"{refunded.Amount.Minor} given back as {refunded.Refund}, and {asked.Amount} was asked for");
    }

    /// <summary>A refund, or all that an undone payment keeps, is owed no longer.</summary>
    public void RefundClosed(in RecordedEvent at, PaymentTrace payment, PaymentRefundClosed closed)
    {
        var asked = payment.Refunds.GetValueOrDefault(closed.Refund);
        var left = payment.Captured - payment.GivenBack - payment.Refunds.Where(r => !r.Value.Done).Sum(r => r.Value.Amount);
        var owed = asked is { Amount: > 0, Done: false } ? asked.Amount : payment.Undone && asked.Amount == 0 ? left : 0;
        if (!Follows(at, payment, payment.Standing == PaymentStanding.Captured && owed > 0 && payment.Closed?.ContainsKey(closed.Refund) != true))
        {
            return;
        }

        payment.Refunds[closed.Refund] = (owed, false);
        (payment.Closed ??= new(StringComparer.Ordinal)).Add(closed.Refund, owed);
        payment.IsLost |= closed.Provider == "not-found";
        tally.Check(
            Invariant.PaymentMoney,
            closed.Amount.Minor == owed && closed.Amount.Currency == payment.Amount!.Currency && closed.Reason.Length > 0
                && closed.By.Length > 0 && closed.By == at.Context.Actor,
            at,
            $"{closed.Amount.Minor} is closed by '{closed.By}' as {closed.Refund}, of which {owed} was owed; the envelope says '{at.Context.Actor}'");
        this.closed.Add(new(at.Stream.Value, closed.Refund, owed, payment.Amount!.Currency, closed.Provider, closed.Reason, closed.By));
    }

    /// <summary>What operators closed, but for what went back after all.</summary>
    public ClosedRefunds Closed()
    {
        List<ClosedRefund> unpaid = [.. closed.Where(one => streams.Find(one.Payment) is PaymentTrace { Unpaid: > 0 } payment && payment.Closed!.ContainsKey(one.Refund))];
        return new(
            unpaid.Count,
            [.. unpaid.GroupBy(one => one.Currency).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => new ClosedSum(group.Key, group.Sum(one => one.Amount)))],
            [.. unpaid.Take(ClosedMax)]);
    }

    /// <summary>The provider's own ledger against ours, an order and currency at a time.</summary>
    /// <param name="ledger">All of it.</param>
    /// <param name="moving">Orders whose money moved while the journal was read.</param>
    public void Compare(ProviderLedger ledger, IReadOnlySet<string> moving)
    {
        var theirs = new Dictionary<(string Order, string Currency), long>();
        foreach (var (line, trouble) in ledger.Damage)
        {
            tally.CheckPart(Invariant.ProviderLedger, false, "provider's ledger", $"line {line} cannot be read: {trouble}");
        }

        foreach (var entry in ledger.Entries)
        {
            var key = (entry.Order, entry.Currency);
            theirs[key] = theirs.GetValueOrDefault(key) + entry.Kept!.Value;
        }

        foreach (var payments in streams.All<PaymentTrace>().Where(p => p.Amount is not null).GroupBy(p => (p.Order, p.Amount!.Currency)))
        {
            theirs.Remove(payments.Key, out var kept);
            var ours = payments.Sum(p => p.Captured - p.GivenBack);
            // A closed refund says that the provider does not know the charge: then it keeps nothing of it, whatever we do.
            var withoutLost = ours - payments.Where(p => p.IsLost).Sum(p => p.Captured - p.GivenBack);
            // What is under way may have happened there and not be known here yet.
            tally.CheckPart(
                Invariant.ProviderLedger,
                ours == kept || withoutLost == kept || moving.Contains(payments.Key.Order) || payments.Any(p => p.IsOpen),
                $"order/{payments.Key.Order}",
                $"we keep {ours} {payments.Key.Currency}, the provider's ledger says {kept}");
        }

        foreach (var ((order, currency), kept) in theirs)
        {
            tally.CheckPart(Invariant.ProviderLedger, kept == 0 || moving.Contains(order), $"order/{order}", $"the provider took {kept} {currency}, and no payment of ours asked for it");
        }
    }

    private bool Follows(in RecordedEvent at, PaymentTrace payment, bool legal) => tally.Check(
        Invariant.PaymentTransitions, legal, at, $"{at.Type} while the payment is {payment.Standing}{(payment.Undone ? " and is to be undone" : "")}");
}
