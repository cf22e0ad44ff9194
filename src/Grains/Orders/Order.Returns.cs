using System.Collections.Immutable;

namespace Pos.Grains.Orders;

/// <summary>The rules of taking an order's lines back: never more than was sold, at the price paid, to the tenders it came from.</summary>
public static partial class Order
{
    /// <summary>The command's content that tells a return's grain of the accepted lines.</summary>
    public static PricedReturn Describe(OrderEvent.Placed placed, OrderEvent.ReturnAccepted accepted, OrderId order)
    {
        ArgumentNullException.ThrowIfNull(placed);
        ArgumentNullException.ThrowIfNull(accepted);
        var lines = ImmutableArray.CreateBuilder<ReturnLine>(accepted.Lines.Length);
        foreach (var back in accepted.Lines)
        {
            var sold = placed.Lines[back.Line - 1];
            lines.Add(new(
                lines.Count + 1, sold.Sku, sold.Name, sold.Kind, back.Quantity, sold.UnitPrice, sold.TaxRate, back.Disposition,
                back.Net, back.Tax, back.Gross, back.Line));
        }

        return new(
            placed.Store,
            accepted.Till,
            lines.MoveToImmutable(),
            placed.TaxInclusive,
            accepted.Net,
            accepted.Tax,
            accepted.Gross,
            accepted.Reason,
            accepted.OccurredAt,
            order,
            accepted.Refunds,
            accepted.CashRounding,
            accepted.Exchange == true,
            accepted.Coins,
            accepted.CashCredit,
            accepted.ApprovedBy,
            accepted.TakenBy,
            accepted.Annotations);
    }

    /// <summary>
    /// The part of a line's amount that some pieces are worth when others have come back before. It is the difference of two cumulative amounts, so
    /// that all pieces together are worth exactly the amount paid.
    /// </summary>
    internal static long Share(long amount, int before, int after, int of) => Part(amount, after, of) - Part(amount, before, of);

    // Summed when a return is accepted, and not at each read: an order is read more often than it changes.
    private static ImmutableDictionary<int, int> Add(ImmutableDictionary<int, int> returned, ImmutableArray<LineBack> lines)
    {
        var pieces = returned.ToBuilder();
        foreach (var line in lines)
        {
            pieces[line.Line] = pieces.GetValueOrDefault(line.Line) + line.Quantity;
        }

        return pieces.ToImmutable();
    }

    private static long Part(long amount, int pieces, int of) => (long)(((2 * (Int128)amount * pieces) + of) / (2 * of));

    /// <summary>The decision on lines that come back.</summary>
    /// <param name="state">The order.</param>
    /// <param name="asked">The request.</param>
    /// <param name="store">The order's store; null when it was not looked up.</param>
    /// <param name="explained">The part that an exchange paid, for an order that did not journal whose money it was; otherwise null.</param>
    /// <param name="policy">The settings of the host.</param>
    /// <param name="now">The time of the decision, UTC.</param>
    public static Decision<OrderEvent> Return(
        OrderState state, ReturnLines asked, StoreView? store, CreditTender? explained, SalePolicy policy, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(asked);
        if (state.Placed is not { } placed)
        {
            return new Rejection(RejectionCode.UnknownOrder, "There is no such order.");
        }

        if (state.Returns.Find(known => known.Return == asked.Return) is { } before)
        {
            return before.Operation.Fingerprint == asked.Operation.Fingerprint && before.Operation.Id == asked.Operation.Id
                ? Nothing
                : OperationMemory.Reused(asked.Operation.Id);
        }

        if ((RefuseReturn(state, asked, policy, now) ?? Checkout.RefusePlace(store, placed.Store, asked.Till)) is { } refused)
        {
            return refused;
        }

        var lines = ImmutableArray.CreateBuilder<LineBack>(asked.Lines.Length);
        var sum = default(LineTotal);
        foreach (var one in asked.Lines)
        {
            if (TakeBack(state.Returned, placed, one, out var back) is { } impossible)
            {
                return impossible;
            }

            lines.Add(back);
            sum = new(sum.Net + back.Net, sum.Tax + back.Tax, sum.Gross + back.Gross);
        }

        var credit = explained ?? placed.Credit;
        var refunds = Refunds(state, placed, credit, sum.Gross, asked.InCash);
        var isDiverted = refunds.Any(refund => refund.InCash == true);
        if (isDiverted && Approval.RefuseWithout(asked.Operation, "cash for what a card paid") is { } unapproved)
        {
            return unapproved;
        }

        var rounding = placed.CashRounding ?? store!.CashRounding;
        var (coins, cashCredit) = Coins(state, placed, credit, refunds, asked.Exchange, rounding ?? 1);
        var currency = placed.Gross.Currency;
        return new OrderEvent.ReturnAccepted(
            asked.Return,
            OperationKey.Of(asked.Operation),
            asked.Till,
            lines.MoveToImmutable(),
            new Money(sum.Net, currency),
            new Money(sum.Tax, currency),
            new Money(sum.Gross, currency),
            refunds,
            asked.Reason,
            (asked.OccurredAt ?? now).ToUniversalTime(),
            now,
            rounding,
            asked.Exchange ? true : null,
            coins,
            cashCredit,
            isDiverted || Checkout.IsToldLate(asked.OccurredAt, now, policy) ? Approval.Of(asked.Operation) : null,
            asked.Operation.Actor is { Length: > 0 } actor ? actor : null,
            asked.Annotations);
    }

