using System.Collections.Immutable;
using Orleans;
using Pos.Api;
using Pos.Api.Carts;
using Pos.Api.Idempotency;
using Pos.Api.Lists;
using Pos.Payments.Simulator;

namespace Pos.Tests.Simulated;

/// <summary>What somebody with a valid key tries who is up to no good. None of it may have an effect that nobody allowed, or cost more than it says.</summary>
internal sealed partial class Client
{
    private Task DoMischief() => _chance.Next(9) switch
    {
        0 => RaisePieces(),
        1 => CopyPrices(),
        2 => HammerUnknown(),
        3 => OrderWhatIsNotThere(),
        4 => ReturnPieceByPiece(),
        5 => TurnCardIntoCash(),
        6 => OccupyKey(),
        7 => ListCarts(),
        _ => EndAnotherHold(),
    };

    /// <summary>A price that was approved for one piece, for many.</summary>
    private async Task RaisePieces()
    {
        if (await CartWith(1, new PriceOverride(new Money(1, Shop.Currency), "damaged")) is not { Shown.Lines.IsEmpty: false } cart)
        {
            return;
        }

        var (line, quantity) = (cart.Shown.Lines[0].Line, 2 + _chance.Next(4));
        var op = Operation(NextKey("raise"), _chance.Is(0.3) ? StoreOf(cart) : null);
        await Send(cart, op, "changeCartLine", grain => grain.Change(new(op, line, quantity)), Effects.Pieces(line, quantity));
        await CheckOut(Plainly(cart));
    }

    /// <summary>A cart with another price, whose order is cancelled, is copied with that price.</summary>
    private async Task CopyPrices()
    {
        if (await CartWith(_shop.StockMax + 50, new PriceOverride(new Money(1, Shop.Currency), "damaged")) is not { } cart)
        {
            return;
        }

        await CheckOut(Plainly(cart));
        if (cart.Order?.Ended == OrderStatus.Cancelled)
        {
            await OpenCart(cart);
        }
    }

    private async Task<OpenedCart?> CartWith(int quantity, PriceOverride price)
    {
        var cart = await OpenCart(null);
        if (cart.Shown?.State != CartStatus.Open)
        {
            return null;
        }

        var (sku, op) = (_chance.Of(_shop.Goods), Operation(NextKey("line"), StoreOf(cart)));
        await Send(
            cart, op, "addCartLine", grain => grain.Add(new(op, sku, null, quantity, price)), Effects.Line(sku.Value, quantity, price.UnitPrice.Amount));
        return cart;
    }

    private KeptCheckOut Plainly(OpenedCart cart)
    {
        var op = Operation(NextKey("checkout"));
        return cart.CheckOut = KeptOf(cart, op, new CheckOutCart(op, new Money(1_000_000, Shop.Currency), null, null, TimeSpan.FromSeconds(3)));
    }

    /// <summary>Ids that nobody has ever heard of, one after the other.</summary>
    private async Task HammerUnknown()
    {
        for (var left = 4; left > 0; left--)
        {
            var id = Hex(NextKey("unknown"));
            await (_chance.Next(5) switch
            {
                0 => Ask(new Asked("look", $"order/{id}", false) { Kind = "getOrder" }, grains => grains.GetGrain<IOrderGrain>(id).Get(), IsNothing),
                1 => Ask(new Asked("look", $"cart/{id}", false) { Kind = "getCart" }, grains => grains.GetGrain<ICartGrain>(id).Get(), IsNothing),
                2 => Ask(new Asked("look", $"return/{id}", false) { Kind = "getReturn" }, grains => grains.GetGrain<IReturnGrain>(id).Get(), IsNothing),
                3 => Ask(new Asked("look", $"payment/{id}.1", false) { Kind = "getPayment" }, grains => grains.GetGrain<IPaymentGrain>($"{id}.1").Get(), IsNothing),
                _ => HammerStock(new StockKey(SomeStore(), new Sku(id)).ToString()),
            });
        }
    }

    private Task HammerStock(string key) => Ask(
        new Asked("look", $"stock/{key}", false) { Kind = "getStock" }, grains => grains.GetGrain<IStockGrain>(key).Get(), IsNothing);

    private static bool IsNothing<T>(T? view, long since)
        where T : class => view is null;

    /// <summary>An order of many lines, most of which cannot be had.</summary>
    private Task OrderWhatIsNotThere()
    {
        var id = new OrderId(Hex(NextKey("order")));
        var lines = Enumerable.Range(0, 6 + _chance.Next(10)).Select(_ => new OrderLineRequest(_chance.Of(_shop.Goods), _shop.StockMax + 40)).ToImmutableArray();
        var command = new PlaceOrder(Operation(id.Value), SomeStore(), Shop.Till, lines, new Money(10_000_000, Shop.Currency), null, Wait());
        return Place(new PlacedOrder(Sale(command, id), id, command), command);
    }

    /// <summary>Pieces that cost less than the step of cash come back one by one.</summary>
    private async Task ReturnPieceByPiece()
    {
        var (id, store, sku) = (new OrderId(Hex(NextKey("order"))), SomeStore(), _chance.Of(_shop.Goods));
        var line = new OrderLineRequest(sku, 4, new PriceOverride(new Money(3, Shop.Currency), "damaged"));
        var command = new PlaceOrder(Operation(id.Value, store), store, Shop.Till, [line], new Money(10_000, Shop.Currency), null, TimeSpan.FromSeconds(3));
        var order = new PlacedOrder(Sale(command, id), id, command);
        Workshop.Keep(_shared.Orders, order);
        await Place(order, command);
        for (var left = 4; left > 0 && order.Ended == OrderStatus.Confirmed; left--)
        {
            await Return(BackOf(order, 1, isExchange: false));
        }
    }

