using System.Globalization;
using Pos.Journal;
using Pos.Verification.Money;
using Pos.Verification.Orders;
using Pos.Verification.Payments;
using Pos.Verification.Stock;

namespace Pos.Verification.Returns;

/// <summary>Follows every return to its refund, and what it puts back on the shelf.</summary>
internal sealed class ReturnCheck(Tally tally, Streams streams, PurseCheck purses)
{
    public void Accepted(in RecordedEvent at, ReturnTrace back, ReturnAccepted accepted)
    {
        if (!tally.Check(Invariant.ReturnTransitions, !back.Accepted, at, $"the return was accepted before"))
        {
            return;
        }

        back.Accepted = true;
        back.Details = accepted;
        tally.Check(
            Invariant.Envelope, at.Context.Store == accepted.Store, at, $"the envelope says store '{at.Context.Store}', the return '{accepted.Store}'");
        // Of an order's line some pieces come to their share of what was paid, which the order checks.
        var fault = (accepted.Order is null ? OrderCheck.LineFault(accepted.Lines, accepted.TaxInclusive) : null)
            ?? MoneyRules.Fault(accepted.Lines, accepted.Net, accepted.Tax, accepted.Gross)
            ?? (accepted.Gross.Minor >= 0 ? null : "the gross is negative")
            ?? OfOrder(at, accepted);
        tally.Check(Invariant.ReturnMoney, fault is null, at, $"{fault}");
        purses.Accepted(back, accepted);
    }

    /// <summary>An order takes the refund as its credit.</summary>
    public void CreditTaken(in RecordedEvent at, ReturnTrace back, ReturnCredit taken)
    {
        if (tally.Check(
            Invariant.ReturnTransitions,
            back is { Accepted: true, Completed: false, Credit: null, Details.Exchange: true } && taken.Amount is not null,
            at,
            $"order {taken.Order} takes credit of a return without any, or after another"))
        {
            back.Credit = (taken.Order, taken.Amount!.Minor);
            tally.Check(
                Invariant.ReturnMoney,
                taken.Amount.Minor > 0 && taken.Amount.Minor <= back.Details!.Gross.Minor && taken.Amount.Currency == back.Details.Gross.Currency,
                at,
                $"credit {taken.Amount.Minor} of {back.Details!.Gross.Minor}");
        }
    }

    public void CreditKept(in RecordedEvent at, ReturnTrace back, ReturnCredit kept) =>
        tally.Check(Invariant.ReturnTransitions, back.Credit?.Order == kept.Order, at, $"order {kept.Order} keeps credit that it does not have");

    // Given back before it was taken, it is a tombstone.
    public void CreditGivenBack(in RecordedEvent at, ReturnTrace back, ReturnCredit given)
    {
        if (tally.Check(Invariant.ReturnTransitions, !back.Completed || back.Credit?.Order != given.Order, at, $"credit is given back after the return is completed")
            && back.Credit?.Order == given.Order)
        {
            back.Credit = null;
        }
    }

    public void Completed(in RecordedEvent at, ReturnTrace back, ReturnCompleted completed)
    {
        if (!tally.Check(
            Invariant.ReturnTransitions,
            back is { Accepted: true, Completed: false },
            at,
            $"completed while the return is {(back.Completed ? "completed" : "not accepted")}"))
        {
            return;
        }

        back.Completed = true;
        if (back.Details is not { } details)
        {
            return;
        }

        var credit = back.Credit?.Amount ?? 0;
        var refunds = completed.Refunds?.Sum(r => r.Amount) ?? completed.Refund.Minor;
        tally.Check(
            Invariant.ReturnMoney,
            completed.Refund.Currency == details.Gross.Currency && completed.Refund.Minor == refunds && (completed.Credit?.Minor ?? 0) == credit
                && refunds + credit == details.Gross.Minor + completed.Rounding
                // Of an order it is rounded over all that came back, and bounded by what was paid.
                && (details.Order is not null || Math.Abs(completed.Rounding) < Math.Max(details.CashRounding, 1)),
            at,
            $"refund {completed.Refund.Minor} {completed.Refund.Currency} ({refunds} in tenders) and credit {credit}, and the gross is {details.Gross.Minor} {details.Gross.Currency}");
        foreach (var refund in completed.Refunds ?? [])
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"payment/{refund.Order ?? details.Order}.{refund.Tender}");
            var payment = streams.Find(id) as PaymentTrace;
            var done = refund is { Tender: > 0, Amount: > 0 }
                ? payment?.Refunds.GetValueOrDefault(at.Stream.Key) ?? default
                : (refund.Amount, Done: true);
            var isUnpaid = completed.Unpaid?.Contains(refund) == true;
            tally.Check(
                Invariant.ReturnMoney,
                // Its money may have come back after all between the payment's answer and this.
                done.Amount == refund.Amount && (done.Done || (isUnpaid && payment?.Closed?.ContainsKey(at.Stream.Key) == true)),
                at,
                $"{refund.Amount} {(isUnpaid ? "was closed for" : "went back to")} card {refund.Tender}, whose payment says {done}");
        }

        purses.Completed(at, back, details, completed);
        var due = details.Lines.Where(l => l.IsRestocked).Select(l => l.Number).ToList();
        var missing = due.Where(n => !back.Restocked.Contains(n)).ToList();
        tally.Check(Invariant.ReturnStock, missing.Count == 0, at, $"completed, and lines {string.Join(", ", missing)} are not restocked");
        back.Details = null;
        back.Restocked.Clear();
    }

    private string? OfOrder(in RecordedEvent at, ReturnAccepted accepted)
    {
        if (accepted.Order is null)
        {
            return accepted.Refunds is null ? null : "refunds go to the tenders of an order, and it names none";
        }

        var said = (streams.Find("order/" + accepted.Order) as OrderTrace)?.Returns?.GetValueOrDefault(at.Stream.Key);
        return said is not null && said.Gross == accepted.Gross
            && said.Refunds.SequenceEqual(accepted.Refunds ?? []) && said.Lines.Count == accepted.Lines.Count
                ? null
                : $"order {accepted.Order} has not accepted it so";
    }

    /// <summary>A stock item took goods back in the name of a return.</summary>
    public void Restocked(in RecordedEvent at, StockRestocked restocked)
    {
        var back = streams.Find("return/" + restocked.Return) as ReturnTrace;
        var (store, sku) = StockCheck.KeyOf(at.Stream);
        var prefix = restocked.Return + ".";
        var line = back?.Details is { } details && details.Store == store
            && restocked.Operation.Id.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(restocked.Operation.Id.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? details.Lines.FirstOrDefault(l => l.Number == number)
            : null;
        if (tally.Check(
            Invariant.ReturnStock,
            line is { IsRestocked: true } && line.Sku == sku && line.Quantity == restocked.Quantity,
            at,
            $"{restocked.Quantity} pieces restocked as {restocked.Operation.Id}, which is no open line of return {restocked.Return} for them"))
        {
            tally.Check(
                Invariant.ReturnStock, back!.Restocked.Add(line!.Number), at, $"line {line.Number} of return {restocked.Return} is restocked twice");
        }
    }
}
