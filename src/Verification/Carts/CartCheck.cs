using System.Text.Json;
using Pos.Journal;
using Pos.Verification.Orders;

namespace Pos.Verification.Carts;

/// <summary>Follows every cart to its end, and to the order that it becomes.</summary>
internal sealed class CartCheck(Tally tally, PayloadReader payloads, Streams streams)
{
    public void Next(in RecordedEvent at, CartTrace cart)
    {
        switch (at.Type)
        {
            case "cart.opened" when payloads.Read(at, Payloads.Default.CartOpened) is { } opened:
                Opened(at, cart, opened);
                break;
            case "cart.line-added" when payloads.Read(at, Payloads.Default.CartLineAdded) is { } added:
                Added(at, cart, added);
                break;
            case "cart.line-changed" or "cart.line-removed" when payloads.Read(at, Payloads.Default.CartLineTouched) is { } touched:
                Touched(at, cart, touched);
                break;
            case "cart.repriced" or "cart.parked" or "cart.resumed" when payloads.Read(at, Payloads.Default.CartMoved) is { } moved:
                Moved(at, cart, moved);
                break;
            case "cart.annotated" when payloads.Read(at, Payloads.Default.CartMoved) is { } annotated:
                Annotated(at, cart, annotated);
                break;
            case "cart.cancelled" when payloads.Read(at, Payloads.Default.CartCancelled) is not null:
                Cancelled(at, cart);
                break;
            case "cart.checked-out" when payloads.Read(at, Payloads.Default.CartCheckedOut) is { } done:
                CheckedOut(at, cart, done);
                break;
            case "cart.handed-over" when payloads.Read(at, Payloads.Default.Nothing) is not null:
                HandedOver(at, cart);
                break;
            case "cart.retry-asked" when payloads.Read(at, Payloads.Default.Nothing) is not null:
                break;
            default:
                payloads.NotTaken(at);
                break;
        }
    }

    private void Opened(in RecordedEvent at, CartTrace cart, CartOpened opened)
    {
        if (Follows(at, cart, cart.Standing == CartStanding.Unknown))
        {
            cart.Standing = CartStanding.Open;
            cart.Store = opened.Store;
            cart.Lines.UnionWith((opened.Lines ?? []).Select(line => line.Line.Number));
            Asked(at, cart, opened.Operation);
        }
    }

    private void Added(in RecordedEvent at, CartTrace cart, CartLineAdded added)
    {
        if (Changes(at, cart, added.Operation) && !cart.Lines.Add(added.Line.Number))
        {
            tally.Check(Invariant.CartTransitions, false, at, $"line {added.Line.Number} is there already");
        }
    }

    private void Touched(in RecordedEvent at, CartTrace cart, CartLineTouched touched)
    {
        if (Changes(at, cart, touched.Operation))
        {
            var was = at.Type == "cart.line-removed" ? cart.Lines.Remove(touched.Line) : cart.Lines.Contains(touched.Line);
            tally.Check(Invariant.CartTransitions, was, at, $"{at.Type} of line {touched.Line}, which is not there");
        }
    }

    private void Moved(in RecordedEvent at, CartTrace cart, CartMoved moved)
    {
        if (Follows(at, cart, cart.Standing == (at.Type == "cart.resumed" ? CartStanding.Parked : CartStanding.Open)))
        {
            cart.Standing = at.Type == "cart.parked" ? CartStanding.Parked : CartStanding.Open;
            Asked(at, cart, moved.Operation);
        }
    }

    private void Annotated(in RecordedEvent at, CartTrace cart, CartMoved annotated)
    {
        if (Follows(at, cart, cart.Standing is CartStanding.Open or CartStanding.Parked))
        {
            Asked(at, cart, annotated.Operation);
        }
    }

    private void Cancelled(in RecordedEvent at, CartTrace cart)
    {
        if (Follows(at, cart, cart.Standing is CartStanding.Open or CartStanding.Parked))
        {
            cart.Standing = CartStanding.Cancelled;
        }
    }

    private void CheckedOut(in RecordedEvent at, CartTrace cart, CartCheckedOut done)
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

    private void HandedOver(in RecordedEvent at, CartTrace cart)
    {
        if (Follows(at, cart, cart is { Standing: CartStanding.CheckedOut, IsHandedOver: false }))
        {
            cart.IsHandedOver = true;
            var order = streams.Order(cart.Sold!.Order);
            tally.Check(Invariant.CartOrder, order is { Standing: not OrderStanding.Unknown }, at, $"there is no order {cart.Sold.Order} yet");
        }
    }

    /// <summary>An order names the cart that it comes from.</summary>
    public void Ordered(in RecordedEvent at, OrderPlaced placed)
    {
        if (placed.Cart is { } cart)
        {
            var sold = streams.Cart(cart)?.Sold;
            tally.Check(
                Invariant.CartOrder,
                sold is not null && sold.Order == at.Stream.Key && sold.Sale.Gross == placed.Gross,
                at,
                $"it says it is cart {cart}, checked out as order {sold?.Order} for {sold?.Sale.Gross.Minor}, not {placed.Gross.Minor}");
            tally.Check(
                Invariant.CartOrder, AreEqual(sold?.Sale.Annotations, placed.Annotations), at, $"its annotations are not those of cart {cart} at the checkout");
        }
    }

    private static bool AreEqual(JsonElement? one, JsonElement? other) =>
        one is { } some && other is { } same ? JsonElement.DeepEquals(some, same) : one is null && other is null;

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
        tally.CheckOnce(at, cart, operation);
        tally.CheckStore(at, cart.Store, "cart");
    }

    private bool Follows(in RecordedEvent at, CartTrace cart, bool legal) =>
        tally.Check(Invariant.CartTransitions, legal, at, $"{at.Type} of a cart that is {cart.Standing}");
}
