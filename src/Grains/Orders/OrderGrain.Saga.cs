using System.Collections.Immutable;
using System.Diagnostics;

namespace Pos.Grains.Orders;

/// <summary>The effects of an order on other grains. An effect has the same id each time it is repeated.</summary>
public sealed partial class OrderGrain
{
    private bool _isResumed;
    private bool _isFenced;
    private SagaEffects _lines = null!;
    private SagaEffects _money = null!;

    private (ReturnId Return, Task<Outcome<ReturnView>> Call)? _handOver;

    // Refunds that an operator closed at a payment, by tender, in minor units.
    private readonly Dictionary<int, long> _unpaid = [];

    /// <inheritdoc/>
    protected override void OnMoved(OrderState before)
    {
        if (before.HasEnded || Durable is not { HasEnded: true, Placed: { } placed })
        {
            return;
        }

        var elapsed = Now - placed.PlacedAt;
        if (Durable.Cancelled is { } cancelled)
        {
            Services.Instruments.OnOrderCancelled(cancelled.Code, elapsed);
        }
        else
        {
            Services.Instruments.OnOrderConfirmed(placed.Gross, elapsed);
        }
    }

    /// <inheritdoc/>
    protected override string? Trouble => _lines.Trouble ?? _money.Trouble;

    /// <inheritdoc/>
    protected override async Task<OrderFact?> Do(OrderDebt debt)
    {
        var placed = Durable.Placed!;
        if (debt == OrderDebt.HandOver)
        {
            var back = Durable.ToHandOver!;
            var isTold = await _lines.Demand(back.Return, [back], static _ => 0, async told => (await JoinHandOver(told)).Rejection);
            return isTold ? new OrderFact.ReturnHandedOver(back.Return) : null;
        }

        if (debt == OrderDebt.Reserve && _isResumed)
        {
            await Fence();
        }

        var goods = debt switch
        {
            OrderDebt.Charge => [],
            OrderDebt.Release => OrderSaga.ListGoodsToRelease(Durable),
            _ => OrderSaga.ListGoods(placed),
        };
        // Stock and payments may refuse what an order asks for. A debt stays owed after a refusal.
        var mayRefuse = debt is OrderDebt.Reserve or OrderDebt.Charge;
        var lines = _lines.Ask(debt, goods, static held => held.Line, held => Effect(debt, placed, held), mayRefuse);
        var money = _money.Ask(debt, OrderSaga.ListTenders(Durable, debt), static tender => tender, tender => Pay(debt, placed, tender), mayRefuse);
        var now = Now;
        var fact = OrderSaga.Conclude(debt, Doubt(await lines), await money, now > placed.PlacedAt + Services.Options.PaymentPatience, now);
        return fact is OrderFact.StockReleased && _unpaid.Count > 0
            ? new OrderFact.StockReleased(new Money(_unpaid.Values.Sum(), placed.Gross.Currency))
            : fact;
    }

    // When an activation finds a reserve owed, an older activation may still ask for the same holds. This event takes the next version of the stream,
    // so the older activation can record nothing more: only one of the two decides what was refused.
    private async Task Fence()
    {
        if (!_isFenced)
        {
            var refused = await WaitUntilDurable(Record(new OrderEvent.RetryAsked(nameof(Fence)), Describe(OrderDebt.Reserve)));
            _isFenced = refused is null ? true : throw new NotDurableException($"{Saga}: {refused.Detail}");
        }
    }

    // A request of the activation before this one may still arrive after this one was refused.
    private SagaAnswers Doubt(SagaAnswers answers) => answers.Refusals.IsEmpty ? answers : answers with
    {
        Refusals = [.. answers.Refusals.Select(refusal =>
            refusal with { IsFinal = refusal.IsFinal && !_isResumed && OrderSaga.TookNothing(refusal.Rejection) })],
    };

