using System.Globalization;
using Pos.Journal;
using Pos.Verification.Money;

namespace Pos.Verification.Orders;

/// <summary>Checks that no line comes back in more pieces than were sold, and that its price goes back to the tenders that paid it.</summary>
internal sealed class OrderReturnCheck(Tally tally, PurseCheck purses)
{
    public void Accepted(in RecordedEvent at, OrderTrace order, OrderReturnAccepted accepted)
    {
        order.Returns ??= new Dictionary<string, OrderReturnAccepted>(StringComparer.Ordinal);
        if (!tally.Check(
            Invariant.OrderTransitions,
            order.Sold.Length > 0 && order.Returns.TryAdd(accepted.Return, accepted),
            at,
            $"return {accepted.Return} is accepted while the order is {order.Standing}, or was accepted before"))
        {
            return;
        }

        var fault = Lines(order, accepted) ?? Refunds(order, accepted);
        tally.Check(Invariant.OrderReturned, fault is null, at, $"{fault}");
        purses.Accepted(at, order, accepted);
    }

    public void HandedOver(in RecordedEvent at, OrderTrace order, OrderReturnHandedOver handed) => tally.Check(
        Invariant.OrderTransitions, order.Returns?.ContainsKey(handed.Return) == true, at, $"return {handed.Return} is handed over and was never accepted");

    private static string? Lines(OrderTrace order, OrderReturnAccepted accepted)
    {
        Int128 net = 0, tax = 0, gross = 0;
        foreach (var line in accepted.Lines)
        {
            if (line.Number < 1 || line.Number > order.Sold.Length || line.Quantity < 1)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{line.Quantity} pieces of line {line.Number}, which was not sold");
            }

            ref var sold = ref order.Sold[line.Number - 1];
            sold.Returned += line.Quantity;
            sold.ReturnedNet += line.Net;
            sold.ReturnedTax += line.Tax;
            sold.ReturnedGross += line.Gross;
            if (sold.Returned > sold.Quantity)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{sold.Returned} pieces of line {line.Number} have come back, {sold.Quantity} were sold");
            }

            if (line.Net + line.Tax != line.Gross || sold.ReturnedGross != MoneyRules.Share(sold.Gross, sold.Returned, sold.Quantity))
            {
                return string.Create(CultureInfo.InvariantCulture, $"{sold.Returned} of {sold.Quantity} pieces at {sold.Gross} were given back as {sold.ReturnedGross}");
            }

            if (sold.Returned == sold.Quantity && (sold.ReturnedNet, sold.ReturnedTax) != (sold.Net, sold.Tax))
            {
                return string.Create(CultureInfo.InvariantCulture, $"line {line.Number} is back whole with tax {sold.ReturnedTax} of {sold.Tax}");
            }

            (net, tax, gross) = (net + line.Net, tax + line.Tax, gross + line.Gross);
        }

        return net == accepted.Net.Minor && tax == accepted.Tax.Minor && gross == accepted.Gross.Minor
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"the lines come to {net} + {tax} = {gross}, and it says {accepted.Net.Minor} + {accepted.Tax.Minor} = {accepted.Gross.Minor}");
    }

    private static string? Refunds(OrderTrace order, OrderReturnAccepted accepted)
    {
        foreach (var (tender, amount, other, _) in accepted.Refunds)
        {
            if (other is not null)
            {
                var left = (order.OthersLeft?.GetValueOrDefault((other, tender)) ?? 0) - amount;
                if (tender < 1 || left < 0)
                {
                    return string.Create(CultureInfo.InvariantCulture, $"{amount} to card {tender} of order {other}, which has not paid that here, or has got it back");
                }

                order.OthersLeft![(other, tender)] = left;
            }
            else if (tender == 0 && (order.CashLeft -= amount) < 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{amount} in cash of what cards have paid");
            }
            else if (tender > 0 && (tender > order.CardsLeft.Length || (order.CardsLeft[tender - 1] -= amount) < 0))
            {
                return string.Create(CultureInfo.InvariantCulture, $"{amount} to card {tender}, which has paid less than that, or has got it back");
            }
        }

        var all = accepted.Refunds.Sum(r => r.Amount);
        return all == accepted.Gross.Minor && accepted.Refunds.All(r => r.Amount >= 0)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"refunds of {all} for {accepted.Gross.Minor}");
    }
}
