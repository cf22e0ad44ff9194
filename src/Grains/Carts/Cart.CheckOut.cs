using System.Collections.Immutable;

namespace Pos.Grains.Carts;

public static partial class Cart
{
    // Every refusal happens here: the order takes the sale without checking it again.
    private static Decision<CartEvent> CheckOut(CartState state, CartCommand.CheckOut command)
    {
        var asked = command.Asked;
        // Another till or another click sends another key. The same sale is the same order.
        if (state.CheckedOut is { } done && done.Operation.Fingerprint == asked.Operation.Fingerprint)
        {
            return Nothing;
        }

        if (Ask(state, asked.Operation, command.Now, CartStatus.Open) is { } answered)
        {
            return answered.Rejection is null && state.CheckedOut is null ? OperationMemory.Reused(asked.Operation.Id) : answered;
        }

        if (state.Lines.IsEmpty)
        {
            return new Rejection(RejectionCode.CartEmpty, "There is nothing in the cart.");
        }

        if ((Checkout.RefuseTime(asked.OccurredAt, command.Now, command.Policy, asked.Operation)
            ?? Tenders.Refuse(asked.Tender, command.Policy.TakesCards)
            ?? Checkout.RefusePlace(command.Store, state.Opened!.Store, state.Till)) is { } refused)
        {
            return refused;
        }

        var store = command.Store!;
        if (CartPricing.Price(state.Lines.Values, new(store, command.Products), out var priced) is { } unsold)
        {
            return unsold;
        }

        if (Approve(ref priced, asked.Operation, command.Now) is { } unapproved)
        {
            return unapproved;
        }

        var sum = CartPricing.Sum(priced);
        if ((RefuseChanged(state, priced) ?? RefuseUnexpected(asked.ExpectedTotal, sum, store)) is { } otherwise)
        {
            return otherwise;
        }

        if (Tenders.Resolve(asked.Tender, store, sum.Gross, command.Credit, out var tenders) is { } unpaid)
        {
            return unpaid;
        }

        var sale = Sale.Of(
            store.Id, state.Till, Numbered(priced), sum, store, tenders, (asked.OccurredAt ?? command.Now).ToUniversalTime(), command.Id,
            Approvers(priced, Checkout.IsToldLate(asked.OccurredAt, command.Now, command.Policy) ? asked.Operation.ApprovedBy : ""),
            asked.Operation.Actor, state.Annotations);
        return new CartEvent.CheckedOut(OperationKey.Of(asked.Operation), OrderId.Of(command.Id), sale, command.Now);
    }

    // A price whose approval does not cover the line any more takes a new one, which covers this sale.
    private static Rejection? Approve(ref ImmutableArray<CartLine> lines, Operation operation, DateTimeOffset now)
    {
        var approved = lines.ToBuilder();
        for (var i = 0; i < approved.Count; i++)
        {
            var line = approved[i].Line;
            if (Approval.RefusePrice(line, operation, now) is { } refused)
            {
                return refused;
            }

            if (line.OverrideReason is not null && !Approval.Covers(line, now))
            {
                approved[i] = new(line with { Approval = Approval.OfPrice(operation, line.Quantity, now) }, operation.ApprovedBy);
            }
        }

        lines = approved.MoveToImmutable();
        return null;
    }

    private static Rejection? RefuseChanged(CartState state, ImmutableArray<CartLine> priced)
    {
        foreach (var (now, _) in priced)
        {
            var shown = state.Lines[now.Line].Line;
            if (CartPricing.Differ(shown, now))
            {
                return new(
                    RejectionCode.PriceChanged, $"Line {now.Line}: '{now.Sku}' was shown at {shown.UnitPrice} and comes to {now.UnitPrice} minor units now, or its tax has changed.");
            }
        }

        return null;
    }

    private static Rejection? RefuseUnexpected(Money? expected, LineTotal sum, StoreView store)
    {
        var total = new Money(sum.Gross, store.Currency);
        return expected is null || expected == total ? null : new(RejectionCode.PriceChanged, $"The cart comes to {total}, not to {expected}.");
    }

    // An order's lines are numbered without gaps.
    private static ImmutableArray<OrderLine> Numbered(ImmutableArray<CartLine> lines)
    {
        var numbered = ImmutableArray.CreateBuilder<OrderLine>(lines.Length);
        foreach (var (line, _) in lines)
        {
            numbered.Add(line with { Line = numbered.Count + 1 });
        }

        return numbered.MoveToImmutable();
    }

    private static string Approvers(ImmutableArray<CartLine> lines, string late) => string.Join(
        ", ", lines.Select(line => line.ApprovedBy).OfType<string>().Append(late).Where(name => name.Length > 0).Distinct(StringComparer.Ordinal));
}
