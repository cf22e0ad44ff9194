using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Pos.Tests.Simulated;

internal sealed partial class Client
{
    private static string Hex(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32];

    private Task AskSomething() => _chance.Is(0.08) ? DoMischief() : _chance.Next(100) switch
    {
        < 23 => PlaceOrder(),
        < 26 => OpenCart(),
        < 30 => ChangeCart(),
        < 34 => CheckOut(),
        < 38 => RepeatOrder(),
        < 43 => CancelOrder(),
        < 44 => LookAtOrder(),
        < 47 => LookAtPayment(),
        < 51 => PlaceReturn(),
        < 54 => RepeatReturn(),
        < 61 => ReturnSold(),
        < 63 => PayOut(),
        < 65 => ChangeProduct(),
        var dice => AskStock(dice),
    };

    private Task PlaceOrder()
    {
        var id = new OrderId(Hex(NextKey("order")));
        var lines = ImmutableArray.CreateBuilder<OrderLineRequest>();
        for (var i = 1 + _chance.Next(_chance.Is(0.1) ? 8 : 3); i > 0; i--)
        {
            var sku = _chance.Is(0.15) ? Shop.Service : _chance.Is(0.01) ? Shop.Unknown : _chance.Of(_shop.Goods);
            var price = _chance.Is(0.2)
                ? new PriceOverride(new Money(_chance.Next(500), Shop.Currency), _chance.Is(0.2) ? "" : "damaged")
                : null;
            lines.Add(new(sku, 1 + _chance.Next(_chance.Is(0.1) ? _shop.StockMax + 2 : 3), price));
        }

        var store = SomeStore();
        var command = new PlaceOrder(
            Operation(id.Value, lines.Any(static line => line.Override is not null) ? store : null), store, Shop.Till, lines.ToImmutable(),
            Tender(lines.Count),
            _chance.Is(0.1) ? _time.GetUtcNow() + TimeSpan.FromHours(_chance.Is(0.2) ? 1 : -1) : null, Wait());
        var order = new PlacedOrder(Sale(command, id), id, command);
        Workshop.Keep(_shared.Orders, order);
        return Place(order, command);
    }

    private static Asked Sale(PlaceOrder command, OrderId id) => new(id.Value, $"order/{id}", isCommand: true)
    {
        Kind = "placeOrder",
        Body = command.Store.Value,
        Effects = [.. command.Lines.Where(static line => line.Override is not null).Select(
            static line => Effects.Line(line.Sku.Value, line.Quantity, line.Override!.UnitPrice.Amount))],
        Lines = command.Lines.Length,
        Cards = CardsOf(command.Tender),
        Credit = command.Tender.Exchange?.Value,
    };

    private TimeSpan Wait() => _chance.Is(0.3) ? TimeSpan.Zero : TimeSpan.FromSeconds(_chance.Next(4));

    private Task Place(PlacedOrder order, PlaceOrder command) => order.CheckOut is { } sale ? CheckOut(sale) : Ask(
        order.Asked, grains => grains.GetGrain<IOrderGrain>(order.Id.Value).Place(command),
        (outcome, since) => Judge(order.Asked, outcome, view => Told(order, view, since)));

    /// <summary>What one caller was told of an order's end, every other is told too.</summary>
    private void Told(PlacedOrder order, OrderView view, long since)
    {
        _world.Replies.Order(view, since);
        if (view.State is OrderStatus.Confirmed or OrderStatus.Cancelled)
        {
            _world.Violations.Require(
                order.Ended is null || order.Ended == view.State, Invariant.OneKeyOneVerdict, $"order/{order.Id}",
                $"was {order.Ended} and is now {view.State}");
            order.Ended = view.State;
        }
    }

    private Task RepeatOrder()
    {
        if (_shared.Orders.Count == 0)
        {
            return Task.CompletedTask;
        }

        var order = Known(_shared.Orders, StoreOf);
        if (_chance.Is(0.7))
        {
            return Place(order, order.Command with { WaitMax = Wait() });
        }

        // Another body under the same key: whoever comes second is refused, and nothing of it happens.
        var other = order.Command with { Operation = order.Command.Operation with { Fingerprint = "another body" } };
        return order.CheckOut is not null || !_world.Book.IsKnown($"order/{order.Id}") ? Task.CompletedTask : Ask(
            new Asked("another body", $"order/{order.Id}", isCommand: false) { Kind = "placeOrder", Body = order.Command.Store.Value }, grains => grains.GetGrain<IOrderGrain>(order.Id.Value).Place(other),
            (outcome, _) =>
            {
                _world.Violations.Require(
                    outcome.Rejection is { Code: RejectionCode.OperationReused or RejectionCode.JournalFull }, Invariant.OneKeyOneVerdict,
                    $"order/{order.Id}", $"another body under the same key: {outcome}");
                return true;
            });
    }

    private Task CancelOrder()
    {
        if (_shared.Orders.Count == 0)
        {
            return Task.CompletedTask;
        }

        var order = Known(_shared.Orders, StoreOf);
        var asked = new Asked(NextKey("cancel"), $"order/{order.Id}", isCommand: false) { Kind = "cancelOrder", Query = SomeQuery() };
        return Ask(
            asked, grains => grains.GetGrain<IOrderGrain>(order.Id.Value).Cancel(new(Operation(asked.Id), "the customer left")),
            (outcome, since) =>
            {
                if (outcome.Value is { } view)
                {
                    _world.Violations.Require(
                        view.State == OrderStatus.Cancelled, Invariant.AcknowledgedIsPresent, asked.Stream,
                        $"the cancel is accepted and the order {view.State}");
                    Told(order, view, since);
                }
                else if (outcome.Rejection!.Code == RejectionCode.IllegalTransition)
                {
                    _world.Violations.Require(
                        _world.Book.OrderOf(order.Id.Value)?.State == OrderStatus.Confirmed, Invariant.NothingUndurableIsSaid, asked.Stream,
                        "the cancel is refused because of a payment that is not durable");
                }

                return !IsNotNow(outcome.Rejection);
            });
    }

