using Orleans;
using Orleans.Configuration;
using Orleans.Concurrency;
using Orleans.Placement;
using Pos.Journal;
using Pos.Payments;

namespace Pos.Grains.Carts;

/// <summary>The shell of <see cref="Cart"/> and <see cref="CartSaga"/>. Reentrant: others are answered while the order is told.</summary>
[Reentrant, GrainType("cart"), PreferLocalPlacement]
[CollectionAgeLimit(Minutes = 15)]
public sealed partial class CartGrain(IGrainContext context, GrainServices services, IPaymentProvider provider)
    : SagaGrain<CartProgress, CartEvent, CartDebt, CartFact>(context, CartJournal.Aggregate, services), ICartGrain
{
    private CartId _id;
    private SagaEffects _order = null!;

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Open(OpenCart command) => Answer(command.Operation, async () =>
    {
        var source = Decided.Opened is null && command.From is { } from ? await Source(from) : default;
        var (store, products) = Decided.Opened is null ? await Shop.Look(GrainFactory, command.Store, Skus(source.Cart)) : Shop.NotLookedAt;
        return await Run(new CartCommand.Open(command, store, source, products, Now), command.Operation, command.Store, command.Till);
    });

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Add(AddCartLine command) => Answer(command.Operation, async () =>
    {
        var (store, _) = await Look([]);
        var scanned = command.Code is { } code ? await Scan(code, store) : null;
        var (_, products) = await Look((scanned?.Sku ?? command.Sku) is { } sku ? [sku] : []);
        return await Run(new CartCommand.Add(command, scanned, store, products, Now), command.Operation);
    });

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Change(ChangeCartLine command) => Answer(command.Operation, async () =>
    {
        var (store, _) = await Look([]);
        return await Run(new CartCommand.Change(command, store, Now), command.Operation);
    });

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Remove(RemoveCartLine command) =>
        Answer(command.Operation, () => Run(new CartCommand.Remove(command, Now), command.Operation));

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Refresh(RefreshCart command) => Answer(command.Operation, async () =>
    {
        var (store, products) = await LookAtAll();
        return await Run(new CartCommand.Refresh(command, store, products, Now), command.Operation);
    });

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Park(ParkCart command) =>
        Answer(command.Operation, () => Run(new CartCommand.Park(command, Now), command.Operation));

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Resume(ResumeCart command) => Answer(command.Operation, async () =>
    {
        var (store, _) = await Look([]);
        return await Run(new CartCommand.Resume(command, store, Now), command.Operation);
    });

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Cancel(CancelCart command) =>
        Answer(command.Operation, () => Run(new CartCommand.Cancel(command, Now), command.Operation));

    /// <inheritdoc/>
    public async Task<Outcome<OrderView>> CheckOut(CheckOutCart command)
    {
        if (await Refusal(command.Operation, () => TryToCheckOut(command)) is { } refused)
        {
            return refused;
        }

        // The loop tells the order as well, should nobody be left to wait for this call.
        await GoOn(command.Operation, static _ => true, TimeSpan.Zero);
        return await HandOver(Durable.CheckedOut!, command.WaitMax);
    }

    /// <inheritdoc/>
    public Task<CartView?> Get()
    {
        Refresh();
        return Task.FromResult(View());
    }

    /// <inheritdoc/>
    protected override CartDebt Owed(CartProgress state) => CartSaga.Owed(state);

    /// <inheritdoc/>
    protected override Decision<CartEvent> Decide(CartProgress state, CartFact fact) => CartSaga.Decide(state, fact);

    /// <inheritdoc/>
    protected override async Task<CartFact?> Do(CartDebt debt)
    {
        var told = await _order.Demand(debt, [0], async _ => (await HandOver(Durable.CheckedOut!, TimeSpan.Zero)).Rejection);
        return told ? new CartFact.HandedOver() : null;
    }

    /// <inheritdoc/>
    protected override string? Trouble => _order.Trouble;

    /// <inheritdoc/>
    protected override StoreId? StoreOf(CartProgress state) => state.Opened?.Store;

    /// <inheritdoc/>
    protected override CartEvent RetryAsked(string operation) => new CartEvent.RetryAsked(operation);

    /// <inheritdoc/>
    protected override string? LastRetry(CartProgress state) => state.Retried;

    /// <inheritdoc/>
    protected override DateTimeOffset OwedSince(CartProgress state) => state.CheckedOut!.At;

    /// <inheritdoc/>
    protected override DateTimeOffset? NextWakeUp(CartProgress state) => base.NextWakeUp(state) ?? (state.IsLive ? Expiry(state) : null);

    /// <inheritdoc/>
    protected override DateTimeOffset? WakeAgain()
    {
        var soon = Now + Services.Options.SagaWakeUp;
        return base.WakeAgain() ?? (!Durable.IsLive ? null : Expiry(Durable) > soon ? Expiry(Durable) : soon);
    }

    /// <inheritdoc/>
    protected override void OnWoken()
    {
        if (Decided.Opened is { } opened)
        {
            var passed = CartSaga.Decide(Decided, new CartFact.TimePassed(Services.Options.CartLifetime, Now));
            Record(passed, Envelope.OfSaga(Saga, nameof(CartEnd.Abandoned), opened.Store, Decided.Till, Now, TraceParent));
        }
    }

    /// <inheritdoc/>
    protected override bool IsOver(CartProgress state) => state.Cancelled is not null || state.IsHandedOver;

    /// <inheritdoc/>
    protected override string NameOf(CartProgress state) => state.State!.Value.ToString();

    /// <inheritdoc/>
    protected override EventContext Context(CartDebt debt)
    {
        var sale = Durable.CheckedOut!.Sale;
        return Envelope.OfSaga(Saga, debt.ToString(), sale.Store, sale.Till, sale.OccurredAt, TraceParent);
    }

    /// <inheritdoc/>
    protected override CartProgress Tidy(CartProgress state, int max) => Cart.Tidy(state, Now, max);

    /// <inheritdoc/>
    protected override void OnOpened()
    {
        _id = CartId.Parse(Key, null);
        _order = new(Saga, Services.Logger);
    }
}
