using System.Collections.Immutable;

namespace Pos.Tests.Simulated;

/// <summary>Carts: filled, parked, resumed, given up, checked out once.</summary>
internal sealed partial class Client
{
    private async Task OpenCart()
    {
        var source = _shared.Carts.FindAll(cart => cart.Order?.Ended == OrderStatus.Cancelled);
        var cart = await OpenCart(source.Count > 0 && _chance.Is(0.5) ? Known(source, StoreOf) : null);
        for (var lines = 1 + _chance.Next(3); lines > 0 && cart.Shown?.State == CartStatus.Open; lines--)
        {
            await AddLine(cart);
        }
    }

    private async Task<OpenedCart> OpenCart(OpenedCart? source)
    {
        var (id, from) = (new CartId(Hex(NextKey("cart"))), source?.Id);
        var store = source is not null && _chance.Is(0.8) ? StoreOf(source) : SomeStore();
        var asked = new Asked(id.Value, $"cart/{id}", isCommand: true)
        {
            Kind = "openCart",
            Body = store.Value,
            Lines = from is null ? 0 : 20,
            Effects = from is null ? [] : [Effects.Copy(from.Value.Value)],
        };
        var cart = new OpenedCart(asked, id, new(Operation(id.Value, from is null ? null : store), store, Shop.Till, from));
        Workshop.Keep(_shared.Carts, cart);
        await Ask(
            cart.Asked, grains => grains.GetGrain<ICartGrain>(id.Value).Open(cart.Command),
            (outcome, since) => Judge(cart.Asked, outcome, view => Shown(cart, view, since)));
        return cart;
    }

    private Task ChangeCart()
    {
        if (_shared.Carts.Count == 0)
        {
            return OpenCart();
        }

        if (_shared.CartRequests.Count > 0 && _chance.Is(0.15))
        {
            return Send(Known(_shared.CartRequests, static request => StoreOf(request.Cart)));
        }

        var cart = Known(_shared.Carts, StoreOf);
        var (id, line, quantity) = (NextKey("cart"), 1 + _chance.Next(3), 1 + _chance.Next(4));
        // More of a line with another price takes somebody who is shown how many.
        var op = Operation(id, _chance.Is(0.5) ? StoreOf(cart) : null);
        return _chance.Next(10) switch
        {
            < 3 => AddLine(cart),
            3 => Send(cart, op, "changeCartLine", grain => grain.Change(new(op, line, quantity)), Effects.Pieces(line, quantity)),
            4 => Send(cart, op, "removeCartLine", grain => grain.Remove(new(op, line)), mayDoNothing: true),
            5 => Send(cart, op, "refreshCart", grain => grain.Refresh(new(op))),
            6 => Send(cart, op, "parkCart", grain => grain.Park(new(op, "blue coat"))),
            7 => Send(cart, op, "resumeCart", grain => grain.Resume(new(op, Shop.Till))),
            8 when _chance.Is(0.3) => Send(cart, op, "cancelCart", grain => grain.Cancel(new(op, "the customer left")), mayDoNothing: true),
            8 => Send(cart, op, "annotateCart", grain => grain.Annotate(new(op, new(id, Customer: "customer-12", Metadata: new([new("country", "DE")]))))),
            _ => LookAtCart(cart),
        };
    }

    private Task AddLine(OpenedCart cart)
    {
        var price = _chance.Is(0.1) ? new PriceOverride(new Money(_chance.Next(500), Shop.Currency), _chance.Is(0.2) ? "" : "damaged") : null;
        var sku = _chance.Is(0.1) ? Shop.Service : _chance.Of(_shop.Goods);
        var code = _chance.Is(0.3) ? Shop.Barcode(sku) : null;
        var op = Operation(NextKey("line"), price is null ? null : StoreOf(cart));
        var add = new AddCartLine(op, code is null ? sku : null, code, 1 + _chance.Next(3), price);
        return Send(cart, op, "addCartLine", grain => grain.Add(add), price is null ? null : Effects.Line(sku.Value, add.Quantity, price.UnitPrice.Amount));
    }

    private Task Send(
        OpenedCart cart, Operation op, string kind, Func<ICartGrain, Task<Outcome<CartView>>> call, string? effect = null, bool mayDoNothing = false)
    {
        var asked = new Asked(op.Id, cart.Asked.Stream, isCommand: !mayDoNothing)
        {
            Kind = kind,
            Query = SomeQuery(),
            Lines = 20,
            Effects = effect is null ? [] : [effect],
        };
        var request = new CartRequest(asked, cart, call);
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
        new Asked("look", cart.Asked.Stream, isCommand: false) { Kind = "getCart", Query = SomeQuery() }, grains => grains.GetGrain<ICartGrain>(cart.Id.Value).Get(),
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

        var cart = Known(filled, StoreOf);
        if (cart.CheckOut is { } known && _chance.Is(0.3))
        {
            return CheckOut(known);
        }

        var op = Operation(NextKey("checkout"), _chance.Is(0.3) ? StoreOf(cart) : null);
        var isPlain = _chance.Is(0.3);
        var command = isPlain
            // The same click at another till: another key, the same sale.
            ? new CheckOutCart(op with { Fingerprint = "f-plain" }, new Money(1_000_000, Shop.Currency), null, null, Wait())
            : new CheckOutCart(
                op, Tender(cart.Shown!.Lines.Length),
                _chance.Is(0.3) ? cart.Shown.Total.Gross with { Amount = cart.Shown.Total.Gross.Amount + (_chance.Is(0.2) ? 1 : 0) } : null, null, Wait());
        return CheckOut(cart.CheckOut = KeptOf(cart, op, command));
    }

    private KeptCheckOut KeptOf(OpenedCart cart, Operation op, CheckOutCart command)
    {
        var asked = new Asked(op.Id, cart.Asked.Stream, isCommand: true)
        {
            Kind = "checkOutCart",
            Query = SomeQuery(),
            Lines = 20,
            Cards = CardsOf(command.Tender),
            Credit = command.Tender.Exchange?.Value,
            Effects = [Effects.Sale(cart.Id.Value)],
        };
        return new(asked, cart, command);
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
