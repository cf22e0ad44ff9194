using System.Globalization;
using Pos.Journal;
using Pos.Verification.Money;
using Pos.Verification.Orders;
using Pos.Verification.Stock;

namespace Pos.Verification.Returns;

/// <summary>Follows every return to its refund, and the goods that it puts back on the shelf.</summary>
internal sealed class ReturnCheck(Tally tally, PayloadReader payloads, Streams streams, PurseCheck purses)
{
    public void Next(in RecordedEvent at, ReturnTrace back)
    {
        switch (at.Type)
        {
            case "return.accepted" when payloads.Read(at, Payloads.Default.ReturnAccepted) is { } accepted:
                Accepted(at, back, accepted);
                break;
            case "return.credit-taken" when payloads.Read(at, Payloads.Default.ReturnCredit) is { } taken:
                CreditTaken(at, back, taken);
                break;
            case "return.credit-given-back" when payloads.Read(at, Payloads.Default.ReturnCredit) is { } given:
                CreditGivenBack(at, back, given);
                break;
            case "return.credit-kept" when payloads.Read(at, Payloads.Default.ReturnCredit) is { } kept:
                CreditKept(at, back, kept);
                break;
            case "return.completed" when payloads.Read(at, Payloads.Default.ReturnCompleted) is { } completed:
                Completed(at, back, completed);
                break;
            case "return.restocked" or "return.pay-out-asked" or "return.retry-asked" when payloads.Read(at, Payloads.Default.Nothing) is not null:
                break;
            default:
                payloads.NotTaken(at);
                break;
        }
    }

    private void Accepted(in RecordedEvent at, ReturnTrace back, ReturnAccepted accepted)
    {
        if (!tally.Check(Invariant.ReturnTransitions, !back.Accepted, at, $"the return was accepted before"))
        {
            return;
        }

        back.Accepted = true;
        back.Details = accepted;
        tally.CheckStore(at, accepted.Store, "return");
        // Pieces of an order's line come to their share of the price that was paid. The order checks that share.
        var fault = (accepted.Order is null ? OrderCheck.LineFault(accepted.Lines, accepted.TaxInclusive) : null)
            ?? MoneyRules.Fault(accepted.Lines, accepted.Net, accepted.Tax, accepted.Gross)
            ?? (accepted.Gross.Minor >= 0 ? null : "the gross is negative")
            ?? OfOrder(at, accepted);
        tally.Check(Invariant.ReturnMoney, fault is null, at, $"{fault}");
        purses.Accepted(back, accepted);
    }

    /// <summary>An order takes the refund as its credit.</summary>
    private void CreditTaken(in RecordedEvent at, ReturnTrace back, ReturnCredit taken)
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

    private void CreditKept(in RecordedEvent at, ReturnTrace back, ReturnCredit kept) =>
        tally.Check(Invariant.ReturnTransitions, back.Credit?.Order == kept.Order, at, $"order {kept.Order} keeps credit that it does not have");

    // Credit that is given back before it was taken leaves a tombstone.
    private void CreditGivenBack(in RecordedEvent at, ReturnTrace back, ReturnCredit given)
    {
        if (tally.Check(Invariant.ReturnTransitions, !back.Completed || back.Credit?.Order != given.Order, at, $"credit is given back after the return is completed")
            && back.Credit?.Order == given.Order)
        {
            back.Credit = null;
        }
    }

    private void Completed(in RecordedEvent at, ReturnTrace back, ReturnCompleted completed)
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
                // The rounding of an order's returns runs over all of them, and the check of the purse bounds it.
                && (details.Order is not null || Math.Abs(completed.Rounding) < Math.Max(details.CashRounding, 1)),
            at,
            $"refund {completed.Refund.Minor} {completed.Refund.Currency} ({refunds} in tenders) and credit {credit}, and the gross is {details.Gross.Minor} {details.Gross.Currency}");
        foreach (var refund in completed.Refunds ?? [])
        {
            var payment = streams.Payment(refund.Order ?? details.Order, refund.Tender);
            var done = refund is { Tender: > 0, Amount: > 0 }
                ? payment?.Refunds.GetValueOrDefault(at.Stream.Key) ?? default
                : (refund.Amount, Done: true);
            var isUnpaid = completed.Unpaid?.Contains(refund) == true;
            tally.Check(
                Invariant.ReturnMoney,
                // The money may have come back after all between the payment's answer and this event.
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

        var said = streams.Order(accepted.Order)?.Returns?.GetValueOrDefault(at.Stream.Key);
        return said is not null && said.Gross == accepted.Gross
            && said.Refunds.SequenceEqual(accepted.Refunds ?? []) && said.Lines.Count == accepted.Lines.Count
                ? null
                : $"order {accepted.Order} has not accepted it so";
    }

    /// <summary>A stock item took goods back in the name of a return.</summary>
    public void Restocked(in RecordedEvent at, StockRestocked restocked)
    {
        var back = streams.Return(restocked.Return);
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
