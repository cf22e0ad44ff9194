using System.Globalization;
using Pos.Journal;

namespace Pos.Verification.Payments;

/// <summary>Follows every card payment from its intent to the money that is kept.</summary>
internal sealed class PaymentCheck(Tally tally, PayloadReader payloads, Streams streams)
{
    private const int ClosedMax = 20;

    private readonly List<ClosedRefund> _closed = [];

    public void Next(in RecordedEvent at, PaymentTrace payment)
    {
        switch (at.Type)
        {
            case "payment.requested" when payloads.Read(at, Payloads.Default.PaymentRequested) is { } requested:
                Requested(at, payment, requested);
                break;
            case "payment.captured" when payloads.Read(at, Payloads.Default.PaymentReference) is not null:
                Captured(at, payment);
                break;
            case "payment.declined" when payloads.Read(at, Payloads.Default.PaymentDeclined) is not null:
                Declined(at, payment);
                break;
            case "payment.undo-asked" when payloads.Read(at, Payloads.Default.PaymentUndoAsked) is not null:
                UndoAsked(at, payment);
                break;
            case "payment.abandoned" when payloads.Read(at, Payloads.Default.Nothing) is not null:
                Abandoned(at, payment);
                break;
            case "payment.voided" when payloads.Read(at, Payloads.Default.PaymentReference) is not null:
                Voided(at, payment);
                break;
            case "payment.refund-asked" when payloads.Read(at, Payloads.Default.PaymentRefundAsked) is { } asked:
                RefundAsked(at, payment, asked);
                break;
            case "payment.refunded" when payloads.Read(at, Payloads.Default.PaymentRefunded) is { } refunded:
                Refunded(at, payment, refunded);
                break;
            case "payment.refund-closed" when payloads.Read(at, Payloads.Default.PaymentRefundClosed) is { } closed:
                RefundClosed(at, payment, closed);
                break;
            case "payment.retry-asked" when payloads.Read(at, Payloads.Default.Nothing) is not null:
                break;
            default:
                payloads.NotTaken(at);
                break;
        }
    }

    /// <summary>Card payments that were asked for.</summary>
    public int Count => streams.All<PaymentTrace>().Count(payment => payment.Amount is not null);

    private void Requested(in RecordedEvent at, PaymentTrace payment, PaymentRequested requested)
    {
        if (!Follows(at, payment, payment.Standing == PaymentStanding.Unknown && !payment.Undone))
        {
            return;
        }

        payment.Standing = PaymentStanding.Requested;
        payment.Amount = requested.Amount;
        payment.Order = requested.Order;
        payment.Key = requested.Key;
        var placed = streams.Order(requested.Order)?.Details?.Placed;
        var card = placed?.Cards?.FirstOrDefault(c => c.Tender == requested.Tender);
        tally.Check(
            Invariant.PaymentMoney,
            card is not null && requested.Amount == placed!.Gross with { Minor = card.Amount }
                && at.Stream.Key == string.Create(CultureInfo.InvariantCulture, $"{requested.Order}.{requested.Tender}"),
            at,
            $"asks for {requested.Amount.Minor} {requested.Amount.Currency}, which is not card {requested.Tender} of an open order {requested.Order}");
        if (placed is not null)
        {
            tally.CheckStore(at, placed.Store, "order");
        }
    }

    // Money that arrives after the payment was declined, abandoned or given back is a fact, and is owed back.
    private void Captured(in RecordedEvent at, PaymentTrace payment)
    {
        if (Follows(at, payment, payment.Amount is not null && payment.Standing != PaymentStanding.Unknown && payment.Captured == payment.GivenBack + payment.Unpaid))
        {
            payment.Standing = PaymentStanding.Captured;
            payment.Captured += payment.Amount!.Minor;
        }
    }

    private void Declined(in RecordedEvent at, PaymentTrace payment)
    {
        if (Follows(at, payment, payment.Standing == PaymentStanding.Requested))
        {
            payment.Standing = PaymentStanding.Declined;
        }
    }

    private void UndoAsked(in RecordedEvent at, PaymentTrace payment)
    {
        if (Follows(at, payment, !payment.Undone))
        {
            payment.Undone = true;
        }
    }

    private void Abandoned(in RecordedEvent at, PaymentTrace payment)
    {
        if (Follows(at, payment, payment is { Undone: true, Standing: PaymentStanding.Requested or PaymentStanding.Unknown }))
        {
            payment.Standing = PaymentStanding.Abandoned;
        }
    }

    private void Voided(in RecordedEvent at, PaymentTrace payment)
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

    private void RefundAsked(in RecordedEvent at, PaymentTrace payment, PaymentRefundAsked asked)
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

    private void Refunded(in RecordedEvent at, PaymentTrace payment, PaymentRefunded refunded)
    {
        var asked = payment.Refunds.GetValueOrDefault(refunded.Refund);
        if (!Follows(at, payment, payment.Standing == PaymentStanding.Captured && asked is { Amount: > 0, Done: false }))
        {
            return;
        }

        payment.Refunds[refunded.Refund] = (asked.Amount, true);
        // The money has gone back after all.
        payment.Closed?.Remove(refunded.Refund);
        payment.GivenBack += refunded.Amount.Minor;
        tally.Check(
            Invariant.PaymentMoney,
            refunded.Amount.Minor == asked.Amount && refunded.Amount.Currency == payment.Amount!.Currency,
            at,
            $"{refunded.Amount.Minor} given back as {refunded.Refund}, and {asked.Amount} was asked for");
    }

    /// <summary>A refund, or all that an undone payment keeps, is owed no longer.</summary>
    private void RefundClosed(in RecordedEvent at, PaymentTrace payment, PaymentRefundClosed closed)
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
        _closed.Add(new(at.Stream.Value, closed.Refund, owed, payment.Amount!.Currency, closed.Provider, closed.Reason, closed.By));
    }

    /// <summary>The refunds that operators closed, without those whose money went back after all.</summary>
    public ClosedRefunds Closed()
    {
        List<ClosedRefund> unpaid = [.. _closed.Where(one => streams.Find(one.Payment) is PaymentTrace { Unpaid: > 0 } payment && payment.Closed!.ContainsKey(one.Refund))];
        return new(
            unpaid.Count,
            [.. unpaid.GroupBy(one => one.Currency).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => new ClosedSum(group.Key, group.Sum(one => one.Amount)))],
            [.. unpaid.Take(ClosedMax)]);
    }

    /// <summary>Compares the provider's own ledger with ours, for each order and currency.</summary>
    /// <param name="ledger">The provider's whole ledger.</param>
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
            // Where a closed refund says that the provider does not know the charge, the provider's ledger has nothing of it.
            var withoutLost = ours - payments.Where(p => p.IsLost).Sum(p => p.Captured - p.GivenBack);
            // A payment under way may have happened there and not be known here yet.
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
