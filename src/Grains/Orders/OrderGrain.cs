using Orleans;
using Orleans.Configuration;
using Orleans.Concurrency;
using Orleans.Placement;
using Pos.Journal;
using Pos.Payments;

namespace Pos.Grains.Orders;

/// <summary>The shell of <see cref="Order"/> and <see cref="OrderSaga"/>. Reentrant: the saga goes on while callers wait for its end.</summary>
[Reentrant, GrainType("order"), PreferLocalPlacement]
[CollectionAgeLimit(Minutes = 5)]
public sealed partial class OrderGrain(IGrainContext context, GrainServices services, IPaymentProvider provider)
    : SagaGrain<OrderProgress, OrderEvent, OrderDebt, OrderFact>(context, OrderJournal.Aggregate, services), IOrderGrain
{
    private OrderId _id;

    /// <inheritdoc/>
    public async Task<Outcome<OrderView>> Place(PlaceOrder command)
    {
        if (Decided.Placed is null && Order.Refuse(command, Now, Services.Options.ToldLateMax, provider.TakesCards) is { } malformed)
        {
            return await Stands(malformed, Begun) ? malformed : await Place(command);
        }

        if (await Attempt(command.Operation, () => TryToPlace(command)) is { } refused)
        {
            return await Stands(refused, Begun) ? refused : await Place(command);
        }

        return await Ended(command.Operation, command.WaitMax);
    }

    /// <inheritdoc/>
    public async Task<Outcome<OrderView>> Take(TakeOrder command)
    {
        var sale = command.Sale;
        var recording = Record(
            Order.Decide(Decided, new OrderCommand.Take(command, Now)),
            Envelope.Of(command.Operation with { Correlation = Key }, sale.Store, sale.Till.Value, sale.OccurredAt));
        return await Durably(recording) is { } refused ? refused : await Ended(command.Operation, command.WaitMax);
    }

    /// <inheritdoc/>
    public async Task<Outcome<OrderView>> Cancel(CancelOrder command)
    {
        var recording = Record(
            Order.Decide(Decided, new OrderCommand.Cancel(command, Now)),
            Envelope.Of(command.Operation with { Correlation = Key }, Decided.Placed?.Store ?? default, command.Operation.Till, Now),
            command.Operation.IfVersion);
        if (await Durably(recording) is { } refused)
        {
            // An activation that was overtaken, and has never seen the order, must not deny it.
            if (refused.Code == RejectionCode.UnknownOrder)
            {
                await RequireNewest(CancellationToken.None);
            }

            return refused;
        }

        GoOn();
        return View()!;
    }

    /// <inheritdoc/>
    public async Task<Outcome<ReturnView>> Return(ReturnLines command)
    {
        var store = Decided.Placed is { } placed ? await Asked(GrainFactory.GetGrain<IStoreGrain>(placed.Store.Value).Get()) : null;
        var credit = Decided.Placed?.Credit is { Cards: null } unexplained ? await Asked(Explain(unexplained)) : null;
        var now = Now;
        var recording = Record(
            Order.Decide(Decided, new OrderCommand.Return(command, store, now) { Credit = credit, ToldLateMax = Services.Options.ToldLateMax }),
            Envelope.Of(
                command.Operation with { Correlation = Key }, Decided.Placed?.Store ?? default, command.Till.Value, command.OccurredAt?.ToUniversalTime() ?? now),
            command.Operation.IfVersion);
        if (await Durably(recording) is { } refused)
        {
            if (refused.Code is RejectionCode.UnknownOrder or RejectionCode.IllegalTransition)
            {
                await RequireNewest(CancellationToken.None);
            }

            return refused;
        }

        // The loop hands it over as well, should nobody be left to wait for this call.
        GoOn();
        return await HandOver(Durable.Returns.Find(known => known.Return == command.Return)!, command.WaitMax);
    }

    /// <inheritdoc/>
    public Task<OrderView?> Get()
    {
        Refresh();
        return Task.FromResult(View());
    }

    /// <inheritdoc/>
    public Task<OrderHistory?> History(CancellationToken cancellationToken)
    {
        Refresh();
        return Read(OrderViewing.History(Services.Journal, _id, cancellationToken));
    }

    /// <inheritdoc/>
    protected override OrderDebt Owed(OrderProgress state) => OrderSaga.Owed(state);

    /// <inheritdoc/>
    protected override Decision<OrderEvent> Decide(OrderProgress state, OrderFact fact) => OrderSaga.Decide(state, fact);

    /// <inheritdoc/>
    protected override StoreId? StoreOf(OrderProgress state) => state.Placed?.Store;

    /// <inheritdoc/>
    protected override OrderEvent RetryAsked(string operation) => new OrderEvent.RetryAsked(operation);

    /// <inheritdoc/>
    protected override string? LastRetry(OrderProgress state) => state.Retried;

    /// <inheritdoc/>
    protected override bool CanBeCancelled(OrderProgress state) => state.State is OrderState.Created or OrderState.StockReserved;

    /// <inheritdoc/>
    protected override DateTimeOffset OwedSince(OrderProgress state) => state.ToHandOver?.At ?? state.Placed!.PlacedAt;

    /// <inheritdoc/>
    protected override bool IsOver(OrderProgress state) => state is { Settled: true, ToHandOver: null };

    /// <inheritdoc/>
    protected override string NameOf(OrderProgress state) => state.State!.Value.ToString();

    /// <inheritdoc/>
    protected override EventContext Context(OrderDebt debt)
    {
        var placed = Durable.Placed!;
        return Envelope.OfSaga(Saga, debt.ToString(), placed.Store, placed.Till, placed.OccurredAt, TraceParent);
    }

    /// <inheritdoc/>
    protected override void OnOpened()
    {
        _id = OrderId.Parse(Key, null);
        _isResumed = OrderSaga.Owed(Durable) == OrderDebt.Reserve;
        _lines = new(Saga, Services.Logger);
        _money = new(Saga, Services.Logger);
    }

    // Orders of before it was journaled do not say whose money an exchange brought; its return does.
    private async Task<CreditTender?> Explain(CreditTender credit) =>
        await GrainFactory.GetGrain<ICreditGrain>(credit.Return.Value).Credit() is { Money: { } money } ? Refunding.Spend(credit.Return, money, credit.Amount) : null;

    private static bool Begun(OrderProgress state) => state.Placed is not null;

    private async Task<Rejection?> TryToPlace(PlaceOrder command)
    {
        var (store, products) = Decided.Placed is null ? await Shop.Look(GrainFactory, command.Store, command.Lines) : Shop.NotLookedAt;
        var credit = Decided.Placed is null && command.Tender.Exchange is { } back ? await GrainFactory.GetGrain<ICreditGrain>(back.Value).Credit() : null;
        var now = Now;
        return await Durably(Record(
            Order.Decide(Decided, new OrderCommand.Place(command, store, products, credit, now) { IsWellFormed = true, ToldLateMax = Services.Options.ToldLateMax, TakesCards = provider.TakesCards }),
            Envelope.Of(command.Operation with { Correlation = Key }, command.Store, command.Till.Value, command.OccurredAt?.ToUniversalTime() ?? now)));
    }

    private async Task<Outcome<OrderView>> Ended(Operation operation, TimeSpan waitMax)
    {
        await GoOn(operation, static state => state.HasEnded, waitMax);
        return View()!;
    }

    private OrderView? View() => OrderViewing.View(_id, Durable, DurableVersion);
}
