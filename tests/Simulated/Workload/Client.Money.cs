using System.Collections.Immutable;
using Pos.Payments;
using Pos.Payments.Simulator;

namespace Pos.Tests.Simulated;

/// <summary>Cards, credit, and what comes back of what was sold.</summary>
internal sealed partial class Client
{
    private static readonly string[] Tokens = [.. TestTokens.All];

    private TenderRequest Tender(int lines)
    {
        var cash = new Money(_chance.Is(0.03) ? 1 : 1_000_000, Shop.Currency);
        if (_shared.SoldBack.Count > 0 && _chance.Is(0.1))
        {
            var credit = Known(_shared.SoldBack, StoreOf).Command.Return;
            return _chance.Is(0.5) ? new TenderRequest(cash, [], credit) : new TenderRequest(null, [Card(null)], credit);
        }

        return _chance.Next(10) switch
        {
            < 8 when !_shop.TakesCash => new TenderRequest(null, [Card(null)]),
            < 6 => cash,
            < 8 => new TenderRequest(null, [Card(null)]),
            8 => new TenderRequest(null, [Card(new Money(1 + _chance.Next(100), Shop.Currency)), Card(null)]),
            // Less on the card than in the cart, mostly.
            _ => new TenderRequest(cash, [Card(new Money(1 + _chance.Next(40 * lines), Shop.Currency))]),
        };
    }

    private CardRequest Card(Money? amount) => new(_chance.Is(_shop.TakesCash ? 0.7 : 0.4) ? TestTokens.Approve : _chance.Of(Tokens), amount);

    /// <summary>Some of what an order sold comes back, or more than that.</summary>
    private async Task ReturnSold()
    {
        if (_shared.SoldBack.Count > 0 && _chance.Is(0.25))
        {
            await Return(Known(_shared.SoldBack, StoreOf));
            return;
        }

        var sold = _shared.Orders.FindAll(order => order.Ended == OrderStatus.Confirmed);
        if (sold.Count == 0)
        {
            return;
        }

        await TakeBack(Known(sold, StoreOf), _chance.Is(0.2));
    }

    /// <summary>One piece after the other for money, or some pieces of some lines at once.</summary>
    private async Task TakeBack(PlacedOrder order, bool pieceByPiece)
    {
        var times = pieceByPiece ? 1 + order.Command.Lines[0].Quantity : 1;
        for (var time = 0; time < times && !_shared.IsClosing; time++)
        {
            await TakeSomeBack(order, pieceByPiece);
        }

        await LookAtPayment(order);
    }

    private async Task TakeSomeBack(PlacedOrder order, bool isOnePiece)
    {
        var id = new ReturnId(Hex(NextKey("back")));
        var lines = ImmutableArray.CreateBuilder<ReturnedLine>();
        for (var line = 1; line <= order.Command.Lines.Length; line++)
        {
            if (line == 1 || (!isOnePiece && _chance.Is(0.5)))
            {
                var pieces = isOnePiece ? 1 : _chance.Is(0.5) ? order.Command.Lines[line - 1].Quantity : 1 + _chance.Next(3);
                lines.Add(new(line, pieces, _chance.Is(0.8) ? Disposition.Restock : Disposition.WriteOff));
            }
        }

        var exchange = !isOnePiece && _chance.Is(0.4);
        var isDiverted = !exchange && _chance.Is(0.1);
        var command = new ReturnLines(
            Operation(id.Value, isDiverted ? StoreOf(order) : null), id, Shop.Till, lines.ToImmutable(), _chance.Is(0.03) ? "" : "too small", exchange, null, Wait(),
            isDiverted);
        var back = new SoldBack(BackOf(order, id, lines.Count), order.Id, order.Command.Store, command);
        Workshop.Keep(_shared.SoldBack, back);
        await Return(back);
    }

    private Asked BackOf(PlacedOrder order, ReturnId id, int lines) => new(id.Value, $"order/{order.Id}", isCommand: true)
    {
        Kind = "returnLines",
        Query = SomeQuery(),
        Lines = lines,
        Cards = CardsOf(order.Command.Tender),
        Effects = [Effects.InCash(id.Value)],
    };

    private Task Return(SoldBack back) => Ask(
        back.Asked, grains => grains.GetGrain<IOrderGrain>(back.Order.Value).Return(back.Command),
        (outcome, _) => Judge(back.Asked, outcome, view => _world.Replies.Return(view, 0)));

    private Task LookAtPayment()
    {
        if (_shared.Orders.Count == 0)
        {
            return Task.CompletedTask;
        }

        var charged = _shared.Orders.FindAll(order => order.Command.Tender.Cards is { IsDefaultOrEmpty: false });
        if (charged.Count == 0)
        {
            return Task.CompletedTask;
        }

        // What gives money back is looked at while it does, before all others.
        var refunding = charged.FindAll(order => Owes(order, SagaSteps.Refund));
        var moving = refunding.Count > 0 ? refunding : charged.FindAll(order => Owes(order, SagaSteps.Undo));
        return LookAtPayment(Lately(moving.Count > 0 ? moving : charged));
    }

    private bool Owes(PlacedOrder order, SagaSteps debt) => Enumerable.Range(1, order.Command.Tender.Cards.Length).Any(
        tender => _world.Book.PaymentOf(order.Id.Value, tender)?.Debt == debt);

    private Task LookAtPayment(PlacedOrder order)
    {
        if (order.Command.Tender.Cards is not { IsDefaultOrEmpty: false } cards)
        {
            return Task.CompletedTask;
        }

        var id = PaymentId.Of(order.Id, 1 + _chance.Next(cards.Length));
        return Ask(
            new Asked("look", $"payment/{id}", isCommand: false) { Kind = "getPayment", Query = SomeQuery() }, grains => grains.GetGrain<IPaymentGrain>(id.Value).Get(),
            (view, since) =>
            {
                if (view is not null)
                {
                    _world.Replies.Payment(view, since);
                }

                return true;
            });
    }

    private Task PayOut()
    {
        if (_shared.SoldBack.Count == 0)
        {
            return Task.CompletedTask;
        }

        var ending = _shared.SoldBack.FindAll(back => (_world.UnderWayIn($"return/{back.Command.Return}") & SagaSteps.Complete) != 0);
        var id = Known(ending.Count > 0 ? ending : _shared.SoldBack, StoreOf).Command.Return;
        var asked = new Asked(NextKey("pay-out"), $"return/{id}", isCommand: false) { Kind = "payOutReturn", Query = SomeQuery() };
        return Ask(
            asked, grains => grains.GetGrain<IReturnGrain>(id.Value).PayOut(new(Operation(asked.Id), "nothing else fits", Wait())),
            (outcome, since) =>
            {
                if (outcome.Value is { } view)
                {
                    _world.Replies.Return(view, since);
                }

                return !IsNotNow(outcome.Rejection);
            });
    }
}
