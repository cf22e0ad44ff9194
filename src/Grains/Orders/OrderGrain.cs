using Orleans;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Placement;
using Pos.Journal;
using Pos.Payments;

namespace Pos.Grains.Orders;

/// <summary>The shell of <see cref="Order"/> and <see cref="OrderSaga"/>. Reentrant: the saga continues while callers wait for its end.</summary>
[Reentrant, GrainType("order"), PreferLocalPlacement]
[CollectionAgeLimit(Minutes = 5)]
public sealed partial class OrderGrain(IGrainContext context, GrainServices services, IPaymentProvider provider)
    : SagaGrain<OrderState, OrderEvent, OrderDebt, OrderFact>(context, OrderSaga.Rules, services), IOrderGrain
{
    private OrderId _id;

    private SalePolicy Policy => new(Services.Options.ToldLateMax, provider.TakesCards);

    /// <inheritdoc/>
    public async Task<Outcome<OrderView>> Place(PlaceOrder command) =>
        await Attempt(command.Operation, () => TryToPlace(command)) is { } refused ? refused : await WaitUntilEnded(command.Operation, command.WaitMax);

    /// <inheritdoc/>
    public async Task<Outcome<OrderView>> Take(TakeOrder command)
    {
        var sale = command.Sale;
        var refusal = FindFirstRefusal(() => Record(
            Order.Take(Decided, command, Now),
            Envelope.Of(command.Operation with { Correlation = Key }, sale.Store, sale.Till.Value, sale.OccurredAt)));
        return await refusal is { } refused ? refused : await WaitUntilEnded(command.Operation, command.WaitMax);
    }

    /// <inheritdoc/>
    public async Task<Outcome<OrderView>> Cancel(CancelOrder command)
    {
        await Opened();
        var recording = Record(Order.Cancel(Decided, command, Now), Describe(command.Operation), command.Operation.IfVersion);
        if (await FindRefusal(recording) is { } refused)
        {
            return refused;
        }

        GoOn();
        return View()!;
    }

    /// <inheritdoc/>
    public async Task<Outcome<ReturnView>> Return(ReturnLines command)
    {
        await Opened();
        var store = Decided.Placed is { } placed ? await WaitFor(GrainFactory.GetGrain<IStoreGrain>(placed.Store.Value).Get()) : null;
        var credit = Decided.Placed?.Credit is { Cards: null } unexplained ? await WaitFor(Explain(unexplained)) : null;
        var now = Now;
        var recording = Record(
            Order.Return(Decided, command, store, credit, Policy, now),
            Envelope.Of(
                command.Operation with { Correlation = Key }, Decided.Placed?.Store ?? default, command.Till.Value, command.OccurredAt?.ToUniversalTime() ?? now),
            command.Operation.IfVersion);
        if (await FindRefusal(recording) is { } refused)
        {
            return refused;
        }

        GoOn();
        return await HandOver(Durable.Returns.Find(known => known.Return == command.Return)!, command.WaitMax);
    }

    /// <inheritdoc/>
    public async Task<OrderView?> Get()
    {
        await Opened();
        Refresh();
        return View();
    }

    /// <inheritdoc/>
    public async Task<OrderHistory?> History(CancellationToken cancellationToken)
    {
        await Opened();
        Refresh();
        return await Read(OrderViewing.History(Services.Journal, _id, cancellationToken));
    }

    /// <inheritdoc/>
    protected override bool MayBeginUnread => true;

    /// <inheritdoc/>
    protected override void OnOpened()
    {
        _id = OrderId.Parse(Key, null);
        _isResumed = OrderSaga.Owed(Durable) == OrderDebt.Reserve;
        _lines = new(Saga, Services.Logger);
        _money = new(Saga, Services.Logger);
    }

    // Early orders do not say whose money an exchange brought. The return knows.
    private async Task<CreditTender?> Explain(CreditTender credit) =>
        await GrainFactory.GetGrain<ICreditGrain>(credit.Return.Value).Credit() is { Money: { } money } ? Refunding.Spend(credit.Return, money, credit.Amount) : null;

    private async Task<Rejection?> TryToPlace(PlaceOrder command)
    {
        // Nothing is looked up for an order that is known, or for a request that is refused in any case.
        var isOpen = Decided.Placed is null && Order.Refuse(command, Policy, Now) is null;
        var shop = isOpen ? await Shop.Look(Services, GrainFactory, command.Store, command.Lines) : Assortment.None;
        var credit = isOpen && command.Tender.Exchange is { } back ? await GrainFactory.GetGrain<ICreditGrain>(back.Value).Credit() : null;
        return await FindFirstRefusal(() =>
        {
            var now = Now;
            return Record(
                Order.Place(Decided, command, shop, credit, Policy, now),
                Envelope.Of(command.Operation with { Correlation = Key }, command.Store, command.Till.Value, command.OccurredAt?.ToUniversalTime() ?? now));
        });
    }

    private async Task<Outcome<OrderView>> WaitUntilEnded(Operation operation, TimeSpan waitMax)
    {
        await WaitUntil(static state => state.HasEnded, operation, waitMax);
        return View()!;
    }

    private OrderView? View() => OrderViewing.View(_id, Durable, DurableVersion);
}
