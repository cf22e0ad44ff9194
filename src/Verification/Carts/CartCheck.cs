using Pos.Journal;
using Pos.Verification.Orders;

namespace Pos.Verification.Carts;

/// <summary>Follows every cart to its end, and to the order that it is.</summary>
internal sealed class CartCheck(Tally tally, Streams streams)
{
    public void Opened(in RecordedEvent at, CartTrace cart, CartOpened opened)
    {
        if (Follows(at, cart, cart.Standing == CartStanding.Unknown))
        {
            cart.Standing = CartStanding.Open;
            cart.Store = opened.Store;
            cart.Lines.UnionWith((opened.Lines ?? []).Select(line => line.Line.Number));
            Asked(at, cart, opened.Operation);
        }
    }

    public void Added(in RecordedEvent at, CartTrace cart, CartLineAdded added)
    {
        if (Changes(at, cart, added.Operation) && !cart.Lines.Add(added.Line.Number))
        {
            tally.Check(Invariant.CartTransitions, false, at, $"line {added.Line.Number} is there already");
        }
    }

    public void Touched(in RecordedEvent at, CartTrace cart, CartLineTouched touched)
    {
        if (Changes(at, cart, touched.Operation))
        {
            var was = at.Type == "cart.line-removed" ? cart.Lines.Remove(touched.Line) : cart.Lines.Contains(touched.Line);
            tally.Check(Invariant.CartTransitions, was, at, $"{at.Type} of line {touched.Line}, which is not there");
        }
    }

    public void Moved(in RecordedEvent at, CartTrace cart, CartMoved moved)
    {
        if (Follows(at, cart, cart.Standing == (at.Type == "cart.resumed" ? CartStanding.Parked : CartStanding.Open)))
        {
            cart.Standing = at.Type == "cart.parked" ? CartStanding.Parked : CartStanding.Open;
            Asked(at, cart, moved.Operation);
        }
    }

    public void Cancelled(in RecordedEvent at, CartTrace cart)
    {
        if (Follows(at, cart, cart.Standing is CartStanding.Open or CartStanding.Parked))
        {
            cart.Standing = CartStanding.Cancelled;
        }
    }

    public void CheckedOut(in RecordedEvent at, CartTrace cart, CartCheckedOut done)
    {
        if (Follows(at, cart, cart.Standing == CartStanding.Open))
        {
            cart.Standing = CartStanding.CheckedOut;
            cart.Sold = done;
            Asked(at, cart, done.Operation);
            tally.Check(
                Invariant.CartOrder, done.Sale.Cart == at.Stream.Key && done.Sale.Store == cart.Store, at, $"it is sold as cart {done.Sale.Cart} of store '{done.Sale.Store}'");
        }
    }

    public void HandedOver(in RecordedEvent at, CartTrace cart)
    {
        if (Follows(at, cart, cart is { Standing: CartStanding.CheckedOut, IsHandedOver: false }))
        {
            cart.IsHandedOver = true;
            var order = streams.Find("order/" + cart.Sold!.Order) as OrderTrace;
            tally.Check(Invariant.CartOrder, order is { Standing: not OrderStanding.Unknown }, at, $"there is no order {cart.Sold.Order} yet");
        }
    }

    /// <summary>An order says which cart it was.</summary>
    public void Ordered(in RecordedEvent at, OrderPlaced placed)
    {
        if (placed.Cart is { } cart)
        {
            var sold = (streams.Find("cart/" + cart) as CartTrace)?.Sold;
            tally.Check(
                Invariant.CartOrder,
                sold is not null && sold.Order == at.Stream.Key && sold.Sale.Gross == placed.Gross,
                at,
                $"it says it is cart {cart}, checked out as order {sold?.Order} for {sold?.Sale.Gross.Minor}, not {placed.Gross.Minor}");
        }
    }

    private bool Changes(in RecordedEvent at, CartTrace cart, OperationRef operation)
    {
        var follows = Follows(at, cart, cart.Standing == CartStanding.Open);
        if (follows)
        {
            Asked(at, cart, operation);
        }

        return follows;
    }

    private void Asked(in RecordedEvent at, CartTrace cart, OperationRef operation)
    {
        tally.Check(Invariant.Operations, cart.Note(operation, at.RecordedAt), at, $"operation {operation.Id} took effect twice");
        tally.Check(Invariant.Envelope, at.Context.Store == cart.Store, at, $"the envelope says store '{at.Context.Store}', the cart '{cart.Store}'");
    }

    private bool Follows(in RecordedEvent at, CartTrace cart, bool legal) =>
        tally.Check(Invariant.CartTransitions, legal, at, $"{at.Type} of a cart that is {cart.Standing}");
}