    private async Task<Rejection?> Effect(OrderDebt debt, OrderEvent.Placed placed, HeldGoods goods)
    {
        var stock = GrainFactory.GetGrain<IStockGrain>(new StockKey(placed.Store, goods.Sku).ToString());
        var (hold, now) = (HoldId.Of(_id, goods.Line), Now);
        var operation = Named(hold.Value, placed);
        switch (debt)
        {
            case OrderDebt.Reserve:
                return OrderSaga.JudgeReserve(await stock.Reserve(new(operation, hold, Saga, goods.Quantity, now, Pinned: true)));
            case OrderDebt.Commit:
                return OrderSaga.JudgeEnd(await stock.Commit(new(operation, hold, Saga, placed.OccurredAt, SoldBy: placed.SoldBy, ApprovedBy: placed.ApprovedBy)));
            case OrderDebt.Release:
                return OrderSaga.JudgeEnd(await stock.Release(new(operation, hold, Saga)));
            default:
                throw new UnreachableException();
        }
    }

    private Task<Rejection?> Pay(OrderDebt debt, OrderEvent.Placed placed, int tender) =>
        tender == 0 ? PayByCredit(debt, placed, placed.Credit!) : PayByCard(debt, placed, placed.Cards!.Value[tender - 1]);

    private async Task<Rejection?> PayByCard(OrderDebt debt, OrderEvent.Placed placed, CardTender card)
    {
        var id = PaymentId.Of(_id, card.Tender);
        var payment = GrainFactory.GetGrain<IPaymentGrain>(id.Value);
        var (operation, waitMax) = (Named(id.Value, placed), Services.Options.PaymentWait);
        if (debt == OrderDebt.Charge)
        {
            return OrderSaga.JudgeCharge(card.Tender, await payment.Charge(new(
                operation, _id, placed.Store, placed.Till, card.Tender, new Money(card.Amount, placed.Gross.Currency), card.Token, waitMax)));
        }

        var undone = await payment.Undo(new(operation, _id, placed.Store, placed.Till, Durable.Cancelled!.Reason, waitMax));
        if (undone.Value?.Unpaid is { } unpaid)
        {
            _unpaid[card.Tender] = unpaid.Amount;
        }

        return OrderSaga.JudgeUndo(undone);
    }

    private async Task<Rejection?> PayByCredit(OrderDebt debt, OrderEvent.Placed placed, CreditTender credit)
    {
        var back = GrainFactory.GetGrain<ICreditGrain>(credit.Return.Value);
        var operation = Named(_id.Value, placed);
        var answer = debt switch
        {
            OrderDebt.Charge => await back.TakeCredit(new(operation, _id, new Money(credit.Amount, placed.Gross.Currency))),
            OrderDebt.Commit => await back.KeepCredit(new(operation, _id)),
            OrderDebt.Release => await back.GiveBackCredit(new(operation, _id)),
            _ => throw new UnreachableException(),
        };
        return answer.Rejection;
    }

    // The request that waits for the return makes the call, and the loop joins it. Without a request the loop makes the call itself.
    private Task<Outcome<ReturnView>> JoinHandOver(OrderEvent.ReturnAccepted back) =>
        _handOver is { Call.IsCompleted: false } under && under.Return == back.Return ? under.Call : HandOver(back, TimeSpan.Zero);

    private Task<Outcome<ReturnView>> HandOver(OrderEvent.ReturnAccepted back, TimeSpan waitMax)
    {
        var operation = new Operation(back.Operation.Id, back.Operation.Fingerprint, back.Operation.NotAfter, Saga, back.Till.Value, Key, TraceParent);
        var call = GrainFactory.GetGrain<IReturnGrain>(back.Return.Value).Take(new(operation, Order.Describe(Durable.Placed!, back, _id), waitMax));
        _handOver = (back.Return, call);
        return call;
    }

    private Operation Named(string id, OrderEvent.Placed placed) =>
        new(id, "", placed.PlacedAt + OrderSaga.HoldsRemembered, Saga, placed.Till.Value, Key, TraceParent);
}