    private Task LookAtOrder()
    {
        if (_shared.Orders.Count == 0)
        {
            return Task.CompletedTask;
        }

        var order = Known(_shared.Orders, StoreOf);
        return Ask(
            new Asked("look", $"order/{order.Id}", isCommand: false) { Kind = "getOrder", Query = SomeQuery() }, grains => grains.GetGrain<IOrderGrain>(order.Id.Value).Get(),
            (view, since) =>
            {
                if (view is not null)
                {
                    Told(order, view, since);
                }
                else
                {
                    _world.Violations.Require(
                        since == 0 || _world.HasStaleReaders, Invariant.RepliesFollowTheJournal, $"order/{order.Id}",
                        "an order that is durable is not found");
                }

                return true;
            });
    }

    private Task PlaceReturn()
    {
        var id = new ReturnId(Hex(NextKey("return")));
        var lines = ImmutableArray.CreateBuilder<ReturnLineRequest>();
        for (var i = 1 + _chance.Next(2); i > 0; i--)
        {
            var sku = _chance.Is(0.1) ? Shop.Service : _chance.Of(_shop.Goods);
            var price = _chance.Is(0.5) ? new Money(_chance.Next(400), Shop.Currency) : (Money?)null;
            lines.Add(new(sku, 1 + _chance.Next(3), price, _chance.Is(0.8) ? Disposition.Restock : Disposition.WriteOff));
        }

        var store = SomeStore();
        var command = new PlaceReturn(
            Operation(id.Value, store), store, Shop.Till, lines.ToImmutable(), _chance.Is(0.03) ? "" : "faulty", null, Wait());
        var asked = new Asked(id.Value, $"return/{id}", isCommand: true)
        {
            Kind = "placeReturn",
            Body = store.Value,
            Lines = lines.Count,
            Effects = [Effects.TakenBack(lines.Select(static line => (line.Sku.Value, (long)line.Quantity)))],
        };
        var back = new PlacedReturn(asked, id, command);
        Workshop.Keep(_shared.Returns, back);
        return Place(back);
    }

    private Task Place(PlacedReturn back) => Ask(
        back.Asked, grains => grains.GetGrain<IReturnGrain>(back.Id.Value).Place(back.Command),
        (outcome, since) => Judge(back.Asked, outcome, view => _world.Replies.Return(view, since)));

    private Task RepeatReturn()
    {
        // The end of a return is the shortest of all steps: whoever is about to end is asked before all others.
        var ending = _shared.Returns.FindAll(back => (_world.UnderWayIn(back.Asked.Stream) & SagaSteps.Complete) != 0);
        return _shared.Returns.Count == 0 ? Task.CompletedTask : Place(Lately(ending.Count > 0 ? ending : _shared.Returns));
    }

    private Task ChangeProduct()
    {
        if (_shared.Orders.Count > 0 && _chance.Is(_world.Plan.HasBusyPeer ? 0.8 : 0.4))
        {
            return Discontinue(Lately(_shared.Orders));
        }

        if (_shop.OtherRounding != _shop.CashRounding && _chance.Is(0.2))
        {
            return ChangeRounding(_chance.Of(_shop.Stores), _chance.Is(0.7) ? _shop.OtherRounding : _shop.CashRounding);
        }

        var sku = _chance.Is(0.2) ? Shop.Service : _chance.Of(_shop.Goods);
        return Change(sku, new Money(1 + _chance.Next(500), Shop.Currency), isActive: !_chance.Is(0.1));
    }

    /// <summary>What an order sold is sold no more: the order stands all the same, whoever is asked.</summary>
    private async Task Discontinue(PlacedOrder order)
    {
        var sku = order.Command.Lines[0].Sku;
        await Change(sku, null, isActive: false);
        await Place(order, order.Command);
        var hasSku = ImmutableArray.Create(new OrderLineRequest(sku, 1, null));
        var next = new OrderId(Hex(NextKey("order")));
        var command = order.Command with { Operation = Operation(next.Value), Lines = hasSku, Tender = new Money(1_000_000, Shop.Currency) };
        await Task.WhenAll(
            Place(new PlacedOrder(Sale(command, next), next, command), command),
            Change(sku, null, isActive: true));
    }

    /// <summary>The small coins go, or come back: what was sold before comes back after it.</summary>
    private Task ChangeRounding(StoreId store, int? step)
    {
        var asked = new Asked(NextKey("rounding"), $"store/{store}", isCommand: false) { Kind = "defineStore" };
        var command = new DefineStore(Operation(asked.Id, by: Fit(_staff.Root)), _shop.Rounding(step));
        return Ask(
            asked, grains => grains.GetGrain<IStoreGrain>(store.Value).Define(command),
            (outcome, _) => !IsNotNow(outcome.Rejection));
    }

    private Task Change(Sku sku, Money? price, bool isActive)
    {
        var asked = new Asked(NextKey("change"), $"product/{sku}", isCommand: false) { Kind = "changeProduct" };
        var command = new ChangeProduct(Operation(asked.Id, by: Fit(_staff.Boss)), null, null, null, price, null, isActive);
        return Ask(
            asked, grains => grains.GetGrain<IProductGrain>(sku.Value).Change(command), (outcome, _) => !IsNotNow(outcome.Rejection));
    }
}
