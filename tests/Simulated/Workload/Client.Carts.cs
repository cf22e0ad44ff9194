using System.Collections.Immutable;

namespace Pos.Simulation;

/// <summary>Carts: filled, parked, resumed, given up, checked out once.</summary>
internal sealed partial class Client
{
    private async Task OpenCart()
    {
        var id = new CartId(Hex(NextKey("cart")));
        var source = _shared.Carts.FindAll(cart => cart.Order?.Ended == OrderState.Cancelled);
        var from = source.Count > 0 && _chance.Is(0.5) ? Lately(source).Id : (CartId?)null;
        var cart = new OpenedCart(
            new Asked(id.Value, $"cart/{id}", isCommand: true), id, new(Operation(id.Value), _chance.Of(_shop.Stores), Shop.Till, from));
        Workshop.Keep(_shared.Carts, cart);
        await Ask(
            cart.Asked, grains => grains.GetGrain<ICartGrain>(id.Value).Open(cart.Command),
            (outcome, since) => Judge(cart.Asked, outcome, view => Shown(cart, view, since)));
        for (var lines = 1 + _chance.Next(3); lines > 0 && cart.Shown?.State == CartState.Open; lines--)
        {
            await AddLine(cart);
        }
    }

    private Task ChangeCart()
    {
        if (_shared.Carts.Count == 0)
        {
            return OpenCart();
        }

        if (_shared.CartRequests.Count > 0 && _chance.Is(0.15))
        {
            return Send(Lately(_shared.CartRequests));
        }

        var cart = Lately(_shared.Carts);
        var (op, line, quantity) = (Operation(NextKey("cart")), 1 + _chance.Next(3), 1 + _chance.Next(4));
        return _chance.Next(10) switch
        {
            < 3 => AddLine(cart),
            3 => Send(cart, op, grain => grain.Change(new(op, line, quantity))),
            4 => Send(cart, op, grain => grain.Remove(new(op, line)), mayDoNothing: true),
            5 => Send(cart, op, grain => grain.Refresh(new(op))),
            6 => Send(cart, op, grain => grain.Park(new(op, "blue coat"))),
            7 => Send(cart, op, grain => grain.Resume(new(op, Shop.Till))),
            8 when _chance.Is(0.3) => Send(cart, op, grain => grain.Cancel(new(op, "the customer left")), mayDoNothing: true),
            _ => LookAtCart(cart),
        };
    }

    private Task AddLine(OpenedCart cart)
    {
        var op = Operation(NextKey("line"));
        var price = _chance.Is(0.1) ? new PriceOverride(new Money(_chance.Next(500), Shop.Currency), _chance.Is(0.2) ? "" : "damaged") : null;
        var sku = _chance.Is(0.1) ? Shop.Service : _chance.Of(_shop.Goods);
        var code = _chance.Is(0.3) ? Shop.Barcode(sku) : null;
        var add = new AddCartLine(op, code is null ? sku : null, code, 1 + _chance.Next(3), price);
        return Send(cart, op, grain => grain.Add(add));
    }

    private Task Send(OpenedCart cart, Operation op, Func<ICartGrain, Task<Outcome<CartView>>> call, bool mayDoNothing = false)
    {
        var request = new CartRequest(new Asked(op.Id, cart.Asked.Stream, isCommand: !mayDoNothing), cart, call);
        Workshop.Keep(_shared.CartRequests, request);
        return Send(request);
    }

    private Task Send(CartRequest request) => Ask(
        request.Asked, grains => request.Call(grains.GetGrain<ICartGrain>(request.Cart.Id.Value)),
        (outcome, since) =>
        {
            if (request.Asked.IsCommand)
            {
                return Judge(request.Asked, outcome, view => Shown(request.Cart, view, since));
            }

            if (outcome.Value is { } seen)
            {
                Shown(request.Cart, seen, since);
            }

            return !IsNotNow(outcome.Rejection);
        });

    private Task LookAtCart(OpenedCart cart) => Ask(
        new Asked("look", cart.Asked.Stream, isCommand: false), grains => grains.GetGrain<ICartGrain>(cart.Id.Value).Get(),
        (view, since) =>
        {
            if (view is not null)
            {
                Shown(cart, view, since);
            }

            return true;
        });

    private void Shown(OpenedCart cart, CartView view, long since)
    {
        cart.Shown = view;
        _world.Replies.Cart(view, since);
    }

    private Task CheckOut()
    {
        var filled = _shared.Carts.FindAll(cart => cart.Shown is { Lines.IsEmpty: false });
        if (filled.Count == 0)
        {
            return OpenCart();
        }

        var cart = Lately(filled);
        if (cart.CheckOut is { } known && _chance.Is(0.3))
        {
            return CheckOut(known);
        }

        var op = Operation(NextKey("checkout"));
        var isPlain = _chance.Is(0.3);
        var command = isPlain
            // The same click at another till: another key, the same sale.
            ? new CheckOutCart(op with { Fingerprint = "f-plain" }, new Money(1_000_000, Shop.Currency), null, null, Wait())
            : new CheckOutCart(
                op, Tender(cart.Shown!.Lines.Length),
                _chance.Is(0.3) ? cart.Shown.Total.Gross with { Amount = cart.Shown.Total.Gross.Amount + (_chance.Is(0.2) ? 1 : 0) } : null, null, Wait());
        return CheckOut(cart.CheckOut = new KeptCheckOut(new Asked(op.Id, cart.Asked.Stream, isCommand: true), cart, command));
    }

    private Task CheckOut(KeptCheckOut sale) => Ask(
        sale.Asked, grains => grains.GetGrain<ICartGrain>(sale.Cart.Id.Value).CheckOut(sale.Command),
        (outcome, _) =>
        {
            if (outcome.Value is not { } view)
            {
                return Refused(sale.Asked, outcome.Rejection!);
            }

            sale.Asked.WasAccepted = true;
            _world.Violations.Require(
                _world.Book.CartOf(sale.Cart.Id.Value)?.Order == view.Id.Value && _world.Book.OrderOf(view.Id.Value) is { State: not null },
                Invariant.AcknowledgedIsPresent, sale.Asked.Stream, $"checked out as {view.Id}, which is not in the journal");
            Told(Sold(sale, view), view, 0);
            return true;
        });

    // Others cancel it, look at it and bring it back as any other order.
    private PlacedOrder Sold(KeptCheckOut sale, OrderView view)
    {
        if (sale.Cart.Order is not { } order)
        {
            var lines = view.Lines.Select(line => new OrderLineRequest(line.Sku, line.Quantity, null)).ToImmutableArray();
            var command = new PlaceOrder(sale.Command.Operation, view.Store, view.Till, lines, sale.Command.Tender, null, TimeSpan.Zero);
            sale.Cart.Order = order = new PlacedOrder(sale.Asked, view.Id, command) { CheckOut = sale };
            Workshop.Keep(_shared.Orders, order);
        }

        return order;
    }
}