    /// <summary>Bought by card, exchanged, and the exchange returned: what the card paid is asked for in cash.</summary>
    private async Task TurnCardIntoCash()
    {
        var (id, store, sku) = (new OrderId(Hex(NextKey("order"))), SomeStore(), _chance.Of(_shop.Goods));
        var command = new PlaceOrder(
            Operation(id.Value), store, Shop.Till, [new(sku, 1)], new TenderRequest(null, [new(TestTokens.Approve)]), null, TimeSpan.FromSeconds(3));
        var order = new PlacedOrder(Sale(command, id), id, command);
        await Place(order, command);
        if (order.Ended != OrderStatus.Confirmed)
        {
            return;
        }

        if (_chance.Is(0.3))
        {
            // The short way: nobody approves of it.
            await Return(BackOf(order, 1, isExchange: false, inCash: true));
        }

        var exchange = BackOf(order, 1, isExchange: true);
        await Return(exchange);
        var next = new OrderId(Hex(NextKey("order")));
        var again = new PlaceOrder(
            Operation(next.Value), store, Shop.Till, [new(sku, 1)], new TenderRequest(null, [], exchange.Command.Return), null, TimeSpan.FromSeconds(3));
        var second = new PlacedOrder(Sale(again, next), next, again);
        await Place(second, again);
        if (second.Ended == OrderStatus.Confirmed)
        {
            await Return(BackOf(second, 1, isExchange: false));
        }
    }

    private SoldBack BackOf(PlacedOrder order, int pieces, bool isExchange, bool inCash = false)
    {
        var id = new ReturnId(Hex(NextKey("back")));
        var command = new ReturnLines(
            Operation(id.Value), id, Shop.Till, [new(1, pieces, Disposition.Restock)], "too small", isExchange, null, TimeSpan.FromSeconds(3),
            inCash);
        return new SoldBack(BackOf(order, id, 1), order.Id, order.Command.Store, command);
    }

    /// <summary>Two people at one till choose the same key: each has an order of their own.</summary>
    private async Task OccupyKey()
    {
        var (store, key) = (SomeStore(), NextKey("key"));
        foreach (var who in new[] { _key, _staff.Boss })
        {
            var id = new OrderId(new IdempotencyKey(key, who.Name).Id(store.Value, Shop.Till.Value, "POST /orders"));
            var operation = Operation(id.Value, by: who);
            var command = new PlaceOrder(
                operation with { Fingerprint = $"f-{who.Name}" }, store, Shop.Till, [new(_chance.Of(_shop.Goods), 1)], new Money(10_000, Shop.Currency), null, Wait());
            var sale = Sale(command, id);
            await Ask(
                sale, grains => grains.GetGrain<IOrderGrain>(id.Value).Place(command),
                (outcome, _) =>
                {
                    _world.Violations.Require(
                        outcome.Rejection?.Code != RejectionCode.OperationReused, Invariant.EffectsAreAuthorised, sale.Stream,
                        $"{who.Name} has never used the key {key}, and is told that it was");
                    return !IsNotNow(outcome.Rejection);
                });
        }
    }

    /// <summary>The carts of a store, one after the other: from where one's own list goes on, and from where a colleague's does.</summary>
    private async Task ListCarts()
    {
        await ListCarts(_key, SomeStore(), null);
        if (_shared.Cursors.Count > 0)
        {
            await ListCarts(_key, SomeStore(), _chance.Of(_shared.Cursors));
            var known = Known(_shared.Cursors, static kept => kept.Store);
            await ListCarts(_chance.Is(0.5) ? _key : known.To, known.Store, known);
        }
    }

    private Task ListCarts(Key who, StoreId store, KeptCursor? from)
    {
        var asked = new Asked(NextKey("list"), $"list/{store}", isCommand: false) { Kind = "listCarts", Query = store.Value };
        var papers = _shared.Papers[asked.Id] = new Papers(who, null);
        return Ask(
            asked, grains => Door.ListCarts(papers, store, from?.Cursor, grains),
            (page, _) =>
            {
                var isOwn = from is null || (from.To == who && from.Store == store);
                _world.Violations.Require(
                    (page is not null) == isOwn, Invariant.EffectsAreAuthorised, asked.Stream,
                    $"{who.Name} goes on with the list of {from?.Store} that {from?.To.Name} has begun, and {(page is null ? "is refused" : "is let in")}");
                foreach (var cart in page?.Items ?? [])
                {
                    _world.Violations.Require(cart.Store == store, Invariant.EffectsAreAuthorised, asked.Stream, $"shows cart {cart.Id} of {cart.Store}");
                    _world.Replies.Cart(cart, 0);
                }

                if (page?.NextCursor is { } next)
                {
                    Workshop.Keep(_shared.Cursors, new KeptCursor(next, who, store));
                }

                return true;
            });
    }

    /// <summary>Pieces that somebody holds leave the store without a sale.</summary>
    private Task EndAnotherHold() => UseHold("commitHold", static (stock, command) => stock.Commit(command));
}