    private static Rejection? RefuseReturn(OrderState state, ReturnLines asked, SalePolicy policy, DateTimeOffset now)
    {
        if (state.State != OrderStatus.Confirmed)
        {
            return new(RejectionCode.IllegalTransition, $"Only lines of a CONFIRMED order can come back. This order is {state.State}.");
        }

        var count = asked.Lines.IsDefault ? 0 : asked.Lines.Length;
        var refused = Checkout.RefuseOperation(asked.Operation)
            ?? Checkout.RefuseCount(count)
            ?? Checkout.RefuseTime(asked.OccurredAt, now, policy, asked.Operation)
            ?? Texts.Required(asked.Reason, Limits.TextLengthMax, "reason")
            ?? AnnotationRules.Refuse(asked.Annotations)
            ?? (asked is { Exchange: true, InCash: true } ? new Rejection(RejectionCode.InvalidValue, "Money is paid out or kept for an exchange, one of the two.") : null)
            ?? (state.Returns.Count < Limits.ReturnsPerOrderMax
                ? null
                : new(RejectionCode.ReturnedTooMuch, $"An order takes lines back {Limits.ReturnsPerOrderMax} times at most."));
        var seen = new HashSet<int>();
        for (var i = 0; i < count && refused is null; i++)
        {
            var line = asked.Lines[i];
            refused = !seen.Add(line.Line) ? new(RejectionCode.InvalidValue, $"Line {line.Line} is named twice.")
                : line.Quantity is < 1 or > Limits.QuantityPerLineMax
                    ? new(RejectionCode.InvalidQuantity, $"Line {line.Line}: a quantity is from 1 to {Limits.QuantityPerLineMax}, not {line.Quantity}.")
                    : line.Disposition is Disposition.Restock or Disposition.WriteOff ? null
                    : new(RejectionCode.InvalidValue, $"Line {line.Line}: goods are restocked or written off.");
        }

        return refused;
    }

    private static Rejection? TakeBack(
        ImmutableDictionary<int, int> returned, OrderEvent.Placed placed, ReturnedLine asked, out LineBack back)
    {
        back = null!;
        if (asked.Line < 1 || asked.Line > placed.Lines.Length)
        {
            return new(RejectionCode.UnknownLine, $"The order has no line {asked.Line}.");
        }

        var sold = placed.Lines[asked.Line - 1];
        var before = returned.GetValueOrDefault(asked.Line);
        if (before + asked.Quantity > sold.Quantity)
        {
            return new(
                RejectionCode.ReturnedTooMuch,
                $"Line {asked.Line}: {sold.Quantity} pieces were sold, {before} have come back; {asked.Quantity} more cannot.");
        }

        var after = before + asked.Quantity;
        var gross = Share(sold.Gross, before, after, sold.Quantity);
        var tax = Share(sold.Tax, before, after, sold.Quantity);
        back = new(asked.Line, asked.Quantity, asked.Disposition, gross - tax, tax, gross);
        return null;
    }
}
