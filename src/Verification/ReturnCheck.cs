using System.Globalization;
using Pos.Journal;

namespace Pos.Verification;

/// <summary>Follows every return to its refund, and what it puts back on the shelf.</summary>
internal sealed class ReturnCheck(Tally tally, Streams streams)
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
        var fault = OrderCheck.LineFault(accepted.Lines, accepted.TaxInclusive)
            ?? MoneyRules.Fault(accepted.Lines, accepted.Net, accepted.Tax, accepted.Gross)
            ?? (accepted.Gross.Minor >= 0 ? null : "the gross is negative");
        tally.Check(Invariant.ReturnMoney, fault is null, at, $"{fault}");
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

        tally.Check(
            Invariant.ReturnMoney,
            completed.Refund == details.Gross,
            at,
            $"refund {completed.Refund.Minor} {completed.Refund.Currency}, and the gross is {details.Gross.Minor} {details.Gross.Currency}");
        var due = details.Lines.Where(l => l.IsRestocked).Select(l => l.Number).ToList();
        var missing = due.Where(n => !back.Restocked.Contains(n)).ToList();
        tally.Check(Invariant.ReturnStock, missing.Count == 0, at, $"completed, and lines {string.Join(", ", missing)} are not restocked");
        back.Details = null;
        back.Restocked.Clear();
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
