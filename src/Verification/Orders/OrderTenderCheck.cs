using System.Globalization;
using Pos.Journal;
using Pos.Verification.Payments;

namespace Pos.Verification.Orders;

/// <summary>Checks the sums of an order's tenders, and that the money is where the order says.</summary>
internal sealed class OrderTenderCheck(Tally tally, Streams streams)
{
    /// <summary>The fault of the tenders that an order was placed with, or null.</summary>
    public static string? Fault(OrderPlaced placed)
    {
        var cards = placed.Cards ?? [];
        for (var i = 0; i < cards.Count; i++)
        {
            if (cards[i].Tender != i + 1 || cards[i].Amount <= 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"card {cards[i].Tender} of {cards[i].Amount} is the {i + 1}. card");
            }
        }

        var exact = placed.CashDue - placed.Rounding;
        return placed.Tendered.Currency != placed.Gross.Currency || placed.Tendered.Minor < placed.CashDue || placed.CashDue < 0
            ? string.Create(CultureInfo.InvariantCulture, $"{placed.Tendered.Minor} {placed.Tendered.Currency} tendered for {placed.CashDue} {placed.Gross.Currency} in cash")
            : exact < 0 || placed.Credit is { Amount: <= 0 }
                ? string.Create(CultureInfo.InvariantCulture, $"cards and credit come to more than the gross {placed.Gross.Minor}")
                // Rounding half away from zero moves the cash by at most its own amount.
                : placed.Credit is { Cards: { } behind } credit && (behind.Sum(c => c.Amount) > credit.Amount || behind.Any(c => c.Amount <= 0 || c.Order is null))
                    ? string.Create(CultureInfo.InvariantCulture, $"credit of {credit.Amount} is said to be {behind.Sum(c => c.Amount)} of cards")
                : Math.Abs(placed.Rounding) > exact
                    ? string.Create(CultureInfo.InvariantCulture, $"{exact} in cash was rounded by {placed.Rounding}")
                    : null;
    }

    public void Paid(in RecordedEvent at, OrderPlaced placed)
    {
        foreach (var card in placed.Cards ?? [])
        {
            var payment = streams.Payment(at.Stream.Key, card.Tender);
            tally.Check(
                Invariant.OrderTenders,
                payment is { Standing: PaymentStanding.Captured, Undone: false } && payment.Captured == card.Amount,
                at,
                $"card {card.Tender} over {card.Amount} is {(payment is null ? "unknown" : $"{payment.Standing} with {payment.Captured}")}");
        }

        if (placed.Credit is { } credit)
        {
            var taken = streams.Return(credit.Return)?.Credit;
            tally.Check(
                Invariant.OrderTenders, taken == (at.Stream.Key, credit.Amount), at, $"credit {credit.Amount} of return {credit.Return} is taken as {taken}");
        }
    }

    /// <summary>A cancelled order is settled: whatever was taken for it is given back.</summary>
    public void NothingKept(in RecordedEvent at, OrderPlaced placed)
    {
        foreach (var card in placed.Cards ?? [])
        {
            var payment = streams.Payment(at.Stream.Key, card.Tender);
            tally.Check(
                Invariant.OrderTenders,
                payment is null or { IsOpen: false } && (payment?.Captured ?? 0) == (payment?.GivenBack ?? 0) + (payment?.Unpaid ?? 0),
                at,
                $"the order is settled, and card {card.Tender} is {payment?.Standing} with {payment?.Captured} taken, {payment?.GivenBack} given back and {payment?.Unpaid} closed");
        }

        if (placed.Credit is { } credit && streams.Return(credit.Return)?.Credit is { } taken)
        {
            tally.Check(Invariant.OrderTenders, taken.Order != at.Stream.Key, at, $"the order is settled, and keeps credit {taken.Amount} of return {credit.Return}");
        }
    }
}
