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

    // By the tender: what its payment says that it does not give back any more.
    private readonly Dictionary<int, long> _unpaid = [];

    /// <inheritdoc/>
    protected override string? Trouble => _lines.Trouble ?? _money.Trouble;

    /// <inheritdoc/>
    protected override async Task<OrderFact?> Do(OrderDebt debt)
    {
        var placed = Durable.Placed!;
        if (debt == OrderDebt.HandOver)
        {
            var back = Durable.ToHandOver!;
            var told = await _lines.Demand(back.Return, [0], async _ => (await HandOver(back, TimeSpan.Zero)).Rejection);
            return told ? new OrderFact.ReturnHandedOver(back.Return) : null;
        }

        if (debt == OrderDebt.Reserve && _isResumed)
        {
            await Fence();
        }

        var goods = debt switch
        {
            OrderDebt.Charge => [],
            OrderDebt.Release => OrderSaga.GoodsToRelease(Durable),
            _ => OrderSaga.Goods(placed),
        };
        var lines = Ask(_lines, debt, goods, static held => held.Line, held => Effect(debt, placed, held));
        var money = Ask(_money, debt, OrderSaga.Money(Durable, debt), static tender => tender, tender => Pay(debt, placed, tender));
        var now = Now;
        var fact = OrderSaga.Fact(debt, Certain(await lines), await money, now > placed.PlacedAt + Services.Options.PaymentPatience, now);
        return fact is OrderFact.StockReleased && _unpaid.Count > 0
            ? new OrderFact.StockReleased(new Money(_unpaid.Values.Sum(), placed.Gross.Currency))
            : fact;
    }

    // An activation that finds a reserve owed may have a twin that has asked for it as well, or is about to. The event takes the stream's
    // next version from the twin, which can record nothing any more: only one of them decides what was refused.
    private async Task Fence()
    {
        if (!_isFenced)
        {
            var refused = await Durably(Record(new OrderEvent.RetryAsked(nameof(Fence)), Context(OrderDebt.Reserve)));
            _isFenced = refused is null ? true : throw new NotDurableException($"{Saga}: {refused.Detail}");
        }
    }

    // What an activation before this one has sent may still arrive, whatever is answered to this one.
    private SagaAnswers Certain(SagaAnswers answers) => answers with
    {
        Refusals = [.. answers.Refusals.Select(refusal =>
            refusal with { IsFinal = refusal.IsFinal && !_isResumed && OrderSaga.TookNothing(refusal.Rejection) })],
    };

    // Goods and money may be refused to an order that asks for them; what it owes is owed whatever is said to it.
    private static async Task<SagaAnswers> Ask<T>(
        SagaEffects of, OrderDebt debt, ImmutableArray<T> all, Func<T, int> numberOf, Func<T, Task<Rejection?>> effect)
    {
        var byNumber = all.ToDictionary(numberOf);
        ImmutableArray<int> numbers = [.. byNumber.Keys];
        return debt is OrderDebt.Reserve or OrderDebt.Charge
            ? await of.Ask(debt, numbers, number => effect(byNumber[number]))
            : new(await of.Demand(debt, numbers, number => effect(byNumber[number])), []);
    }

    private async Task<Rejection?> Effect(OrderDebt debt, OrderEvent.Placed placed, HeldGoods goods)
    {
        var stock = GrainFactory.GetGrain<IStockGrain>(new StockKey(placed.Store, goods.Sku).ToString());
        var (hold, now) = (HoldId.Of(_id, goods.Line), Now);
        var operation = Named(hold.Value, placed);
        switch (debt)
        {
            case OrderDebt.Reserve:
                return OrderSaga.Reserved(await stock.Reserve(new(operation, hold, Saga, goods.Quantity, now, Pinned: true)));
            case OrderDebt.Commit:
                return OrderSaga.Ended(await stock.Commit(new(operation, hold, Saga, placed.OccurredAt, SoldBy: placed.SoldBy, ApprovedBy: placed.ApprovedBy)));
            case OrderDebt.Release:
                return OrderSaga.Ended(await stock.Release(new(operation, hold, Saga)));
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
            return OrderSaga.Charged(card.Tender, await payment.Charge(new(
                operation, _id, placed.Store, placed.Till, card.Tender, new Money(card.Amount, placed.Gross.Currency), card.Token, waitMax)));
        }

        var undone = await payment.Undo(new(operation, _id, placed.Store, placed.Till, Durable.Cancelled!.Reason, waitMax));
        if (undone.Value?.Unpaid is { } unpaid)
        {
            _unpaid[card.Tender] = unpaid.Amount;
        }

        return OrderSaga.Undone(undone);
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

    private Task<Outcome<ReturnView>> HandOver(OrderEvent.ReturnAccepted back, TimeSpan waitMax)
    {
        var operation = new Operation(back.Operation.Id, back.Operation.Fingerprint, back.Operation.NotAfter, Saga, back.Till.Value, Key, TraceParent);
        return GrainFactory.GetGrain<IReturnGrain>(back.Return.Value).Take(new(operation, Order.Describe(Durable.Placed!, back, _id), waitMax));
    }

    private Operation Named(string id, OrderEvent.Placed placed) =>
        new(id, "", placed.PlacedAt + OrderSaga.HoldsRemembered, Saga, placed.Till.Value, Key, TraceParent);
}
